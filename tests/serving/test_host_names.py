import socket

import pytest

from kerae.serving.host_names import HostNames

pytestmark = pytest.mark.once


@pytest.mark.parametrize("listens", ["127.0.0.1", "0.0.0.0", "::", "models.lab"])
def test_addresses_and_own_names_are_answered_and_no_others(listens):
    names = HostNames(listens)
    own = ("127.0.0.1:8501", "[::1]:8501", "10.1.2.3", "localhost", "LocalHost:1", None)
    assert all(map(names.answers, (*own, f"{socket.gethostname()}:8501")))
    others = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127x0x0x1", "")
    assert not any(map(names.answers, (*others, "evil.example:8501", "a@localhost.evil", "[::1")))
    assert names.answers("models.lab:8501") == (listens == "models.lab")


def test_a_page_may_ask_the_server_that_it_is_from():
    names = HostNames("0.0.0.0")
    assert names.trusts(None, "models.lab")
    assert names.trusts("http://10.1.2.3:8501", "10.1.2.3:8501")
    for origin in ("http://10.1.2.4:8501", "http://10.1.2.3", "null", "", "http://evil.example"):
        assert not names.trusts(origin, "10.1.2.3:8501")
    # Whoever answers without `Host` cannot tell its own page.
    assert not names.trusts("http://evil.example", None)


def test_names_may_be_allowed():
    names = HostNames("127.0.0.1", ["Models.Lab"])
    assert names.answers("models.lab:80") and names.trusts("https://models.lab", "localhost:8501")
    assert not names.answers("other.lab") and not names.trusts("https://other.lab", "localhost")
    anyone = HostNames("127.0.0.1", ["*"])
    assert anyone.answers("evil.example") and anyone.trusts("null", "localhost")
