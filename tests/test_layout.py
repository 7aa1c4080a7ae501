"""Rules of the source tree that the linter enforces."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.once


@pytest.mark.parametrize("framework", ["tensorflow", "jax", "torch"])
@pytest.mark.parametrize("statement", ["import {0}", "from {0} import nn", "import {0}.nn"])
def test_only_the_backend_imports_a_framework(framework, statement):
    source = statement.format(framework) + "\n"
    for name, finds in (("kerae/latents/new.py", True), ("kerae/backend/new.py", False)):
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                "check",
                "--select=TID251",
                f"--stdin-filename={name}",
                "-",
            ],
            input=source,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ("TID251" in result.stdout) is finds, result.stdout + result.stderr
