"""The command `kerae`, as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from python_program import BACKEND, FRESH, python

KERAE = str(Path(sys.executable).with_name("kerae"))
# As an argument of `python -c`: the command in a process that Ctrl-C interrupts. One that a shell
# has put in the background ignores it, unless told otherwise.
INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
INTERRUPTIBLE += "from kerae.cli.main import main; main()"


def kerae_command(*arguments, cwd=None, backend=BACKEND, fresh=False):
    """What it gives; `fresh` starts it as a user does, which takes seconds."""
    return subprocess.run(
        [*(FRESH if fresh else python(backend)), KERAE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "KERAS_BACKEND": backend},
    )
