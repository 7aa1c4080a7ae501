"""A process that does what would hold up all others here: Python reads JSON in one go."""

import os
import pickle
import subprocess
import sys
from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from typing import Any


class OtherProcess:
    """Calls functions in another process, one call after the other.

    It is started when it is first needed. What it holds meanwhile is its own, so that one large
    request at a time takes many times its size, whoever else asks.
    """

    def __init__(self):
        self._process = None
        self._turns = ThreadPoolExecutor(1, "kerae-other-process")

    async def call(self, function, *arguments):
        """What the function, which has to be one of a module, gives.

        Raises:
            Exception: Whatever it raises; RuntimeError if the process ends meanwhile.
        """
        return await get_running_loop().run_in_executor(
            self._turns, self._call, function, arguments
        )

    def _call(self, function, arguments):
        if self._process is None:
            self._process = _started()
        calls: Any = self._process.stdin
        answers: Any = self._process.stdout
        try:
            pickle.dump((function, arguments), calls, pickle.HIGHEST_PROTOCOL)
            calls.flush()
            result, error = pickle.load(answers)
        except (OSError, EOFError) as fault:
            self._end()
            raise RuntimeError(
                f"Expected the process that reads JSON to go on. Received: its end ({fault!r}). "
                "If memory is short, lower --max-request-mb."
            ) from fault
        if error is not None:
            raise error
        return result

    def close(self):
        """Ends it, once what was called has answered."""
        self._turns.shutdown()
        self._end()

    def _end(self):
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _started():
    return subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
        # Ctrl-C is for the server, which still needs it for what it took.
        start_new_session=True,
    )


def _answer_calls():
    calls, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    while True:
        try:
            function, arguments = pickle.load(calls)
        except EOFError:
            return
        try:
            answer = function(*arguments), None
        except Exception as error:
            answer = None, error
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
        # Else it is held until the next.
        del function, arguments, answer


if __name__ == "__main__":
    _answer_calls()
