"""The exception for a request that gave no result."""

# By what the caller can do about it: statuses of HTTP, names of gRPC's, and what is neither.
_KINDS = {
    ValueError: (400, 413, 422, "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"),
    LookupError: (404, "NOT_FOUND"),
    PermissionError: (401, 403, "UNAUTHENTICATED", "PERMISSION_DENIED"),
    TimeoutError: (408, 504, "DEADLINE_EXCEEDED", "no answer in time"),
    ConnectionError: (429, 502, 503, "RESOURCE_EXHAUSTED", "UNAVAILABLE", "no connection"),
}
_ADVICE = {
    LookupError: " Look at what it serves, and whether that is loaded.",
    TimeoutError: " Give a longer `timeout` or a smaller `batch_size`.",
    ConnectionError: " Is it running, and is this its port? If it is busy, try later or with a "
    "smaller `batch_size`.",
}


def failure(server: str, what: str, status: int | str, message: str | None):
    """The exception to raise.

    Args:
        server: String, the address.
        what: String, what it was asked for.
        status: Integer, a status of HTTP; or string, the name of one of gRPC, or what happened.
        message: String, what the server said, or is known of it.
    Returns:
        `ValueError` where the request was at fault, `LookupError`, `PermissionError`,
        `TimeoutError` or `ConnectionError` where they say it all, else `RuntimeError`.
    """
    kind = next((kind for kind, statuses in _KINDS.items() if status in statuses), RuntimeError)
    # TensorFlow's own messages can have many lines.
    message = " ".join(message.split()).removesuffix(".")
    return kind(f"{server} gave no {what} ({status}): {message}.{_ADVICE.get(kind, '')}")
