"""Columns of lists, or of lists of lists, of pyarrow's tables as arrays."""

import numpy as np


def storage(kind):
    """The type, or that of what an extension type such as `datasets`' Array2D is kept as."""
    return getattr(kind, "storage_type", kind)


def is_list(kind):
    from pyarrow import types

    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def nested(field):
    """The types of a field's lists, the outermost first, and of what the innermost holds."""
    kinds = [storage(field.type)]
    while is_list(kinds[-1]):
        kinds.append(storage(kinds[-1].value_type))
    return kinds


def innermost(field):
    return nested(field)[-1]


def depth(field):
    return len(nested(field)) - 1


def is_float(kind):
    from pyarrow import types

    return types.is_floating(kind)


def lengths(column):
    """The lengths of the lists of a column's first row, from the outermost in."""
    value, lengths = column[0].as_py(), []
    while isinstance(value, list):
        lengths.append(len(value))
        value = value[0] if value else None
    return tuple(lengths)


def values(column, lengths, path):
    """The numbers of a column of lists of lists of given lengths, `(rows, *lengths)`."""
    count = len(column)
    for length in lengths:
        column = getattr(column, "storage", column)
        fixed = getattr(column.type, "list_size", None)
        is_even = (np.diff(column.offsets) == length).all() if fixed is None else fixed == length
        if column.null_count or not is_even:
            raise ValueError(
                f"Expected lists of {' x '.join(map(str, lengths))} numbers in all rows of {path}. "
                "Received: a row without a list, or with one of another length. Pad or remove it."
            )
        column = column.flatten()
    if column.null_count:
        raise ValueError(
            f"Expected a number everywhere in {path}. Received: null in {column.null_count} "
            "places. Fill or remove them."
        )
    return column.to_numpy(zero_copy_only=False).reshape(count, *lengths)
