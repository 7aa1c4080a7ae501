"""What is measured of each example of a batch, by one rule wherever it is asked for."""

from typing import TYPE_CHECKING, Any

from keras import ops

from ..checks.types import Tensor
from ..latents import Normal
from ..latents.discrete import Discrete
from ..terms.term import total

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


def measured(x: Tensor, y: Tensor = None, *, model: "Autoencoder") -> dict[str, Any]:
    """What a model makes of each example, as tensors; repeatable, like evaluation.

    Args:
        x: Tensor `(batch, *input_shape)`.
        y: Tensor of what condition or target read.
        model: `kerae.Autoencoder`.
    Returns:
        Dict: `z`, its code, and `z_drawn`, one draw from q(z|x), both flat; `error`, the mean over
        pixels of (target - x_hat)^2, x_hat decoded from `z`; `reconstruction`,
        - log p(target|z_drawn) in nats; and for codes with a density `kl`, the KL(q(z|x) || p(z))
        in nats of each dimension, or of all in one column; for the codes of `kerae.latents.Normal`
        the `log_variance` of q(z|x), of which `z` is the mean; and of discrete codes `indices`,
        the numbers of those of `z`, `(batch, *places)`. Where the encoder lets something past the
        code, `x_hat`, too.
    """
    return _of_pass(model.propagate(x, y), model)


def indices(x: Tensor, y: Tensor = None, *, model: "Autoencoder") -> Tensor:
    """The numbers of the discrete codes of examples, `(batch, *places)`."""
    return model.latent.indices_in(model.posterior(model.preprocess(x), model.embed(y)))


def _of_pass(outputs, model):
    z = model.latent.mode(outputs["posterior"])
    parameters = model.likelihood_parameters(z, outputs["condition"])
    mean = model.likelihood.mean(model.past_codes(outputs["x"], parameters))
    difference = ops.square(ops.cast(outputs["target"], mean.dtype) - mean)
    result = {
        "z": _flat(z),
        "z_drawn": _flat(outputs["z"][:, 0]),
        "error": ops.mean(_flat(difference), axis=1),
        "reconstruction": -ops.mean(outputs["log_likelihood"], axis=1),
    }
    if getattr(model.encoder, "skip", False):
        result["x_hat"] = mean
    if model.latent.has_density:
        result["kl"] = model.latent.kl_divergence(outputs)
    if type(model.latent) is Normal:
        result["log_variance"] = outputs["posterior"]["log_variance"]
    if isinstance(model.latent, Discrete):
        result["indices"] = model.latent.indices_in(outputs["posterior"])
    return result


def scored(x, y=None, *, model):
    """How far each example is from what the model knows, as tensors `(batch,)`.

    Args:
        x: As for `measured`, like `y` and `model`.
    Returns:
        Dict: `reconstruction_error`, which is the `error` of `measured`; `reconstruction`; and for
        codes with a density `kl`, summed, and `negative_elbo`, the sum of both; of each bound
        among the model's terms, with as many codes as in training, the value under its label.
    """
    outputs = model.propagate(x, y)
    found = _of_pass(outputs, model)
    scores = {
        "reconstruction_error": found["error"],
        "reconstruction": found["reconstruction"],
    }
    if "kl" in found:
        scores["kl"] = ops.sum(found["kl"], axis=1)
        scores["negative_elbo"] = scores["reconstruction"] + scores["kl"]
    return scores | {term.label: total(term.value(model, outputs)) for term in bounds_of(model)}


def bounds_of(model):
    """The terms of a model that are bounds of - log p(x)."""
    return [term for term in model.terms if term.is_bound]


def _flat(tensor):
    return ops.reshape(tensor, (ops.shape(tensor)[0], -1))
