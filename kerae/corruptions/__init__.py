"""Noise that spoils the encoder's input in training."""

from .corruption import Corruption as Corruption
from .gaussian import Gaussian as Gaussian
from .masking import Masking as Masking
from .salt_and_pepper import SaltAndPepper as SaltAndPepper

NAMES = {
    "gaussian": Gaussian,
    "masking": Masking,
    "salt_and_pepper": SaltAndPepper,
}


def get(corruption):
    """The corruption of that name with its defaults, or the given object.

    Example:

    >>> type(kerae.corruptions.get("salt_and_pepper")).__name__
    'SaltAndPepper'

    Raises:
        ValueError: If it is neither a known name nor a `Corruption`.
    """
    if isinstance(corruption, Corruption):
        return corruption
    if isinstance(corruption, str) and corruption in NAMES:
        return NAMES[corruption]()
    raise ValueError(
        f"Expected `corruption` to be one of {sorted(NAMES)} or a kerae.corruptions.Corruption. "
        f"Received: {corruption!r}. Of other layers, make a Corruption that defines `corrupt`."
    )
