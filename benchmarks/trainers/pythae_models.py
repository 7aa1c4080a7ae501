"""pythae's models, trained by its own trainers, and importance weights of their codes.

The weights are written here: several of pythae's own `get_nll` weigh by another posterior than the
one that was trained, or leave terms out. Its Hamiltonian codes are weighted where they start, at
the encoder's normal, from which steps of its default size move them by thousandths.
"""

import logging
import math
import tempfile

import numpy as np
import torch
from pythae import models
from pythae.data.datasets import BaseDataset
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.models.svae.svae_utils import ive
from pythae.trainers import (
    BaseTrainer,
    BaseTrainerConfig,
    CoupledOptimizerTrainer,
    CoupledOptimizerTrainerConfig,
)
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from . import BETAS, EPSILON, LEARNING_RATE, MODELS, NETWORKS
from .torch_networks import torch_networks

logging.disable()
ADAM = {"betas": BETAS, "eps": EPSILON}


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


class SphereEncoder(BaseEncoder):
    """A mean direction and a concentration."""

    def __init__(self, encoder, heads):
        super().__init__()
        head = nn.Linear(heads.in_features, 1 + heads.out_features // 2)
        self.layers = nn.Sequential(encoder, head)

    def forward(self, x):
        out = self.layers(x)
        return ModelOutput(embedding=out[:, 1:], log_concentration=out[:, :1])


class Logits(Decoder):
    """What pythae's HVAE takes, instead of means."""

    def forward(self, z):
        return ModelOutput(reconstruction=self.layers[0](z))


def log_normal(z, mean, log_variance):
    each = log_variance + (z - mean) ** 2 / log_variance.exp() + math.log(2 * math.pi)
    return -0.5 * each.sum(-1)


class Model:
    """pythae's VAE, and what its other models differ in."""

    kind, config = models.VAE, models.VAEConfig
    encoder, decoder = Encoder, Decoder

    def __init__(self, options, network="dense"):
        encoder, heads, decoder = torch_networks(network)
        config = self.config(
            input_dim=(1, 28, 28),
            latent_dim=NETWORKS[network][1],
            reconstruction_loss="bce",
            **options,
        )
        self.model = self.kind(config, self.encoder(encoder, heads), self.decoder(decoder))

    def trainer(self, dataset, batch_size):
        config = BaseTrainerConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=batch_size,
            learning_rate=LEARNING_RATE,
            optimizer_params=ADAM,
        )
        return BaseTrainer(self.model, dataset, training_config=config)

    def draw(self, x):
        """Codes z, log p(z) and log q(z | x)."""
        encoded = self.model.encoder(x)
        mean, log_variance = encoded.embedding, self.log_variance(encoded.log_covariance)
        start = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        z, log_determinant = self.moved(start)
        return z, self.log_prior(z), log_normal(start, mean, log_variance) - log_determinant

    def log_variance(self, encoded):
        return encoded

    def moved(self, z):
        return z, 0.0

    def log_prior(self, z):
        return log_normal(z, torch.zeros(()), torch.zeros(()))


class Bound(Model):
    def __init__(self, options):
        samples, groups = options["num_samples"], options.get("num_groups", 1)
        named = {"number_samples": samples // groups}
        if groups > 1:
            named["number_gradient_estimates"] = groups
        super().__init__(named)


class IWAE(Bound):
    kind, config = models.IWAE, models.IWAEConfig


class MIWAE(Bound):
    kind, config = models.MIWAE, models.MIWAEConfig


class CIWAE(Bound):
    kind, config = models.CIWAE, models.CIWAEConfig


class PIWAE(Bound):
    kind, config = models.PIWAE, models.PIWAEConfig

    def trainer(self, dataset, batch_size):
        config = CoupledOptimizerTrainerConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=batch_size,
            encoder_learning_rate=LEARNING_RATE,
            decoder_learning_rate=LEARNING_RATE,
            encoder_optimizer_params=ADAM,
            decoder_optimizer_params=ADAM,
        )
        return CoupledOptimizerTrainer(self.model, dataset, training_config=config)


class Planar(Model):
    kind, config = models.VAE_LinNF, models.VAE_LinNF_Config

    def __init__(self, options):
        super().__init__({"flows": options["num_flows"] * ["Planar"]})

    def moved(self, z):
        total = 0.0
        for layer in self.model.net:
            out = layer(z)
            z, total = out.out, total + out.log_abs_det_jac
        return z, total


