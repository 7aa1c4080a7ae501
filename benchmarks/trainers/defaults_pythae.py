"""pythae's VAE with its own networks, trained as the configuration of its MNIST example says.

Batches of 100 and Adam at 1e-3: examples/scripts/configs/mnist/base_training_config.json.
"""

import logging
import tempfile

import numpy as np
import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.nn.benchmarks.mnist import Decoder_Conv_AE_MNIST, Encoder_Conv_VAE_MNIST
from pythae.trainers import BaseTrainer, BaseTrainerConfig

from .pythae_models import images

LATENT_DIM, BATCH_SIZE, LEARNING_RATE = 16, 100, 1e-3
EVALUATED_AT_ONCE = 1000
NETWORKS = {"dense": (), "convolutional": (Encoder_Conv_VAE_MNIST, Decoder_Conv_AE_MNIST)}

logging.disable()


def trainer(network, x, epochs, seed):
    return Trainer(network, x, seed)


class Trainer:
    epochs = None

    def __init__(self, network, x, seed):
        torch.manual_seed(seed)
        config = VAEConfig(input_dim=(1, 28, 28), latent_dim=LATENT_DIM, reconstruction_loss="bce")
        self.model = VAE(config, *(network(config) for network in NETWORKS[network]))
        training = BaseTrainerConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=BATCH_SIZE,
            learning_rate=LEARNING_RATE,
        )
        self.trainer = BaseTrainer(self.model, self._dataset(x), training_config=training)
        self.trainer.prepare_training()

    def _dataset(self, x):
        return BaseDataset(images(x), torch.zeros(len(x)))

    def train(self, epoch):
        self.model.train()
        self.trainer.train_step(epoch)

    @torch.no_grad()
    def negative_elbo(self, x):
        self.model.eval()
        parts = images(x).split(EVALUATED_AT_ONCE)
        return np.mean([float(self.model({"data": part}).loss) for part in parts])
