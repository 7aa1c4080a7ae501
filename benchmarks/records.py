"""What has been measured, a line of JSON each, so that a long benchmark that is cut off goes on."""

import json
import os
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "docs" / "results"


def append(file, record):
    """Adds a record to a file, on the disk when it returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write(json.dumps(record) + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def read(file):
    """The records of a file, in the order in which they were added."""
    return list(map(json.loads, file.read_text().splitlines())) if file.exists() else []
