import socket


def listening(host: str, port: int):
    """A socket that listens on a port of a host; it is closed with `with`.

    Args:
        host: Name or address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all.
        port: Integer; 0 for any that is free.
    Raises:
        OSError: If the port is in use or not allowed, or the host is not this machine.
        ValueError: If there is no such port.
    """
    if not 0 <= port < 2**16:
        raise ValueError(f"Expected `port` from 0 to {2**16 - 1}. Received: {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise OSError(
            f"Expected a host of this machine and a free port. Received: {host}:{port} "
            f"({error.strerror or error}). Pass another port, or 0 for any that is free."
        ) from error
    # Inherited by each connection: else an answer's body waits 40 ms for its head to be
    # acknowledged. asyncio does so itself only for sockets that name their protocol.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
