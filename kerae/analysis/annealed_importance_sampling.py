"""The likelihood of examples under a model, by way of the densities between prior and posterior."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from .. import backend
from ..autoencoder.in_batches import in_batches
from ..autoencoder.scoring import effective_sample_size
from ..checks.arguments import checked
from ..checks.numbers import check_count
from ..checks.types import Rows
from ..geometry import Euclidean
from ..noise.repeatable import RepeatableNoise
from ..ops.hamiltonian import Flat, leapfrog
from .short_repr import ShortRepr

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

STEEPNESS = 4.0  # of the schedule
FIRST_STEP, SHORTEST, LONGEST = 0.2, 1e-4, 2.0
ACCEPTED, ADAPTATION = 0.65, 0.2  # what the pilot aims at, and how fast
PILOT_PART, LEAST_PILOT = 5, 50


@dataclass(frozen=True, repr=False)
class AnnealedLikelihood(ShortRepr):
    """What `annealed_importance_sampling` found of n examples.

    Args:
        log_likelihood: Array `(n,)`, in nats.
        standard_error: Array `(n,)`, in nats, from the spread of the weights of the chains.
        effective_sample_size: Array `(n,)`, from 1 to the number of chains; where it is near 1 the
            standard error is not to be trusted.
        acceptance: Array `(n,)`, the mean part of moves that were accepted.
    """

    log_likelihood: np.ndarray
    standard_error: np.ndarray
    effective_sample_size: np.ndarray
    acceptance: np.ndarray


@checked
def annealed_importance_sampling(
    model: "Autoencoder",
    x: Rows,
    y: Rows | None = None,
    num_temperatures: int = 500,
    num_chains: int = 16,
    num_leapfrog: int = 10,
    seed: int = 0,
    batch_size: int = 64,
) -> AnnealedLikelihood:
    """log p(x) of examples, estimated without q(z|x).

        f_t(z) = p(z) p(x|z)^beta_t,   0 = beta_0 < ... < beta_T = 1,   z_0 ~ p(z)
        z_t from z_t-1 by a Hamiltonian move that keeps f_t
        log w  = sum over t from 1 to T of  (beta_t - beta_t-1) log p(x|z_t-1)
        log p(x) = log( mean over chains of w )                                            nats

    The mean of w is p(x); its logarithm is too low on average, the less the more temperatures there
    are. Where q(z|x) is far from the posterior this needs far fewer codes than
    `model.log_likelihood`, and it can be asked of models whose codes have no density. The beta_t
    are those of a sigmoid from -4 to 4, scaled to [0, 1].

    A move is of `num_leapfrog` steps with a momentum of N(0, I), accepted or refused by Metropolis'
    rule. Step sizes are found for each example and temperature by a pilot of a fifth as many
    temperatures, with other random numbers, and then stay as they are, so that they do not depend
    on the chains that are weighted. The result of an example depends on the seed alone.

    Args:
        model: `kerae.Autoencoder` with codes in flat space.
        x: Array `(n, *input_shape)`.
        y: Array of what a conditional model is conditioned on.
        num_temperatures: Integer T. A hundred is a quick look; the paper takes 10,000.
        num_chains: Integer, the weights an example.
        num_leapfrog: Integer, the steps a move, each of which takes the gradient of the decoder.
        seed: Integer.
        batch_size: Integer, the number of examples computed at once.
    Returns:
        `AnnealedLikelihood`.

    Example:

    >>> model = kerae.VAE((4,), latent_dim=2, likelihood="normal")
    >>> few = dict(num_temperatures=20, num_chains=4, num_leapfrog=2)
    >>> found = kerae.analysis.annealed_importance_sampling(model, np.zeros((3, 4)), **few)
    >>> found.log_likelihood.shape, found.standard_error.shape
    ((3,), (3,))

    Raises:
        ValueError: If the data do not fit the model, codes are not in flat space, or the likelihood
            is none for such data, as Bernoulli for gray pixels.
    Reference:
        Neal, 2001, https://arxiv.org/abs/physics/9803008;
        Wu et al., 2017, https://arxiv.org/abs/1611.04273 (of decoders, and the schedule)
    """
    check_count("num_temperatures", num_temperatures, least=2)
    check_count("num_chains", num_chains, least=2)
    check_count("num_leapfrog", num_leapfrog)
    check_count("seed", seed, least=0)
    if not isinstance(model.latent.geometry, Euclidean):
        raise ValueError(
            f"Expected a model with codes in flat space. Received: {type(model.latent).__name__} "
            "codes, whose moves would leave theirs. Take `model.log_likelihood`."
        )
    arrays = model.checked_inputs(x, y, target=True)
    for targets in model.targets_in_parts(*arrays):
        model.likelihood.check_density(targets)
    run = _Run(model, arrays, num_chains, num_leapfrog, seed, batch_size)
    num_pilot = min(num_temperatures, max(num_temperatures // PILOT_PART, LEAST_PILOT))
    steps, _, _ = run.annealed(_schedule(num_pilot), first_move=num_temperatures)
    nearest = np.linspace(0, num_pilot - 2, num_temperatures - 1).round().astype(int)
    _, log_weights, acceptance = run.annealed(_schedule(num_temperatures), 0, steps[nearest])
    log_sum = np.logaddexp.reduce(log_weights, axis=1)
    sums = log_sum, np.logaddexp.reduce(2 * log_weights, axis=1)
    size = effective_sample_size(sums, num_chains)
    return AnnealedLikelihood(
        log_likelihood=log_sum - np.log(num_chains),
        standard_error=np.sqrt((num_chains / size - 1) / (num_chains - 1)),
        effective_sample_size=size,
        acceptance=acceptance,
    )


def _schedule(count):
    """The beta of `count` moves from one to the next, `(count + 1,)`."""
    sigmoid = 1 / (1 + np.exp(-np.linspace(-STEEPNESS, STEEPNESS, count + 1)))
    return (sigmoid - sigmoid[0]) / (sigmoid[-1] - sigmoid[0])


class _Run:
    """Chains of all examples, a compiled move at a time."""

    def __init__(self, model, arrays, num_chains, num_leapfrog, seed, batch_size):
        self._arrays, self._num_chains = arrays, num_chains
        self._ask = partial(in_batches, model, batch_size=batch_size, seed=seed)
        self._started = partial(_started, model=model, num_chains=num_chains)
        self._moved = partial(_moved, model=model, num_leapfrog=num_leapfrog)

    def annealed(self, betas, first_move, steps=None):
        """One pass from the prior to the posterior.

        Args:
            betas: Array `(T + 1,)` from 0 to 1.
            first_move: Integer, the number of the first move, which tells the random numbers of one
                pass from those of another.
            steps: Array `(T - 1, n)` of step sizes; or `None`, to find them.
        Returns:
            These steps; the logarithms of the weights, `(n, num_chains)`; the mean acceptance.
        """
        z, log_likelihood = self._ask(self._started, self._arrays, skip=first_move)
        count = len(z)
        log_weights = betas[1] * log_likelihood.astype("float64")
        step, used, acceptance = np.full(count, FIRST_STEP, "float32"), [], np.zeros(count)
        for t, (beta, after) in enumerate(pairwise(betas[1:])):
            step = step if steps is None else steps[t]
            arrays = z, step, np.full(count, beta, "float32"), *self._arrays
            skip = (first_move + t) * self._num_chains
            z, log_likelihood, accepted = self._ask(self._moved, arrays, skip=skip)
            log_weights += (after - beta) * log_likelihood
            accepted = accepted.mean(axis=1)
            acceptance += accepted / (len(betas) - 2)
            used.append(step)
            changed = step * np.exp(ADAPTATION * (accepted - ACCEPTED))
            step = np.clip(changed, SHORTEST, LONGEST).astype("float32")
        return np.array(used), log_weights, acceptance


def _started(x, y=None, *, seed, skip, model, num_chains):
    """A code of the prior for each chain, `(batch, num_chains, …)`, and log p(x|z) of each."""
    first, second = (ops.repeat(each, num_chains) for each in RepeatableNoise.identity_of(x))
    chain = ops.tile(ops.arange(num_chains, dtype="int32"), (ops.shape(x)[0],))
    rows = first, second + skip * num_chains + chain
    noise = RepeatableNoise("start of annealing", rows, seed)
    repeated = None if y is None else ops.repeat(y, num_chains, axis=0)
    z = _prior(model, repeated, noise).sample(noise)
    z = ops.reshape(z, (-1, num_chains, *model.latent.event_shape))
    return z, _log_likelihood(model, x, y)(z)


def _moved(z, step, beta, x, y=None, *, seed, skip, model, num_leapfrog):
    """Codes after a move at the temperature `beta`, log p(x|z) of each, and how likely it was."""
    shape = tuple(z.shape[1:])
    noise = RepeatableNoise("annealing", RepeatableNoise.identity_of(x), seed, skip)
    prior, log_likelihood = _prior(model, y, noise), _log_likelihood(model, x, y)
    beta, step = ops.reshape(beta, (-1, 1)), ops.reshape(step, (-1, 1, 1))
    start = ops.reshape(z, (-1, shape[0], int(np.prod(shape[1:]))))

    def of_event_shape(z):
        return ops.reshape(z, (-1, *shape))

    def potential(z):
        z = of_event_shape(z)
        return -(prior.log_prob(z) + beta * log_likelihood(z))

    kinetic = Flat()
    momentum = ops.cast(noise.normal(tuple(start.shape[1:])), start.dtype)
    end, end_momentum, _ = leapfrog(
        start,
        momentum,
        lambda z: backend.vjp(potential, z)(ops.ones_like(z[..., 0])),
        kinetic,
        step,
        [ops.ones((), start.dtype)] * num_leapfrog,
    )
    log_ratio = potential(start) - potential(end)
    log_ratio += kinetic.log_prob(end, end_momentum) - kinetic.log_prob(start, momentum)
    accepted = ops.exp(ops.minimum(log_ratio, 0.0))
    # What is no number is refused, as it is below nothing.
    accepted = ops.where(ops.isfinite(accepted), accepted, 0.0)
    is_accepted = ops.cast(noise.uniform((shape[0],)), accepted.dtype) < accepted
    z = of_event_shape(ops.where(ops.expand_dims(is_accepted, 2), end, start))
    return z, log_likelihood(z), accepted


def _prior(model, y, noise):
    """The density that codes of examples are scored by, where only the condition is known."""
    known = {"y": y, "condition": model.embed(y), "noise": noise, "training": False}
    known |= {"posterior": {}, "step": ops.convert_to_tensor(model.step)}
    return model.prior.given(model, known)


def _log_likelihood(model, x, y):
    """log p(x|z) as a function of codes `(batch, num_chains, …)`."""
    target, condition = model.target(model.preprocess(x), y), model.embed(y)

    def function(z):
        parameters = model.parameters_of_codes(z, condition)
        return model.log_likelihood_of_parameters(target, parameters, z.shape[1])

    return function
