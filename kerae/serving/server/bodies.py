import asyncio

from .refusal import Refusal

SILENCE = 30  # seconds without a byte of a request that has begun


class Bodies:
    """Reads the bodies of requests, none larger than allowed, and none for ever.

    Args:
        max_bytes: Integer; the largest.
    """

    def __init__(self, max_bytes):
        self._max_bytes = max_bytes
        self._reading = set()
        self._stopping = False

    async def read(self, request):
        """The body of a Starlette request.

        Raises:
            Refusal: If it is too large, as soon as that is known, stays away, or comes too late.
            ClientDisconnect: If the client is gone.
        """
        if self._stopping:
            raise _shutting_down()
        announced = int(request.headers.get("content-length", 0))
        body, chunks = bytearray(), aiter(request.stream())
        try:
            async with asyncio.timeout(SILENCE) as timeout:
                self._reading.add(timeout)
                while max(announced, len(body)) <= self._max_bytes:
                    chunk = await anext(chunks, None)
                    if chunk is None:
                        return body
                    body += chunk
                    timeout.reschedule(asyncio.get_running_loop().time() + SILENCE)
        except TimeoutError as error:
            if self._stopping:
                raise _shutting_down() from error
            raise Refusal(
                408, f"Expected the rest of the body. Received: nothing for {SILENCE} seconds."
            ) from error
        finally:
            self._reading.discard(timeout)
        raise Refusal(
            413,
            f"Expected a body of at most {self._max_bytes} bytes. Received: "
            f"{announced or 'more than that'}. Send fewer rows at a time, or raise "
            "--max-request-mb.",
        )

    def stop(self):
        """Refuses what has not been read to its end, and whatever comes from now on."""
        self._stopping = True
        now = asyncio.get_running_loop().time()
        for timeout in self._reading:
            timeout.reschedule(now)


def _shutting_down():
    return Refusal(503, "Expected a server that goes on. Received: one that is shutting down.")
