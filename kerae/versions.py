"""The versions that a run was made with."""

import platform
from importlib.metadata import PackageNotFoundError, version

from . import __version__

PACKAGES = (
    "keras",
    "numpy",
    "tensorflow",
    "jax",
    "torch",
    "tensorflow-datasets",
    "scikit-learn",
    "umap-learn",
    "matplotlib",
    "bokeh",
)


def versions():
    """The versions of Python, kerae and what it stands on; `None` for what is not installed."""
    packages = {package: installed_version(package) for package in PACKAGES}
    return {"python": platform.python_version(), "kerae": __version__, **packages}


def installed_version(package: str):
    """The version of an installed package, or `None`."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
