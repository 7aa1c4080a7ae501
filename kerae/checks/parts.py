"""What a model is made of, looked at before it is put together."""

from typing import Any

import keras

from .numbers import check_count
from .short import short


def checked_shape(name: str, shape: Any, least_axes: int = 1) -> tuple[int, ...]:
    """The shape, or the widths of layers, as a tuple.

    Raises:
        ValueError: If it is no sequence of positive integers, or has fewer than `least_axes`.
    """
    try:
        shape = tuple(shape)
        check_count(f"the length of {name}", len(shape), least=least_axes)
        for size in shape:
            check_count(name, size)
    except (TypeError, ValueError):
        shape = None if isinstance(shape, str) else shape
        advice = f" Give ({shape},) for vectors." if isinstance(shape, int) else ""
        raise ValueError(
            f"Expected `{name}` to be a tuple of positive integers. Received: "
            f"{name}={short(shape)}.{advice}"
        ) from None
    return shape


def check_network(name: str, layer: Any) -> None:
    """Checks that an argument is a layer, or a model, of one input; or `None`.

    Raises:
        ValueError: If it is not.
    """
    if layer is not None and not isinstance(layer, keras.Layer):
        raise ValueError(
            f"Expected `{name}` to be a Keras layer or model. Received: {short(layer)}."
        )
    inputs = layer.inputs if isinstance(layer, keras.Model) and layer.built else None
    if isinstance(inputs, list) and len(inputs) > 1:
        raise ValueError(
            f"Expected `{name}` to take one input. Received: a model of {len(inputs)} inputs. "
            "Concatenate them, and split them in its first layer; give labels by `condition=`."
        )


def checked_activation(name: str, activation: Any) -> Any:
    """The activation as a function.

    Raises:
        ValueError: If Keras knows none of that name, or it is no function.
    """
    try:
        if isinstance(activation, str | dict | None) or callable(activation):
            return keras.activations.get(activation)
    except (TypeError, ValueError):
        pass
    raise ValueError(
        f"Expected `{name}` to be a Keras activation or its name. Received: {short(activation)}."
    )


def checked_optimizer(name: str, given: Any) -> Any:
    """The Keras optimizer that is given, itself, by its name or by its configuration.

    Raises:
        ValueError: If it is none.
    """
    try:
        return keras.optimizers.get(given)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"Expected `{name}` to be a Keras optimizer or the name of one. Received: "
            f"{short(given)}."
        ) from error
