"""Other programs, run to export and to verify."""

import os
import subprocess
import sys
from typing import Any

# A GPU may be taken whole by the backend of the process that exports.
_HERE = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def run_python(*arguments: Any, failure: str, **environment: Any) -> None:
    """Runs Python, without a GPU, on arguments.

    Args:
        *arguments: What stands after `python`.
        failure: String that an error begins with.
        **environment: Further variables.
    Raises:
        RuntimeError: If it fails, with the last line that it wrote.
    """
    result = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=os.environ | _HERE | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        *_, last = (result.stderr or result.stdout).strip().splitlines() or ["nothing"]
        raise RuntimeError(f"{failure} It said: {last}")
