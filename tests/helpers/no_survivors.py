"""Programs that tests have started end with the tests, however these end.

As a plugin of pytest it marks their environment and starts itself as a program beside the tests,
which kills what bears the mark when the tests are gone:

    python no_survivors.py MARK         until its input ends
"""

import atexit
import os
import subprocess
import sys
import uuid
from contextlib import suppress

import psutil

NAME = "KERAE_TEST_RUN"


def pytest_configure():
    os.environ[NAME] = uuid.uuid4().hex
    watcher = watching(os.environ[NAME])

    @atexit.register
    def end():
        watcher.stdin.close()
        watcher.wait()


def watching(mark):
    """A process in a session of its own, which signals to the tests do not reach."""
    command = [sys.executable, __file__, mark]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def marked(mark):
    for process in psutil.process_iter():
        try:
            if process.environ().get(NAME) == mark and process.pid != os.getpid():
                yield process
        except psutil.Error:  # it has ended meanwhile, or is not ours
            pass


if __name__ == "__main__":
    sys.stdin.read()
    while found := list(marked(sys.argv[1])):  # until none starts another one
        for each in found:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(found)
