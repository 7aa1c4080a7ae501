"""Pieces of data read ahead in a thread."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class Chunks:
    """What `read(key)` gives for the keys that were used last, with the next one read ahead.

    Args:
        read: Function of a key, called in a thread.
        kept: Integer, how many are in memory, the one that is being read among them.
    """

    def __init__(self, read: Callable[[Any], Any], kept: int) -> None:
        self._read = read
        self._kept = kept
        self._futures = {}  # by key, the one used last at the end
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "kerae-read-ahead")

    def get(self, key: Hashable, following: Hashable | None = None) -> Any:
        """The chunk of a key; the following one begins to be read meanwhile."""
        with self._lock:
            future = self._ask(key)
            self._ask(following)
        return future.result()

    def _ask(self, key):
        if key is None:
            return None
        future = self._futures.pop(key, None)
        if future is None or (future.done() and future.exception() is not None):
            while len(self._futures) >= self._kept:
                self._futures.pop(next(iter(self._futures))).cancel()
            future = self._thread.submit(self._read, key)
        self._futures[key] = future
        return future