class Autoregressive(Model):
    kind, config = models.VAE_IAF, models.VAE_IAF_Config

    def __init__(self, options):
        super().__init__({"n_made_blocks": options["num_flows"]})

    def moved(self, z):
        out = self.model.iaf_flow.inverse(z)
        return out.out, out.log_abs_det_jac


class Vamp(Model):
    kind, config = models.VAMP, models.VAMPConfig

    def __init__(self, options):
        super().__init__({"number_components": options["num_pseudo_inputs"]})

    def log_prior(self, z):
        inputs = self.model.pseudo_inputs(self.model.idle_input).reshape(-1, 1, 28, 28)
        encoded = self.model.encoder(inputs)
        each = log_normal(z[:, None], encoded.embedding, encoded.log_covariance)
        return torch.logsumexp(each, 1) - math.log(len(inputs))


class Sphere(Model):
    kind, config, encoder = models.SVAE, models.SVAEConfig, SphereEncoder

    def draw(self, x):
        encoded = self.model.encoder(x)
        mean = encoded.embedding / encoded.embedding.norm(dim=-1, keepdim=True)
        concentration = softplus(encoded.log_concentration) + 1
        z = self.model._sample_von_mises(mean, concentration)
        half = z.shape[-1] / 2
        log_q = (
            concentration * ((mean * z).sum(-1, keepdim=True) - 1)
            + (half - 1) * concentration.log()
            - half * math.log(2 * math.pi)
            - ive(half - 1, concentration).log()
        )[:, 0]
        log_area = math.log(2) + half * math.log(math.pi) - math.lgamma(half)
        return z, torch.full_like(log_q, -log_area), log_q


class Ball(Model):
    kind, config = models.PoincareVAE, models.PoincareVAEConfig

    def draw(self, x):
        encoded, model = self.model.encoder(x), self.model
        ball = {"manifold": model.latent_manifold}
        scale = (0.5 * encoded.log_covariance).exp()
        posterior = model.posterior(loc=encoded.embedding, scale=scale, **ball)
        prior = model.prior(loc=model._pz_mu, scale=model._pz_logvar.exp(), **ball)
        z = posterior.rsample(torch.Size([1]))
        return z[0], *(each.log_prob(z).sum(-1)[0] for each in (prior, posterior))


class Hamiltonian(Model):
    kind, config, decoder = models.HVAE, models.HVAEConfig, Logits

    def log_variance(self, encoded):
        return 2 * softplus(encoded).log()


class Riemannian(Model):
    kind, config = models.RHVAE, models.RHVAEConfig

    def __init__(self, options):
        super().__init__({})


KINDS = {
    "VAE": Model,
    "IWAE": IWAE,
    "MIWAE": MIWAE,
    "PIWAE": PIWAE,
    "CIWAE": CIWAE,
    "planar": Planar,
    "IAF": Autoregressive,
    "VampPrior": Vamp,
    "S-VAE": Sphere,
    "PoincareVAE": Ball,
    "HVAE": Hamiltonian,
    "RHVAE": Riemannian,
}


def images(x):
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()


def trainer(name, batch_size):
    return Trainer(KINDS[name](MODELS[name][1]), batch_size)


class Trainer:
    """Trains epoch by epoch, and estimates log p(x)."""

    def __init__(self, model, batch_size):
        self.model = model
        self.batch_size = batch_size
        self.own = None

    def __call__(self, x, epochs):
        dataset = BaseDataset(images(x), torch.zeros(len(x)))
        if self.own is None:
            self.own = self.model.trainer(dataset, self.batch_size)
            self.own.prepare_training()
        self.own.train_loader = self.own.get_train_dataloader(dataset)
        # Where encoder and decoder have losses of their own, the first is that of both.
        return float(np.ravel([self.own.train_step(epoch) for epoch in range(epochs)][-1])[0])

    @torch.no_grad()
    def log_likelihood(self, x, num_samples):
        """`log 1/K sum_k p(x | z_k) p(z_k) / q(z_k | x)` of each image, in nats."""
        self.model.model.eval()
        of_batches = []
        for batch in images(x).split(500):
            log_weights = [self._log_weights(batch) for _ in range(num_samples)]
            of_batches.append(torch.logsumexp(torch.stack(log_weights), 0) - math.log(num_samples))
        return np.concatenate(of_batches)

    def _log_weights(self, x):
        z, log_p, log_q = self.model.draw(x)
        logits = self.model.model.decoder.layers[0](z)
        lost = binary_cross_entropy_with_logits(logits, x, reduction="none").sum((1, 2, 3))
        return log_p - log_q - lost
