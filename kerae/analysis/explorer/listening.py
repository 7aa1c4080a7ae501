import socket
from contextlib import contextmanager

ADDRESS = "127.0.0.1"


@contextmanager
def listening(port):
    """Yields a socket that listens on a port of this machine, for this machine alone.

    Args:
        port: Integer; 0 for any that is free.
    Raises:
        OSError: If the port is in use, or not allowed.
        ValueError: If there is no such port.
    """
    if not 0 <= port < 2**16:
        raise ValueError(f"Expected `port` from 0 to {2**16 - 1}. Received: {port}")
    try:
        listener = socket.create_server((ADDRESS, port))
    except OSError as error:
        raise OSError(
            f"Expected a free port. Received: {port} ({error.strerror}). Pass another `port`, or 0 "
            "for any that is free."
        ) from error
    with listener:
        listener.setblocking(False)
        yield listener
