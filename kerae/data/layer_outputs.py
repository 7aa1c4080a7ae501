"""What a layer of a network gives for its inputs."""

from typing import Any

import keras
import numpy as np
from keras import ops

from .. import backend
from ..checks.short import short


def layer_outputs(model: Any, layer: Any):
    """The path of a layer, and a function from inputs of the model to what the layer gives.

    Args:
        model: Keras model, or `torch.nn.Module`.
        layer: Layer of it, or its name or path.
    Returns:
        String, and a function from an array, or a list of arrays, to a NumPy array.
    Raises:
        ValueError: If there is no such layer; from the function, if it is not called exactly once,
            or gives no array of floats.
    """
    if isinstance(model, keras.Model):
        name, outputs = _of_keras(model, layer)
    elif any(each.__module__.startswith("torch.nn.") for each in type(model).__mro__):
        from ..backend.torch_modules import module_outputs

        name, outputs = module_outputs(model, layer)
    else:
        raise ValueError(
            f"Expected `model` to be a Keras model or a torch.nn.Module. Received: {short(model)}."
        )

    def output(inputs):
        given = outputs(inputs)
        if len(given) != 1:
            raise ValueError(
                f"Expected a layer that is called once in a pass. Received: {name!r}, which is "
                f"called {len(given)} times. Choose a layer around it."
            )
        array = given[0][0] if isinstance(given[0], list | tuple) and given[0] else given[0]
        if not isinstance(array, np.ndarray) or array.ndim < 2 or array.dtype.kind != "f":
            raise ValueError(
                f"Expected a layer that gives one array of floats (examples, ..., features). "
                f"Received: {short(array)} of {name!r}. Choose another layer."
            )
        return array

    return name, output


def _of_keras(model, layer):
    if not model.built:
        raise ValueError(
            f"Expected a model that is built. Received: {model.name!r}, which was never called. "
            "Call it on an example first."
        )
    path, found = _found(model, layer)
    compiled = backend.compiled(model, lambda inputs: _seen(model, found, inputs))

    def outputs(inputs):
        tensors = keras.tree.map_structure(ops.convert_to_tensor, inputs)
        return [
            keras.tree.map_structure(
                lambda part: (
                    np.asarray(ops.convert_to_numpy(part)) if ops.is_tensor(part) else part
                ),
                each,
            )
            for each in compiled(tensors)
        ]

    return path, outputs


def _seen(model, layer, inputs):
    """All that a layer returns while the model is called; it is as before afterwards."""
    seen, call = [], layer.call

    def noting(*args, **kwargs):
        seen.append(call(*args, **kwargs))
        return seen[-1]

    layer.__dict__["call"] = noting
    try:
        model(inputs, training=False)
    finally:
        del layer.__dict__["call"]
    return seen


def _found(model, layer):
    """The path of a layer, and the layer: of a path each name lies within the one before."""
    paths = dict(_paths(model, ""))
    if isinstance(layer, str):
        ends = [path for path in paths if f"/{path}".endswith(f"/{layer}")]
        if layer in ends:
            ends = [layer]
    else:
        ends = [path for path, each in paths.items() if each is layer]
    if len(ends) != 1:
        received = f"{layer!r}, of {', '.join(ends)}" if ends else short(layer)
        raise ValueError(
            f"Expected `layer` to be one of {model.name!r}: {', '.join(paths)}. Received: "
            f"{received}."
        )
    return ends[0], paths[ends[0]]


def _paths(model, before):
    for layer in model._flatten_layers(include_self=False, recursive=False):
        yield f"{before}{layer.name}", layer
        yield from _paths(layer, f"{before}{layer.name}/")
