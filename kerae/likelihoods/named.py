"""Likelihoods by their names."""

from .bernoulli import Bernoulli
from .continuous_bernoulli import ContinuousBernoulli
from .laplace import Laplace
from .likelihood import Likelihood
from .normal import Normal

NAMES = {
    "bernoulli": Bernoulli,
    "continuous_bernoulli": ContinuousBernoulli,
    "laplace": Laplace,
    "normal": Normal,
}


def get(likelihood: str | Likelihood) -> Likelihood:
    """The likelihood of that name with its defaults, or the given object.

    Example:

    >>> type(kerae.likelihoods.get("bernoulli")).__name__
    'Bernoulli'

    Raises:
        ValueError: If it is neither a known name nor a `Likelihood`.
    """
    if isinstance(likelihood, Likelihood):
        return likelihood
    if likelihood in NAMES:
        return NAMES[likelihood]()
    raise ValueError(
        f"Expected `likelihood` to be one of {sorted(NAMES)} or a kerae.likelihoods.Likelihood. "
        f"Received: {likelihood!r}"
    )
