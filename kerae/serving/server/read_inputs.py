"""What a request for a prediction says."""

import re
from typing import NamedTuple

import orjson

from .as_array import as_array
from .refusal import Refusal, shortened

KEYS = ("inputs", "instances", "signature_name")
DEFAULT_SIGNATURE = "serving_default"


class Takes(NamedTuple):
    """What a signature takes: what each input is, and its limits, by name."""

    tensors: dict
    limits: dict


class Request(NamedTuple):
    """A signature's name, its arrays by name, and whether the answer is to be row by row."""

    signature: str
    inputs: dict
    by_rows: bool


def read_request(body, signatures):
    """The `Request` in the JSON of a body.

    Args:
        body: Bytes.
        signatures: Dictionary of `Takes`, by name.
    Raises:
        Refusal: If it is not one that these signatures answer.
    """
    document = read_document(body)
    signature = document.get("signature_name") or DEFAULT_SIGNATURE
    if signature not in signatures:
        raise Refusal(
            400,
            f'Serving signature name: "{shortened(signature)[1:-1]}" not found in '
            f"signature def. Expected one of: {', '.join(signatures)}.",
        )
    try:
        inputs = read_inputs(document, *signatures[signature])
    except Refusal as refusal:
        refusal.signature = signature
        raise
    return Request(signature, inputs, "instances" in document)


def read_document(body):
    """The JSON object of a prediction request, with `instances` or `inputs`, but not both.

    Raises:
        Refusal: If it is another.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        token = re.compile("NaN|Infinity").match(error.doc, error.pos)
        received = token[0] if token else f"JSON Parse error: {error}"
        expected = "finite numbers" if token else "a JSON object"
        raise Refusal(400, f"Expected {expected}. Received: {received}.") from error
    if type(document) is not dict:
        raise Refusal(400, f"Expected a JSON object. Received: {shortened(document)}.")
    unknown = sorted(document.keys() - set(KEYS))
    if unknown:
        raise Refusal(400, f"Expected no other keys than {KEYS}. Received: {shortened(unknown)}.")
    if ("instances" in document) == ("inputs" in document):
        received = "both" if "inputs" in document else "neither"
        raise Refusal(400, f"Expected one of 'instances' and 'inputs'. Received: {received}.")
    if type(document.get("signature_name", "")) is not str:
        raise Refusal(400, f"Expected a string as signature_name. Received: {shortened(document)}.")
    return document


def read_inputs(document, tensors, limits):
    """The arrays that a request gives to a signature.

    Args:
        document: The request, with rows in `instances` or columns in `inputs`.
        tensors: Dictionary of what the signature takes, by name.
        limits: Dictionary of the lowest and highest value of inputs that have limits.
    Returns:
        Dictionary of arrays, by name.
    Raises:
        Refusal: If they are not what the signature takes.
    """
    if "instances" in document:
        columns = _columns_of_rows(document["instances"], tensors)
    else:
        columns = _columns(document["inputs"], tensors)
    arrays = {
        name: as_array(columns[name], name, tensor, limits.get(name, (None, None)))
        for name, tensor in tensors.items()
    }
    counts = {
        name: len(arrays[name])
        for name, tensor in tensors.items()
        if tensor.shape and tensor.shape[0] is None
    }
    if len(set(counts.values())) > 1:
        raise Refusal(400, f"Expected as many rows in each input. Received: {counts}.")
    if 0 in counts.values():
        raise Refusal(400, f"Expected at least one row. Received: {counts}.")
    return arrays


def _columns_of_rows(rows, tensors):
    if type(rows) is not list or not rows:
        raise Refusal(
            400, f"Expected a list of at least one row in 'instances'. Received: {shortened(rows)}."
        )
    named = [_has_names(row) for row in rows]
    if not any(named):
        return {_only_name(tensors, "each row"): rows}
    if not all(named):
        other = rows[named.index(False)]
        raise Refusal(400, f"Expected an object in each row. Received: {shortened(other)}.")
    for row in rows:
        _check_names(row, tensors)
    return {name: [row[name] for row in rows] for name in tensors}


def _columns(columns, tensors):
    if not _has_names(columns):
        return {_only_name(tensors, "'inputs'"): columns}
    _check_names(columns, tensors)
    return columns


def _has_names(value):
    """Whether it is an object other than `{"b64": …}`, which is a value."""
    return type(value) is dict and value.keys() != {"b64"}


def _only_name(tensors, place):
    if len(tensors) != 1:
        raise Refusal(
            400, f"Expected an object in {place} with the inputs {sorted(tensors)}. Received: none."
        )
    return next(iter(tensors))


def _check_names(value, tensors):
    if value.keys() != tensors.keys():
        raise Refusal(
            400, f"Expected the inputs {sorted(tensors)}. Received: {shortened(sorted(value))}."
        )
