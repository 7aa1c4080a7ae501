"""Arrays with independent answers, of a folder that not every machine has."""

import os
from pathlib import Path

import numpy as np
import pytest


def fixture(name):
    """The arrays of a file of `$KERAE_TEST_DATA/fixtures`; the test is skipped where it is not."""
    path = Path(os.environ.get("KERAE_TEST_DATA", "")) / "fixtures" / name
    if not path.is_file():
        pytest.skip(f"no fixtures/{name} in KERAE_TEST_DATA")
    return arrays(path)


def arrays(path):
    """The arrays of an NPZ file, which is closed at once."""
    with np.load(path) as found:
        return dict(found)
