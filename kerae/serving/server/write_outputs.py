import base64
import json

import numpy as np
import orjson

from .refusal import Refusal


def write_outputs(outputs, rows):
    """The JSON of an answer, as TensorFlow Serving writes it.

    Args:
        outputs: Dictionary of arrays, by name; the name is left out where there is only one.
        rows: Whether to write row by row, for a request in `instances`.
    Returns:
        Bytes.
    Raises:
        Refusal: If the outputs have no rows, or not as many.
    """
    shapes = {name: array.shape for name, array in outputs.items()}
    counts = {shape[:1] for shape in shapes.values()}
    if rows and (len(counts) > 1 or counts == {()}):
        raise Refusal(
            400,
            f"Expected outputs with as many rows. Received: {shapes}. Ask by 'inputs' instead of "
            "'instances'.",
        )
    columns = {name: _writable(name, array) for name, array in outputs.items()}
    if len(columns) == 1:
        answer = next(iter(columns.values()))
    elif rows:
        answer = [dict(zip(columns, row)) for row in zip(*columns.values())]
    else:
        answer = columns
    document = {"predictions" if rows else "outputs": answer}
    unknown = [array.dtype.name for array in outputs.values() if array.dtype.kind not in "biufO"]
    if unknown:
        raise Refusal(400, f"Expected outputs that JSON can write. Received: {unknown[0]}.")
    if all(array.dtype.kind != "f" or np.isfinite(array).all() for array in outputs.values()):
        return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    # Only Python's writer knows NaN and Infinity, as TensorFlow Serving writes them.
    return json.dumps(document, default=_shortest).encode()


def _writable(name, array):
    if array.dtype == object:
        write = _as_base64 if name.endswith("_bytes") else _as_text
        return _each(write, array.tolist())
    return array if array.shape else array[()]


def _each(write, value):
    return [_each(write, item) for item in value] if type(value) is list else write(value)


def _as_base64(value):
    return {"b64": base64.b64encode(value).decode()}


def _as_text(value):
    return value.decode(errors="replace")


def _shortest(array):
    """Lists, with each float as the shortest number that reads as the same float."""
    if np.asarray(array).dtype.kind != "f":
        return array.tolist()
    return np.asarray(array).astype(str).astype(float).tolist()
