"""Autoencoders for Keras 3 on TensorFlow, JAX and PyTorch."""

import sys
from importlib import import_module
from pathlib import Path

from .backend.choice import choose_backend

__version__ = "0.1.0"

# The command `kerae` chooses when it has read `--backend`, and helps where there is none.
if Path(sys.argv[0]).stem != "kerae":
    choose_backend()

# Keras and its backend are imported when a name is first used, so that the command line starts
# fast and can still set the backend.
_HOME = {
    "AAE": "models",
    "AE": "models",
    "AnnealedVAE": "models",
    "Autoencoder": "autoencoder",
    "BetaTCVAE": "models",
    "BetaVAE": "models",
    "CAAE": "models",
    "CVAE": "models",
    "ContractiveAE": "models",
    "DIPVAE": "models",
    "DenoisingAE": "models",
    "FactorVAE": "models",
    "InfoVAE": "models",
    "RAE": "models",
    "Part": "part",
    "Reconstruction": "terms",
    "SparseAE": "models",
    "StackedAE": "models",
    "Term": "terms",
    "VAE": "models",
    "VAEGAN": "models",
    "WAE": "models",
    "load": "loading",
    "set_random_seed": "random_seed",
    "train": "run",
}
_MODULES = (
    "adversaries",
    "analysis",
    "callbacks",
    "conditions",
    "corruptions",
    "data",
    "distribution",
    "export",
    "figures",
    "files",
    "latent_space",
    "latents",
    "likelihoods",
    "metrics",
    "models",
    "networks",
    "noise",
    "ops",
    "priors",
    "schedules",
    "serving",
    "targets",
    "terms",
    "testing",
)

__all__ = ["__version__", *_HOME, *_MODULES]


def __getattr__(name):
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
