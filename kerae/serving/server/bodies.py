import asyncio
from contextlib import asynccontextmanager

from .refusal import Refusal

SLOWEST = 2**14  # bytes in a second, on average, beyond the time that silence is allowed


class Bodies:
    """Reads the bodies of requests: none too large, none for ever, and not too many at once.

    A body has to be there after `silence` seconds, and one more for each 16 KiB of it that came.

    Args:
        max_bytes: Integer; the largest.
        max_held: Integer; the most bytes that all together take until they are answered.
        silence: Seconds without a byte of a request that has begun.
    Attributes:
        held: Integer; the bytes that are held now.
    """

    def __init__(self, max_bytes, max_held, silence):
        self._max_bytes = max_bytes
        self._max_held = max_held
        self._silence = silence
        self.held = 0
        self._reading = set()
        self._stopping = False

    @asynccontextmanager
    async def read(self, request):
        """The body of a Starlette request, which counts as held until the end of the context.

        Raises:
            Refusal: If it is too large, as soon as that is known, stays away, or comes too late,
                or if others leave no room for it.
            ClientDisconnect: If the client is gone.
        """
        if self._stopping:
            raise _shutting_down()
        announced = int(request.headers.get("content-length", 0))
        if announced > self._max_bytes:
            raise self._too_large(announced)
        body = bytearray()
        try:
            await self._receive(request, body)
            yield body
        finally:
            self.held -= len(body)

    async def _receive(self, request, body):
        now = asyncio.get_running_loop().time
        began = now()
        try:
            async with asyncio.timeout(self._silence) as timeout:
                self._reading.add(timeout)
                async for chunk in request.stream():
                    if len(body) + len(chunk) > self._max_bytes:
                        raise self._too_large("more than that")
                    if self.held + len(chunk) > self._max_held:
                        raise Refusal(
                            503,
                            f"Expected at most {self._max_held} bytes in all requests at once. "
                            "Try again later, or raise --max-waiting-mb.",
                        )
                    self.held += len(chunk)
                    body += chunk
                    if not self._stopping:
                        latest = began + len(body) / SLOWEST
                        timeout.reschedule(min(now(), latest) + self._silence)
        except TimeoutError as error:
            if self._stopping:
                raise _shutting_down() from error
            raise Refusal(
                408,
                f"Expected the rest of the body within {self._silence:g} seconds, or "
                f"{SLOWEST} bytes in a second. Received: {len(body)} bytes in "
                f"{now() - began:.0f} seconds.",
            ) from error
        finally:
            self._reading.discard(timeout)

    def _too_large(self, received):
        return Refusal(
            413,
            f"Expected a body of at most {self._max_bytes} bytes. Received: {received}. "
            "Send fewer rows at a time, or raise --max-request-mb.",
        )

    def stop(self):
        """Refuses what has not been read to its end, and whatever comes from now on."""
        self._stopping = True
        now = asyncio.get_running_loop().time()
        for timeout in self._reading:
            timeout.reschedule(now)


def _shutting_down():
    return Refusal(503, "Expected a server that goes on. Received: one that is shutting down.")
