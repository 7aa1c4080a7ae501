from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from .bodies import SLOWEST

FULL = b"Expected fewer connections at once. Try again later."
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b'Connection: close\r\nContent-Length: %d\r\n\r\n{"error":"%s"}' % (len(FULL) + 12, FULL)
)


class Connection(H11Protocol):
    """uvicorn's connection, one of not too many, and none that is held without use.

    uvicorn limits the time between two requests alone. Here the whole head of a request has to
    come within some seconds, from the beginning of the connection or after the answer before, and
    an answer has to be taken at 16 KiB in a second at least.

    Args:
        silence: Seconds that it is held for a head, or for a client that takes too little.
        idle: The same between two requests.
        most: Integer; how many there may be. One more takes the place of the one that has been
            without a request longest, and if all have one, is refused.
        **options: What uvicorn gives.
    """

    def __init__(self, silence, idle, most, **options):
        super().__init__(**options)
        self._silence, self._idle, self._most = silence, idle, most
        self._until_head = self._until_taken = None
        self.without_request_since = None

    def connection_made(self, transport):
        super().connection_made(transport)
        connections: set[Any] = self.connections
        if len(connections) > self._most:
            others = (each for each in connections if each is not self)
            waiting = [each for each in others if each.without_request_since is not None]
            if not waiting:
                transport.write(REFUSAL)
                return transport.close()
            min(waiting, key=lambda each: each.without_request_since).transport.abort()
        self._wait_for_head(self._silence)

    def handle_events(self):
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self):
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self._wait_for_head(self._idle)

    def connection_lost(self, exc):
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self):
        super().pause_writing()
        self._until_taken = self.loop.call_later(self._silence, self._look, self._left())

    def resume_writing(self):
        super().resume_writing()
        if self._until_taken is not None:
            self._until_taken.cancel()
            self._until_taken = None

    def _look(self, left_before):
        left = self._left()
        if left_before - left < self._silence * SLOWEST:
            return self.transport.abort()
        self._until_taken = self.loop.call_later(self._silence, self._look, left)

    def _left(self):
        return self.transport.get_write_buffer_size()

    def _wait_for_head(self, seconds):
        self._stop_waiting()
        self.without_request_since = self.loop.time()
        self._until_head = self.loop.call_later(seconds, self._give_up)

    def _give_up(self):
        if self.flow.write_paused:
            # The answer before is still on its way.
            return self._wait_for_head(self._silence)
        self.transport.abort()

    def _stop_waiting(self):
        self.without_request_since = None
        if self._until_head is not None:
            self._until_head.cancel()
            self._until_head = None
