import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kerae.serving.server.batcher import Batcher

pytestmark = pytest.mark.once


class Model:
    """Squares, and keeps what each run was given; the first run waits until it is let go."""

    def __init__(self, holds=True):
        self.runs = []
        self.began, self.let_go = threading.Event(), threading.Event()
        if not holds:
            self.let_go.set()

    def __call__(self, inputs):
        x = inputs["x"]
        self.runs.append(x.tolist())
        self.began.set()
        assert self.let_go.wait(20)
        if (x == 13).any():
            raise ValueError("13 is bad luck")
        return {"square": x**2, "row": np.arange(len(x))}


def answers(model, requests, max_rows=64, patience=0.0, threads=2):
    """What each of the requests is answered, the first being run when the others come."""

    async def ask(executor):
        batcher = Batcher(model, executor, max_rows, patience, counted.append)
        first = asyncio.create_task(batcher.answer({"x": np.array(requests[0])}))
        await asyncio.to_thread(model.began.wait, 20)
        others = [
            asyncio.create_task(batcher.answer({"x": np.array(request)}))
            for request in requests[1:]
        ]
        await asyncio.sleep(0)
        model.let_go.set()
        return await asyncio.gather(first, *others, return_exceptions=True)

    counted = []
    with ThreadPoolExecutor(threads) as executor:
        found = asyncio.run(ask(executor))
    assert sum(counted) == sum(
        len(request) for request, answer in zip(requests, found) if type(answer) is dict
    )
    return found


def squares(found):
    return [answer["square"].tolist() for answer in found]


def test_what_waits_is_answered_by_one_run():
    model = Model()
    assert squares(answers(model, [[1], [2, 3], [4]])) == [[1], [4, 9], [16]]
    assert model.runs == [[1], [2, 3, 4]]


def test_a_run_has_no_more_rows_than_allowed_unless_a_request_has():
    model = Model()
    requests = [[1], [2, 3], [4, 5], [6, 7, 8, 9, 10], [11]]
    expected = [[x**2 for x in request] for request in requests]
    assert squares(answers(model, requests, max_rows=3)) == expected
    assert model.runs == [[1], [2, 3, 11], [4, 5], [6, 7, 8, 9, 10]]


def test_other_shapes_and_types_are_not_merged():
    model = Model()
    requests = [[1], [[2]], [3], [[4]], [5.0]]
    assert squares(answers(model, requests)) == [[1], [[4]], [9], [[16]], [25]]
    assert model.runs == [[1], [[2], [4]], [3], [5.0]]


def test_one_bad_request_spoils_none_that_it_was_merged_with():
    found = answers(Model(), [[1], [2], [13], [3, 4], [13, 13]])
    assert squares([found[0], found[1], found[3]]) == [[1], [4], [9, 16]]
    assert [str(found[2]), str(found[4])] == ["13 is bad luck"] * 2


def test_without_merging_runs_go_side_by_side():
    model = Model()
    both = threading.Barrier(3)

    def together(inputs):
        both.wait(20)
        return model(inputs)

    async def ask(executor):
        batcher = Batcher(together, executor, 1)
        waiting = [asyncio.create_task(batcher.answer({"x": np.array([i])})) for i in (1, 2)]
        await asyncio.to_thread(both.wait, 20)
        model.let_go.set()
        return await asyncio.gather(*waiting)

    with ThreadPoolExecutor(2) as executor:
        assert squares(asyncio.run(ask(executor))) == [[1], [4]]


def test_patience_waits_for_a_full_run_and_no_longer():
    model = Model(holds=False)

    async def ask(executor, patience):
        batcher = Batcher(model, executor, 3, patience)
        waiting = []
        for i in (1, 2, 3):
            waiting.append(asyncio.create_task(batcher.answer({"x": np.array([i])})))
            for _ in range(5):
                await asyncio.sleep(0)
        return await asyncio.gather(*waiting)

    with ThreadPoolExecutor(2) as executor:
        # As long as the test may take: a full run does not wait for it.
        assert squares(asyncio.run(asyncio.wait_for(ask(executor, 1000.0), 20))) == [[1], [4], [9]]
        assert model.runs == [[1, 2, 3]]

        async def alone():
            return await Batcher(model, executor, 3, 0.001).answer({"x": np.array([5])})

        assert squares([asyncio.run(asyncio.wait_for(alone(), 20))]) == [[25]]


def test_outputs_that_cannot_be_split_are_computed_one_by_one():
    class Mean(Model):
        def __call__(self, inputs):
            super().__call__(inputs)
            return {"square": inputs["x"].mean(keepdims=True) ** 2}

    model = Mean()
    assert squares(answers(model, [[1], [2, 4], [3]])) == [[1], [9], [9]]
    assert model.runs == [[1], [2, 4, 3], [2, 4], [3]]


def test_who_left_harms_nobody():
    model = Model()

    async def ask(executor):
        batcher = Batcher(model, executor, 64)
        waiting = [asyncio.create_task(batcher.answer({"x": np.array([i])})) for i in range(3)]
        await asyncio.to_thread(model.began.wait, 20)
        waiting[1].cancel()
        await asyncio.sleep(0)
        model.let_go.set()
        found = await asyncio.gather(*waiting, return_exceptions=True)
        return found, await batcher.answer({"x": np.array([7])})

    with ThreadPoolExecutor(2) as executor:
        found, later = asyncio.run(ask(executor))
    assert squares([found[0], found[2], later]) == [[0], [4], [49]]
    assert isinstance(found[1], asyncio.CancelledError)
