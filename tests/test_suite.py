"""The tools of the suite itself: programs as forks, no survivors, CPU seconds counted."""

import json
import os
import signal
import subprocess
import sys
import time

import no_survivors
import pytest
from python_program import FRESH, python

pytestmark = pytest.mark.once
pytest_plugins = ("pytester",)

TELL = """
import json, os, sys, __main__
told = sys.argv[1:], os.getcwd(), os.environ.get("HERE"), sys.stdin.read(), __main__.__name__
print(json.dumps(told))
print("complaint", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture(autouse=True)
def _forks(monkeypatch):
    """Also where all other tests start fresh programs."""
    monkeypatch.delenv("KERAE_TEST_ALL", raising=False)


@pytest.fixture(params=["fork", "fresh"])
def program(request):
    return python() if request.param == "fork" else FRESH


@pytest.mark.parametrize("how", ["-c", "-m", "file"])
def test_a_fork_is_a_program_as_any_other(program, how, tmp_path):
    (tmp_path / "tell.py").write_text(TELL)
    given = {"-c": ["-c", TELL], "-m": ["-m", "tell"], "file": ["tell.py"]}[how]
    for code in (0, 7):
        done = subprocess.run(
            [*program, "-u", *given, str(code), "é"],
            input="asked",
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"HERE": "there"},
        )
        assert done.returncode == code and done.stderr == "complaint\n"
        arguments = [str(code), "é"], str(tmp_path), "there", "asked", "__main__"
        assert json.loads(done.stdout) == list(arguments)


@pytest.mark.parametrize(
    ("code", "ended"),
    [("raise SystemExit", 0), ("raise SystemExit('no')", 1), ("1 / 0", 1), ("", 0)],
)
def test_it_ends_as_any_other(program, code, ended):
    atexit = "import atexit; atexit.register(print, 'at the end')"
    done = subprocess.run([*program, "-c", f"{atexit}\n{code}"], capture_output=True, text=True)
    assert done.returncode == ended and done.stdout == "at the end\n"
    assert ("ZeroDivisionError" in done.stderr) is ("/" in code)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_by_a_signal_for_it(program, number):
    code = "import time; print('here', flush=True); time.sleep(60)"
    command = [*program, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "here\n"
        process.send_signal(number)
        assert process.stdout.read() == ""  # which the program itself held open
    assert process.returncode == -number


def test_forks_draw_different_random_numbers():
    code = "import random, numpy; print(random.random(), numpy.random.random())"
    command = [*python(), "-c", code]
    drawn = [subprocess.run(command, capture_output=True, text=True).stdout for _ in range(2)]
    one, other = (each.split() for each in drawn)
    assert len(one) == 2 and one[0] != other[0] and one[1] != other[1]


def test_a_fork_has_imported_and_not_computed():
    code = "import sys; from jax._src.xla_bridge import _backends as computing\n"
    code += "print('kerae.run' in sys.modules, bool(computing))"
    given = {"capture_output": True, "text": True, "env": os.environ | {"KERAS_BACKEND": "jax"}}
    done = subprocess.run([*python("jax"), "-c", code], **given)
    assert done.stdout == "True False\n", done.stderr


def test_a_program_for_another_backend_is_refused():
    command, environment = [*python("jax"), "-c", ""], os.environ | {"KERAS_BACKEND": "torch"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "Expected KERAS_BACKEND=jax" in done.stderr


def test_what_outlives_the_tests_is_killed():
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    with no_survivors.watching("mark of a test") as watching:
        marked, other = (
            subprocess.Popen(sleep, env=os.environ | {no_survivors.NAME: mark})
            for mark in ("mark of a test", "another mark")
        )
        time.sleep(0.1)
        assert marked.poll() is None
        watching.stdin.close()
        assert marked.wait(timeout=20) == -signal.SIGKILL
        assert watching.wait(timeout=20) == 0
        assert other.poll() is None
        other.kill()
        other.wait()


def test_a_long_test_without_a_mark_fails_the_run(pytester, monkeypatch):
    monkeypatch.setattr("cpu_seconds.LIMIT", 0.2)
    pytester.makeini("[pytest]\nmarkers =\n    slow\n    nightly\n")
    pytester.makepyfile(
        """
        import subprocess, sys, time
        import pytest

        BUSY = "import time\\nwhile time.process_time() < 0.3: pass"

        def test_quick():
            time.sleep(0.3)

        @pytest.mark.slow
        def test_marked():
            exec(BUSY, {})

        def test_by_a_program():
            subprocess.run([sys.executable, "-c", BUSY], check=True)
        """
    )
    result = pytester.runpytest("-p", "cpu_seconds", "-k", "not program")
    assert result.ret == 0
    monkeypatch.setattr("cpu_seconds.FAILS_AT", 10)
    result = pytester.runpytest("-p", "cpu_seconds")
    assert result.ret == 0
    result.stdout.re_match_lines([told := r"test_\S+::test_by_a_program took 0 CPU seconds; exp.*"])
    monkeypatch.setattr("cpu_seconds.FAILS_AT", 1)
    result = pytester.runpytest("-p", "cpu_seconds", "--durations=0")
    assert result.ret == 1
    result.stdout.re_match_lines([told])
    result.stdout.no_re_match_line(r".*test_(quick|marked) took .*")
