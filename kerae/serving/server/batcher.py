import asyncio
from collections import deque
from contextlib import suppress
from typing import NamedTuple

import numpy as np


class _Waiting(NamedTuple):
    inputs: dict
    rows: int
    kind: tuple
    answer: asyncio.Future


class Batcher:
    """Answers requests for one signature, several in one run where they wait for their turn.

    A request that finds nothing running is run at once. Those that come while it runs wait, and
    are merged, in the order in which they came, up to `max_rows`. So an idle server adds no delay,
    and a busy one gathers as much as it can use.

    Args:
        run: Function from a dictionary of arrays to one; it is called in threads.
        threads: The executor that it is called in.
        max_rows: Integer; the most rows of a merged run. A larger request runs alone. With 1
            nothing is merged, and runs go side by side.
        patience: Seconds that a run waits for more rows to come.
        count_rows: Function that is told the rows of each run.
    """

    def __init__(self, run, threads, max_rows, patience=0.0, count_rows=lambda rows: None):
        self._run = run
        self._threads = threads
        self._max_rows = max_rows
        self._patience = patience
        self._count_rows = count_rows
        self._waiting = deque()
        self._enough = asyncio.Event()
        self._busy = False
        self._tasks = set()

    async def answer(self, inputs):
        """The outputs for a dictionary of arrays, as the model gives them for these alone.

        Raises:
            Exception: Whatever the run raises for these inputs.
        """
        if self._max_rows == 1:
            return await self._run_once(inputs, _rows(inputs))
        kind = tuple((name, array.dtype, array.shape[1:]) for name, array in inputs.items())
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(inputs, _rows(inputs), kind, answer))
        if self._enough_waits():
            self._enough.set()
        if not self._busy:
            self._busy = True
            # Kept, since the loop holds tasks only weakly.
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work(self):
        try:
            while self._waiting:
                if self._patience and not self._enough_waits():
                    self._enough.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._patience):
                            await self._enough.wait()
                await self._answer(self._next())
        finally:
            self._busy = False

    def _enough_waits(self):
        return sum(request.rows for request in self._waiting) >= self._max_rows

    def _next(self):
        """The oldest request, and those after it that can be merged with it."""
        first = self._waiting.popleft()
        merged, others, rows = [first], [], first.rows
        for request in self._waiting:
            if request.kind == first.kind and rows + request.rows <= self._max_rows:
                merged.append(request)
                rows += request.rows
            else:
                others.append(request)
        self._waiting = deque(others)
        return merged

    async def _answer(self, requests):
        if len(requests) > 1:
            with suppress(Exception):
                rows = [request.rows for request in requests]
                for request, outputs in zip(requests, await self._run_merged(requests, rows)):
                    _settle(request.answer.set_result, outputs, request.answer)
                return
        # One alone, or one that spoiled the run for the others.
        for request in requests:
            try:
                outputs = await self._run_once(request.inputs, request.rows)
            except Exception as error:
                _settle(request.answer.set_exception, error, request.answer)
            else:
                _settle(request.answer.set_result, outputs, request.answer)

    async def _run_merged(self, requests, rows):
        def run():
            inputs = {
                name: np.concatenate([request.inputs[name] for request in requests])
                for name in requests[0].inputs
            }
            outputs = self._run(inputs)
            ends = np.cumsum(rows)
            if any(len(array) != ends[-1] for array in outputs.values()):
                raise ValueError("The outputs have not as many rows as the inputs.")
            parts = {name: np.split(array, ends[:-1]) for name, array in outputs.items()}
            return [{name: parts[name][i] for name in parts} for i in range(len(rows))]

        outputs = await asyncio.get_running_loop().run_in_executor(self._threads, run)
        self._count_rows(sum(rows))
        return outputs

    async def _run_once(self, inputs, rows):
        loop = asyncio.get_running_loop()
        outputs = await loop.run_in_executor(self._threads, self._run, inputs)
        self._count_rows(rows)
        return outputs


def _rows(inputs):
    return max((len(array) for array in inputs.values() if array.shape), default=1)


def _settle(settle, value, answer):
    # Whoever waited may have gone.
    if not answer.done():
        settle(value)
