"""Whether there is a network, asked before a download that would retry for minutes."""

import queue
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlsplit


def any_answers(addresses: Sequence[str], seconds: float) -> bool:
    """Whether any of the hosts answers an HTTP request, whatever the answer is.

    Every host is asked at once in a thread of its own, since a name look-up can hang for longer
    than any time-out that a request takes.

    Args:
        addresses: Web addresses; one per host is asked.
        seconds: Float, how long to wait in total.
    Returns:
        Boolean.
    """
    one_per_host = {urlsplit(address).netloc: address for address in addresses}.values()
    answers = queue.SimpleQueue()
    for address in one_per_host:
        arguments = (address, seconds, answers)
        threading.Thread(target=_ask, args=arguments, daemon=True).start()
    end = time.monotonic() + seconds
    try:
        return any(answers.get(timeout=max(0, end - time.monotonic())) for _ in one_per_host)
    except queue.Empty:
        return False


def _ask(address, seconds, answers):
    # The library with which TFDS downloads: the same proxies, the same certificates.
    import requests

    try:
        requests.head(address, timeout=seconds).close()
        answers.put(True)
    except OSError:
        answers.put(False)
