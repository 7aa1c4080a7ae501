"""What an array has to be."""

import numpy as np

ROWS_AT_ONCE = 4096


def check_array(x, shape, name, dtype="float32", integers=False):
    """Checks that `x` is a non-empty batch of finite numbers of a kind, each of the given shape.

    Args:
        x: NumPy array, as `kerae.checks.given.as_array` makes it.
        shape: Tuple, the shape of one example.
        name: String, the argument.
        dtype: String, the kind of number: an integer type, or a floating one.
        integers: Boolean, whether integers will do for floats.
    Raises:
        ValueError: If it is not.
    """
    if x.shape[1:] != tuple(shape):
        raise ValueError(
            f"Expected `{name}` of shape {('n', *shape)}. Received: shape {x.shape}."
            + _shape_advice(x.shape, tuple(shape))
        )
    if len(x) == 0:
        raise ValueError(f"Expected at least one example. Received: `{name}` of shape {x.shape}.")
    if "int" in dtype:
        if not np.issubdtype(x.dtype, np.integer):
            raise ValueError(f"Expected `{name}` to hold {dtype}. Received: {x.dtype}.")
        _check_range(x, name, dtype)
        return
    if np.issubdtype(x.dtype, np.floating):
        check_finite(x, name)
    elif not integers:
        binary = x.dtype == bool or (x.min() >= 0 and x.max() <= 1)
        advice = (
            f"Convert it by `{name}.astype('float32')`."
            if binary
            else f"Convert it; for 8-bit images to [0, 1] by `{name}.astype('float32') / 255`."
        )
        raise ValueError(f"Expected `{name}` to hold floats. Received: {x.dtype}. {advice}")


def check_finite(x, name):
    """Checks that all numbers of a batch are finite.

    Raises:
        ValueError: If they are not, with the rows that they are in.
    """
    finite = [np.isfinite(rows).reshape(len(rows), -1).all(axis=1) for rows in parts(x)]
    rows = np.flatnonzero(~np.concatenate(finite))
    if len(rows):
        listed = ", ".join(map(str, rows[:5])) + (", …" if len(rows) > 5 else "")
        raise ValueError(
            f"Expected finite numbers. Received: NaN or infinity in {len(rows)} of {len(x)} "
            f"examples of `{name}`, rows {listed}. Remove or repair them."
        )


def _check_range(x, name, dtype):
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    if not np.can_cast(x.dtype, dtype) and (x.min() < least or x.max() > most):
        raise ValueError(
            f"Expected `{name}` to hold {dtype}, integers from {least} to {most}. Received: "
            f"integers from {x.min()} to {x.max()}. Make the model with another `input_dtype`."
        )


def parts(x):
    """The rows of an array, a few thousand at a time: what is computed of them needs no copy."""
    return (x[start : start + ROWS_AT_ONCE] for start in range(0, len(x), ROWS_AT_ONCE))


def _shape_advice(received, expected):
    if received == expected:
        return f" For one example, give a batch of one: shape {(1, *expected)}."
    if (*received[1:], 1) == expected:
        return " Add a channel axis: `x[..., None]`."
    return ""
