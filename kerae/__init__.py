"""Autoencoders for Keras 3 on TensorFlow, JAX and PyTorch."""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import wrapt

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
    "CIWAE": "models",
    "CVAE": "models",
    "CategoricalVAE": "models",
    "ContractiveAE": "models",
    "Crosscoder": "models",
    "DIPVAE": "models",
    "DenoisingAE": "models",
    "FactorVAE": "models",
    "FlowVAE": "models",
    "GMVAE": "models",
    "HVAE": "models",
    "IWAE": "models",
    "InfoVAE": "models",
    "JointVAE": "models",
    "LadderVAE": "models",
    "MIWAE": "models",
    "MatryoshkaSAE": "models",
    "MultimodalVAE": "models",
    "PIWAE": "models",
    "Part": "part",
    "PoincareVAE": "models",
    "RAE": "models",
    "RHVAE": "models",
    "Reconstruction": "terms",
    "SAE": "models",
    "SVAE": "models",
    "SWAE": "models",
    "SparseAE": "models",
    "StackedAE": "models",
    "Term": "terms",
    "TopDownVAE": "models",
    "Transcoder": "models",
    "TwoStageVAE": "models",
    "VAE": "models",
    "VAEGAN": "models",
    "VQVAE": "models",
    "VQVAE2": "models",
    "VampVAE": "models",
    "WAE": "models",
    "fit_together": "run",
    "load": "loading",
    "set_random_seed": "random_seed",
    "spliced": "analysis",
    "train": "run",
}
# fmt: off
_MODULES = (
    "adversaries", "analysis", "callbacks", "conditions", "corruptions", "data", "distribution",
    "export", "figures", "files", "flows", "geometry", "interchange", "latent_space", "latents",
    "likelihoods", "metrics", "models", "networks", "noise", "ops", "priors", "schedules",
    "serving", "targets", "terms", "testing",
)
# fmt: on

# For type checkers, which do not call `__getattr__`; a test keeps the names in step.
if TYPE_CHECKING:
    from . import adversaries as adversaries
    from . import analysis as analysis
    from . import callbacks as callbacks
    from . import conditions as conditions
    from . import corruptions as corruptions
    from . import data as data
    from . import distribution as distribution
    from . import export as export
    from . import figures as figures
    from . import files as files
    from . import flows as flows
    from . import geometry as geometry
    from . import interchange as interchange
    from . import latent_space as latent_space
    from . import latents as latents
    from . import likelihoods as likelihoods
    from . import metrics as metrics
    from . import models as models
    from . import networks as networks
    from . import noise as noise
    from . import ops as ops
    from . import priors as priors
    from . import schedules as schedules
    from . import serving as serving
    from . import targets as targets
    from . import terms as terms
    from . import testing as testing
    from .analysis import spliced as spliced
    from .autoencoder import Autoencoder as Autoencoder
    from .loading import load as load
    from .models import AAE as AAE
    from .models import AE as AE
    from .models import CAAE as CAAE
    from .models import CIWAE as CIWAE
    from .models import CVAE as CVAE
    from .models import DIPVAE as DIPVAE
    from .models import GMVAE as GMVAE
    from .models import HVAE as HVAE
    from .models import IWAE as IWAE
    from .models import MIWAE as MIWAE
    from .models import PIWAE as PIWAE
    from .models import RAE as RAE
    from .models import RHVAE as RHVAE
    from .models import SAE as SAE
    from .models import SVAE as SVAE
    from .models import SWAE as SWAE
    from .models import VAE as VAE
    from .models import VAEGAN as VAEGAN
    from .models import VQVAE as VQVAE
    from .models import VQVAE2 as VQVAE2
    from .models import WAE as WAE
    from .models import AnnealedVAE as AnnealedVAE
    from .models import BetaTCVAE as BetaTCVAE
    from .models import BetaVAE as BetaVAE
    from .models import CategoricalVAE as CategoricalVAE
    from .models import ContractiveAE as ContractiveAE
    from .models import Crosscoder as Crosscoder
    from .models import DenoisingAE as DenoisingAE
    from .models import FactorVAE as FactorVAE
    from .models import FlowVAE as FlowVAE
    from .models import InfoVAE as InfoVAE
    from .models import JointVAE as JointVAE
    from .models import LadderVAE as LadderVAE
    from .models import MatryoshkaSAE as MatryoshkaSAE
    from .models import MultimodalVAE as MultimodalVAE
    from .models import PoincareVAE as PoincareVAE
    from .models import SparseAE as SparseAE
    from .models import StackedAE as StackedAE
    from .models import TopDownVAE as TopDownVAE
    from .models import Transcoder as Transcoder
    from .models import TwoStageVAE as TwoStageVAE
    from .models import VampVAE as VampVAE
    from .part import Part as Part
    from .random_seed import set_random_seed as set_random_seed
    from .run import fit_together as fit_together
    from .run import train as train
    from .terms import Reconstruction as Reconstruction
    from .terms import Term as Term

__all__ = ["__version__", *_HOME, *_MODULES]


if not TYPE_CHECKING:  # which would take any name for one of kerae's

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f".{_HOME.get(name, name)}", __name__)
        if "keras" in sys.modules:
            _register()
        return getattr(module, name) if name in _HOME else module


def _register(keras=None):
    """Lets `keras.saving.load_model` find the classes that a file names.

    Not while a module of kerae imports Keras: those that it needs are only half there.
    """
    if f"{__name__}.loading" in sys.modules:
        return
    own = (module for name, module in sys.modules.items() if name.startswith(f"{__name__}."))
    if not any(getattr(module.__spec__, "_initializing", False) for module in own):
        import_module(".loading", __name__)


wrapt.register_post_import_hook(_register, "keras")


def __dir__():
    return sorted(__all__)
