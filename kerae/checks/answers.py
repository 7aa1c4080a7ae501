"""What the parts of a model answer in a pass: what `kerae.testing` looks at."""

import math

import numpy as np
from keras import ops

CODES = 300  # for an estimate of the KL


def expect(holds, expected, received):
    """Raises an `AssertionError` that tells what was expected and what came, unless it holds."""
    if not holds:
        raise AssertionError(f"Expected {expected}. Received: {received}.")


def check_answers(model, x, y=None):
    """Checks the shape of what each part gives, the number of codes, and the KL.

    Args:
        model: `kerae.Autoencoder`.
        x: Array `(n, *input_shape)`.
        y: Array of what the model reads beside it, or `None`.
    Raises:
        AssertionError: If a part gives something else.
    """
    count = len(x)
    x, y = (each if each is None else ops.convert_to_tensor(each) for each in (x, y))
    # First, as a pass with others would fail somewhere else.
    _shape(model.target(model.preprocess(x), y), (count, *model.target_shape), _of(model.target))
    if model.condition is not None:
        _shape(model.embed(y), (count, model.condition.size), _of(model.condition))
    outputs = model.propagate(x, y)
    samples = outputs["z"].shape[1]
    latent, likelihood, prior = model.latent, model.likelihood, outputs["prior"]
    posterior = outputs["posterior"]
    expect(isinstance(posterior, dict), f"a dict from {_of(latent)}", type(posterior).__name__)
    _shape(latent.mode(posterior), (count, *latent.event_shape), f"`mode` of {_of(latent)}")
    mean = likelihood.mean(outputs["parameters"])
    _shape(mean, (count * samples, *model.target_shape), f"`mean` of {_of(likelihood)}")
    _shape(outputs["log_likelihood"], (count, samples), f"`log_prob` of {_of(likelihood)}")
    if has_densities(model, outputs):
        _shape(prior.log_prob(outputs["z"]), (count, samples), f"`log_prob` of {_of(prior)}")
        log_posterior = latent.log_posterior(outputs)
        _shape(log_posterior, (count, samples), f"`log_posterior` of {_of(latent)}")
        kl = latent.kl_divergence(outputs)
        _per_example(kl, count, (2,), f"`kl_divergence` of {_of(latent)}")
        _check_kl(model, x, y)
    try:
        drawn = prior.sample(outputs["noise"])
        _shape(drawn, (count, *latent.event_shape), f"`sample` of {_of(prior)}")
    except NotImplementedError:  # a density that is never drawn from
        pass
    for term in model.terms:
        value = term.value(model, outputs)
        _per_example(value, count, (1, 2), f"`value` of {_of(term)}")
        _shape(term.loss(value, outputs["step"]), (count,), f"`loss` of {_of(term)}")
    if model.adversary is not None:
        for fake in (*outputs["fakes"], model.adversary.real(model, outputs)):
            expect(len(fake) == count, f"{count} values for {_of(model.adversary)}", len(fake))
        loss = model.adversary.loss(model, outputs)
        _shape(loss, (count,), f"`loss` of {_of(model.adversary)}")


def check_scores(model, data):
    """Scores of few codes and of several, of examples together and alone."""
    outputs = model.propagate(*map(ops.convert_to_tensor, data))
    if model.latent.has_density and not has_densities(model, outputs):
        return  # a prior without a density
    read = data if model.condition is not None or model.target.reads_labels else data[:1]
    for num_samples in (1, 3):
        together, alone = (
            model.score(*read, num_samples=num_samples, batch_size=size)
            for size in (len(data[0]), 1)
        )
        for name, values in together.items():
            close = np.allclose(values, alone[name], rtol=1e-3, atol=1e-3)
            expect(close, f"a {name} that does not depend on the batch", "another one alone")


def check_samples(model, x, y=None):
    """Samples of the prior, where there is one that can be drawn from."""
    given = y[:3] if model.condition is not None else None
    try:
        model.check_prior()
    except ValueError:  # none has been fitted yet
        return
    try:
        first, again = (model.sample(3, given, seed=0) for _ in range(2))
    except NotImplementedError:  # a density that is never drawn from
        return
    expected = (3, *model.target_shape)
    expect(first.shape == expected, f"samples of shape {expected}", first.shape)
    expect(np.isfinite(first).all(), "finite samples", "others")
    expect(np.array_equal(first, again), "the same samples again", "others")


def has_densities(model, outputs):
    """Whether codes are drawn from a density, and the prior of a pass is one."""
    if not model.latent.has_density:
        return False
    try:
        outputs["prior"].log_prob(outputs["z"])
    except (NotImplementedError, ValueError):
        return False
    return True


def _check_kl(model, x, y):
    """Compares the KL with its estimate from many codes."""
    outputs = model.propagate(x, y, num_samples=CODES)
    log_ratio = model.latent.log_posterior(outputs) - outputs["prior"].log_prob(outputs["z"])
    found, estimate, spread = map(
        ops.convert_to_numpy,
        (
            ops.sum(model.latent.kl_divergence(outputs), axis=1),
            ops.mean(log_ratio, axis=1),
            ops.std(log_ratio, axis=1),
        ),
    )
    tolerance = 6 * spread / math.sqrt(CODES) + 0.01 * (1 + abs(found))
    expect(
        (abs(found - estimate) <= tolerance).all(),
        f"`kl_divergence` of {_of(model.latent)} to be what its codes and densities say, "
        f"{estimate.tolist()}",
        found.tolist(),
    )


def _shape(value, expected, what):
    expect(tuple(value.shape) == expected, f"{what} to give shape {expected}", tuple(value.shape))


def _per_example(value, count, ranks, what):
    shape = tuple(value.shape)
    shapes = " or ".join(f"{(count,)}" if rank == 1 else f"({count}, groups)" for rank in ranks)
    holds = len(shape) in ranks and shape[0] == count
    expect(holds, f"{what} to give shape {shapes}", shape)


def _of(part):
    return type(part).__name__
