"""pythae's VQ-VAE with an EMA codebook: as it is, or on the Bernoulli likelihood.

As it is, it is trained on the squared error, and commitment counts as a mean over places and
dimensions.
"""

import torch
from pythae import models
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseEncoder
from torch import nn
from torch.nn.functional import binary_cross_entropy

from . import CODES
from .pythae_models import Decoder, Model, Trainer, images
from .torch_networks import torch_maps


class Encoder(BaseEncoder):
    def __init__(self, encoder, head):
        super().__init__()
        self.layers = nn.Sequential(encoder, head)

    def forward(self, x):
        return ModelOutput(embedding=self.layers(x))


class OnNats(models.VQVAE):
    def loss_function(self, recon_x, x, quantizer_output):
        nats = binary_cross_entropy(recon_x, x, reduction="none").sum((1, 2, 3))
        commitment = quantizer_output.loss
        return (nats + commitment).mean(), nats.mean(), commitment.mean()


class Codebook(Model):
    def __init__(self, kind):
        encoder, head, decoder = torch_maps(CODES["code_dim"])
        config = models.VQVAEConfig(
            input_dim=(1, 28, 28),
            latent_dim=CODES["code_dim"],
            num_embeddings=CODES["num_codes"],
            commitment_loss_factor=CODES["commitment"],
            decay=CODES["decay"],
            use_ema=True,
        )
        self.model = kind(config, Encoder(encoder, head), Decoder(decoder))


KINDS = {"pythae": models.VQVAE, "pythae, on nats": OnNats}


def trainer(name, batch_size):
    return Maps(Codebook(KINDS[name]), batch_size)


class Maps(Trainer):
    @torch.no_grad()
    def decoded(self, x):
        """The logits of the codes of images, and the numbers of the codes."""
        model = self.model.model.eval()
        before = model.encoder(images(x)).embedding.permute(0, 2, 3, 1)
        codes = model.quantizer(before)
        logits = model.decoder.layers[0](codes.quantized_vector)
        return logits.numpy(), codes.quantized_indices.numpy()
