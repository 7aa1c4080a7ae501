"""A run that several tests of the command line look at."""

import pytest
from command_line import kerae_command
from python_program import BACKEND


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A finished run, trained by the command line on this process's backend."""
    out = tmp_path_factory.mktemp("cli") / "vae_digits"
    result = kerae_command(
        *("train", "vae", "--data", "digits", "--latent-dim", 3, "--beta", 0.5, "--epochs", 2),
        *("--seed", 1, "--backend", BACKEND, "--out", out),
    )
    assert result.returncode == 0, result.stderr
    return out, result.stdout
