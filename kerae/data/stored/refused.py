"""Which array of a file is meant, and what is said of files that cannot be read."""


def damaged(path, error):
    """A `ValueError` that says that a file is not whole."""
    return ValueError(
        f"Expected a whole {path.suffix[1:]} file at {path}. Received: {error}. Write or download "
        "it again."
    )


def one_array(path, names, name):
    """The name of the array to read: the one asked for, or the only one.

    Raises:
        ValueError: If there is no such array, or several and none is asked for.
    """
    if name in names or (name is None and len(names) == 1):
        return name or names[0]
    received = ", ".join(names) or "none"
    if name is None:
        raise ValueError(
            f"Expected one array in {path}, or its name as `column`. Received: {received}."
        )
    raise ValueError(f"Expected an array {name!r} in {path}. Received: {received}.")
