import socket

import pytest

from kerae.serving.listening import listening

pytestmark = pytest.mark.once


def test_answers_are_not_held_back():
    """Else each waits for the acknowledgement of its head, which takes 40 ms."""
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_or_host_that_it_cannot_have_is_told():
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OSError, match=f"free port. Received: 127.0.0.1:{port} "):
            listening("127.0.0.1", port)
    with pytest.raises(OSError, match="Expected a host of this machine"):
        listening("192.0.2.1", 0)
    with pytest.raises(ValueError, match="Expected `port` from 0 to 65535. Received: -1"):
        listening("127.0.0.1", -1)
