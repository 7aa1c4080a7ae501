from .as_array import as_array
from .refusal import Refusal, shortened


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
