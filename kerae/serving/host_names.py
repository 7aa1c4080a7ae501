"""Under which names a server is asked, and by whose pages."""

import ipaddress
import socket
from urllib.parse import urlsplit

ANY = "*"


class HostNames:
    """The names that a server on this machine answers to, and the pages that may ask it.

    A page of another site can have its own name lead to this machine, and is then taken by the
    browser for a page of this server. So a request has to name the server, in `Host`, by

    - an address, such as 127.0.0.1, which no other site can have as its name;
    - localhost, the name of this machine, or the host that it listens on; or
    - a name that was allowed.

    Browsers tell whose page asks, in `Origin`: it has to be one of this server, under the same
    name and port, or of a site whose name was allowed. Requests without `Host` or `Origin` come
    from programs that are no browser.

    Args:
        host: String, what the server listens on.
        allowed: Strings, further names, without ports; `"*"` for any.
    """

    def __init__(self, host, allowed=()):
        self._allowed = {name.lower() for name in allowed}
        self._own = {"localhost", socket.gethostname().lower(), host.lower()}

    def answers(self, host):
        """Whether a request with this `Host`, or None, is answered."""
        if host is None or ANY in self._allowed:
            return True
        name = _name(f"//{host}")
        return name in self._own | self._allowed or _is_address(name)

    def trusts(self, origin, host):
        """Whether a page of this `Origin`, or None, may ask a server under this `Host`."""
        if origin is None or ANY in self._allowed:
            return True
        return origin.partition("://")[2] == host or _name(origin) in self._allowed


def _name(address):
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_address(name):
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
