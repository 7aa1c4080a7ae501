"""The command `kerae`, as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import keras

KERAE = str(Path(sys.executable).with_name("kerae"))
BACKEND = keras.backend.backend()


def kerae_command(*arguments, cwd=None, backend=BACKEND):
    return subprocess.run(
        [KERAE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "KERAS_BACKEND": backend},
    )
