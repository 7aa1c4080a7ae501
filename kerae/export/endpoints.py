"""The endpoints of a model: what it answers wherever it is exported to."""

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

from keras import ops

from ..autoencoder.measured import bounds_of, scored
from ..autoencoder.measured import indices as indices_of
from ..checks.types import ArrayLike
from ..latents.discrete import Discrete
from ..latents.sparse import Sparse
from ..likelihoods.unit_interval import UnitInterval
from ..noise.given import AskedNoise, GivenNoise
from .endpoint import Endpoint, Input

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


def endpoints(model: "Autoencoder") -> dict[str, Any]:
    """What can be asked of a model once it is exported, as functions of tensors.

    All of them are deterministic. The noise that `sample` decodes is an input: the random state
    of an exported graph would begin again at every load.

    Args:
        model: `kerae.Autoencoder`.
    Returns:
        Dict of `Endpoint` by name.

    Example:

    >>> from kerae.export.endpoints import endpoints
    >>> sorted(endpoints(kerae.VAE((8, 8, 1), latent_dim=2)))
    ['decode', 'decode_logits', 'encode', 'reconstruct', 'sample', 'score']

    Raises:
        ValueError: If the model's prior cannot be sampled yet.
    """
    model.check_prior()
    x = {"x": _example_input(model)}
    z = {"z": Input(model.latent.event_shape, "float32", "Codes.")}
    y = {} if model.condition is None else {"y": _label_input(model.condition)}
    compared = y | ({"y": _label_input(model.target)} if model.target.reads_labels else {})
    data = {"x": "The mean of p(x|z), in data space."}
    scores = {"reconstruction_error": "Mean over the values of x of (x - reconstruction)^2."}
    if model.latent.has_density:
        scores["negative_elbo"] = "The negative ELBO in nats."
    of_bound = "A bound of - log p(x), of as many codes as in training, in nats."
    scores |= {term.label: of_bound for term in bounds_of(model)}

    answers = {
        reconstruct: (x | y, {"reconstruction": "The example as it comes back."}),
        encode: (x | (y if model.encoder_is_conditional else {}), model.latent.served),
        decode: (z | y, data),
        score: (x | compared, scores),
        sample: (_noise_inputs(model), data),
    }
    if isinstance(model.latent, Discrete):
        of_codes = "The numbers of the codes at each place."
        last = model.latent.num_codes_at - 1
        high = int(last.max()) if last.min() == last.max() else last.tolist()
        numbers = {"indices": Input(model.latent.places, "int32", of_codes, 0, high)}
        answers[encode_indices] = (answers[encode][0], {"indices": of_codes})
        answers[decode_indices] = (numbers | y, data)
    if isinstance(model.latent, Sparse):
        answers[features] = (answers[encode][0], {"features": "How active each unit is."})
    if isinstance(model.likelihood, UnitInterval):
        answers[decode_logits] = (z | y, {"logits": "A logit for each element."})
    return {
        function.__name__: Endpoint(
            inspect.getdoc(function) or "",
            inputs,
            outputs,
            partial(function, model),
        )
        for function, (inputs, outputs) in answers.items()
    }


def reconstruct(model: "Autoencoder", x: ArrayLike, y: ArrayLike | None = None):
    """The mean of p(x|z) at the code of each example."""
    return {"reconstruction": model(x if y is None else (x, y))}


def encode(model: "Autoencoder", x: ArrayLike, y: ArrayLike | None = None):
    """The code of each example."""
    posterior = model.posterior(model.preprocess(x), model.embed(y))
    values = posterior | {"mean": model.latent.mode(posterior)}
    return {name: values[name] for name in model.latent.served}


def features(model: "Autoencoder", x: ArrayLike, y: ArrayLike | None = None):
    """How active each unit of a sparse code is for each example."""
    return {"features": encode(model, x, y)["mean"]}


def decode(model: "Autoencoder", z: ArrayLike, y: ArrayLike | None = None):
    """The mean of p(x|z) at codes."""
    return {"x": model.likelihood.mean(_parameters(model, z, y))}


def encode_indices(model: "Autoencoder", x: ArrayLike, y: ArrayLike | None = None):
    """The numbers of the codes of each example, one at each place."""
    return {"indices": indices_of(x, y, model=model)}


def decode_indices(model: "Autoencoder", indices: ArrayLike, y: ArrayLike | None = None):
    """The mean of p(x|z) at the codes of such numbers."""
    return decode(model, model.latent.codes_of(indices), y)


def decode_logits(model: "Autoencoder", z: ArrayLike, y: ArrayLike | None = None):
    """The logits at codes, whose means `decode` gives."""
    return {"logits": _parameters(model, z, y)}


def score(model: "Autoencoder", x: ArrayLike, y: ArrayLike | None = None):
    """How far each example is from what the model knows: greater for anomalies."""
    scores = scored(x, y, model=model)
    served = ("reconstruction_error", "negative_elbo", *(term.label for term in bounds_of(model)))
    return {name: scores[name] for name in served if name in scores}


def sample(model: "Autoencoder", y: ArrayLike | None = None, **noise: Any):
    """New examples: the mean of p(x|z) at codes that the prior makes of noise."""
    return decode(model, model.drawn_from_prior(GivenNoise(noise), y), y)


def _parameters(model, z, y):
    return model.likelihood_parameters(ops.cast(z, model.variable_dtype), model.embed(y))


def _example_input(model):
    is_compared = model.preprocessing is None and not model.target.reads_labels
    low, high = model.likelihood.support if is_compared else (None, None)
    dtype = "int32" if "int" in model.input_dtype else "float32"
    return Input(model.input_shape, dtype, "Examples.", low, high)


def _label_input(reader):
    if reader.known_labels is None:
        return Input(reader.y_shape, reader.y_dtype, "What is known of each example.")
    first, last = reader.known_labels[0], reader.known_labels[-1]
    description = "Labels; -1 for any." if first < 0 else "Labels."
    return Input(reader.y_shape, reader.y_dtype, description, first, last)


def _noise_inputs(model):
    """The draws that the model's prior asks for, and the label of what is to be sampled."""
    y = {}
    readers = [*model.label_readers, *([model.prior] if model.prior.is_conditional else [])]
    if readers:
        y["y"] = _label_input(readers[0])
    asked = AskedNoise()
    model.drawn_from_prior(asked, *(ops.convert_to_tensor(each.drawn(1)) for each in y.values()))
    noise = {
        name: Input(shape, "float32", "Uniform draws in (0, 1).", 0.0, 1.0)
        if name.startswith("uniform")
        else Input(shape, "float32", "Standard normal draws.")
        for name, shape in asked.shapes.items()
    }
    return noise | y
