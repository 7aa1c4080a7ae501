"""pythae's VAE, trained by its own trainer, epoch by epoch."""

import logging
import tempfile

import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from torch import nn

from . import BETAS, EPSILON, LEARNING_RATE
from .torch_networks import torch_networks

logging.disable()


class Encoder(BaseEncoder):
    def __init__(self, encoder, heads):
        super().__init__()
        self.layers = nn.Sequential(encoder, heads)

    def forward(self, x):
        mean, log_variance = self.layers(x).chunk(2, dim=1)
        return ModelOutput(embedding=mean, log_covariance=log_variance)


class Decoder(BaseDecoder):
    def __init__(self, decoder):
        super().__init__()
        self.layers = nn.Sequential(decoder, nn.Sigmoid())  # pythae takes means, not logits

    def forward(self, z):
        return ModelOutput(reconstruction=self.layers(z))


def trainer(network, batch_size, steps_per_execution=None):
    encoder, heads, decoder = torch_networks(network)
    latent_dim = heads.out_features // 2
    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=latent_dim, reconstruction_loss="bce")
    model = VAE(config, Encoder(encoder, heads), Decoder(decoder))
    config = BaseTrainerConfig(
        output_dir=tempfile.mkdtemp(),
        per_device_train_batch_size=batch_size,
        learning_rate=LEARNING_RATE,
        optimizer_params={"betas": BETAS, "eps": EPSILON},
    )
    own = None

    def train(x, epochs):
        nonlocal own
        x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()
        dataset = BaseDataset(x, torch.zeros(len(x)))
        if own is None:
            own = BaseTrainer(model, dataset, training_config=config)
            own.prepare_training()
        own.train_loader = own.get_train_dataloader(dataset)
        for epoch in range(epochs):
            loss = own.train_step(epoch)
        return float(loss)

    return train
