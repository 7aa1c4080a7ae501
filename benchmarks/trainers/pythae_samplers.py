"""pythae's samplers of the codes of a VAE of kerae's, on PyTorch."""

import tempfile

import numpy as np
import torch
from pythae import models, samplers
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainerConfig

from .pythae_models import images


class Encoder(BaseEncoder):
    def __init__(self, model):
        super().__init__()
        self.encoder, self.latent = model.encoder, model.latent

    def forward(self, x):
        posterior = self.latent(self.encoder(x.permute(0, 2, 3, 1)))
        named = {"embedding": posterior["mean"], "log_covariance": posterior["log_variance"]}
        return ModelOutput(**named)


class Decoder(BaseDecoder):
    def __init__(self, model):
        super().__init__()
        self.decoder = model.decoder

    def forward(self, z):
        means = torch.sigmoid(self.decoder(z)).permute(0, 3, 1, 2)
        return ModelOutput(reconstruction=means)


class Sampler:
    """A sampler that is fitted to the codes of images.

    Args:
        name: String, of `KINDS`.
        model: `kerae.VAE` of images.
        options: Dictionary, of the sampler's configuration.
        fit: Dictionary of `epochs`, `batch_size` and `learning_rate`.
    """

    def __init__(self, name, model, options, fit):
        kind, config, self.log_prob = KINDS[name]
        of_model = {"input_dim": (1, 28, 28), "latent_dim": model.latent_dim}
        wrapped = models.VAE(models.VAEConfig(**of_model), Encoder(model), Decoder(model))
        self.own = kind(wrapped, config(**options))
        self.options = fit

    def fit(self, x):
        training = BaseTrainerConfig(
            output_dir=tempfile.mkdtemp(),
            num_epochs=self.options["epochs"],
            per_device_train_batch_size=self.options["batch_size"],
            learning_rate=self.options["learning_rate"],
            scheduler_cls="CosineAnnealingLR",
            scheduler_params={"T_max": self.options["epochs"]},
        )
        self.own.fit(images(x), training_config=training)

    @torch.no_grad()
    def sample(self, count):
        return self.own.sample(count).permute(0, 2, 3, 1).numpy()

    @torch.no_grad()
    def log_density(self, z):
        """Of codes, in nats, or NaN where it has no closed form."""
        return self.log_prob(self.own, z) if self.log_prob else np.nan


def of_mixture(sampler, z):
    return sampler.gmm.score_samples(z)


def of_flow(sampler, z):
    out = sampler.maf_model(torch.from_numpy(z))
    return np.asarray(sampler.prior.log_prob(out.out) + out.log_abs_det_jac)


KINDS = {
    "gmm": (samplers.GaussianMixtureSampler, samplers.GaussianMixtureSamplerConfig, of_mixture),
    "maf": (samplers.MAFSampler, samplers.MAFSamplerConfig, of_flow),
    "second_stage": (samplers.TwoStageVAESampler, samplers.TwoStageVAESamplerConfig, None),
}
