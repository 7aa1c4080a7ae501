"""What an exported model is asked to verify it, and what the model itself answers."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from .. import backend
from .image_endpoints import png_files

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


COUNT = 8
# Of one answer with another signature.
SAME = {"serving_default": "reconstruct", "encode_image": "encode", "score_image": "score"}


def questions_and_answers(
    model: "Autoencoder",
    endpoints: dict,
    examples: Any = None,
    y: Any = None,
):
    """Inputs for each endpoint, made of real examples, and the model's own outputs.

    Args:
        model: `kerae.Autoencoder`, which answers on its own backend.
        endpoints: Dict of `Endpoint` by name, that of `encode` among them.
        examples: Array `(n, *input_shape)`, the first 8 of which are taken; `None` for random
            numbers.
        y: Array of what a conditional model is conditioned on.
    Returns:
        Two dicts by the names of the endpoints: the inputs, and the outputs, dicts of arrays.
    Raises:
        ValueError: If the examples do not fit the model.
    """
    given = {}
    if examples is not None:
        arrays = model.checked_inputs(examples, y, target=y is not None)
        given = {name: _repeated(array) for name, array in zip(("x", "y"), arrays)}
        given["x"] = given["x"].astype(endpoints["reconstruct"].inputs["x"].dtype)
    inputs = endpoints["reconstruct"].inputs
    of_files = "encode_image" in endpoints
    if of_files:
        inputs = inputs | {"x": replace(inputs["x"], low=0.0, high=1.0)}
    given = {name: each.drawn(COUNT) for name, each in inputs.items()} | given
    if of_files:
        least, most = given["x"].min(), given["x"].max()
        if least < 0 or most > 1:
            raise ValueError(
                "Expected examples of values from 0 to 1 for `image_bytes`, as image files give "
                f"them. Received: values from {least:g} to {most:g}. Leave `image_bytes` out."
            )
        given["x"] = np.float32(np.round(given["x"] * 255)) / np.float32(255)
        given["image_bytes"] = png_files(given["x"])

    questions, answers = {}, {}
    for name, endpoint in endpoints.items():
        questions[name] = {
            key: given[key] if key in given else each.drawn(COUNT)
            for key, each in endpoint.inputs.items()
        }
        if name in SAME:
            answers[name] = answers[SAME[name]]
        else:
            answers[name] = _answer(model, endpoint, questions[name])
        if name == "encode":
            given["z"] = answers[name]["mean"]
        if name == "encode_indices":
            given |= answers[name]
    return questions, answers


def _repeated(array):
    return np.resize(array[:COUNT], (COUNT, *array.shape[1:]))


def _answer(model, endpoint, inputs):
    tensors = {name: ops.convert_to_tensor(array) for name, array in inputs.items()}
    outputs = backend.compiled(model, endpoint.function)(**tensors)
    return {name: ops.convert_to_numpy(output) for name, output in outputs.items()}
