import asyncio
import operator
import os

import pytest

from kerae.serving.server.other_process import OtherProcess
from kerae.serving.server.read_inputs import read_request
from kerae.serving.server.refusal import Refusal

pytestmark = pytest.mark.once


@pytest.fixture
def other():
    other = OtherProcess()
    yield other
    other.close()


def call(other, *call):
    return asyncio.run(other.call(*call))


def test_what_it_computes_comes_back_and_so_do_errors(other):
    assert call(other, operator.add, 2, 3) == 5
    assert call(other, os.getpid) == call(other, os.getpid) != os.getpid()
    with pytest.raises(ZeroDivisionError):
        call(other, operator.truediv, 1, 0)
    with pytest.raises(Refusal, match="Expected a JSON object") as caught:
        call(other, read_request, b"[]", {})
    assert caught.value.status == 400


def test_it_is_started_again_where_it_ended(other):
    before = call(other, os.getpid)
    with pytest.raises(RuntimeError, match="its end"):
        call(other, os._exit, 1)
    assert call(other, os.getpid) not in (before, os.getpid())


def test_what_is_printed_does_not_spoil_the_answer(other, capfd):
    assert call(other, print, "hello") is None
    assert call(other, operator.add, 2, 3) == 5
    assert "hello" in capfd.readouterr().err
