"""Tells where the suite's CPU seconds go, and fails a run in which a test takes far too many.

Those of the test, what it sets up for others, and the programs that it starts and waits for.
"""

import math
import os
from collections import Counter
from pathlib import PurePath

import pytest
from python_program import cpu_seconds

# Of a test that is not marked as slow or nightly, where its programs are forks. Machines differ by
# half, and what a neighbor has compiled is not there for every order of tests.
LIMIT = math.inf if os.environ.get("KERAE_TEST_ALL") else 10
FAILS_AT = 2
SHOWN = 15

by_test, too_long = pytest.StashKey(), pytest.StashKey()


def pytest_configure(config):
    config.stash[by_test], config.stash[too_long] = Counter(), []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    before = cpu_seconds()
    result = yield
    took = item.config.stash[by_test][item.nodeid] = cpu_seconds() - before
    if took > LIMIT and not {"slow", "nightly"} & item.keywords.keys():
        item.config.stash[too_long].append(item.nodeid)
    return result


def pytest_sessionfinish(session, exitstatus):
    seconds = session.config.stash[by_test]
    far = [test for test in session.config.stash[too_long] if seconds[test] > FAILS_AT * LIMIT]
    if far and not exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    seconds, folders = config.stash[by_test], Counter()
    for test, took in seconds.items():
        folders[str(PurePath(test.partition("::")[0]).parent)] += took
    terminalreporter.section(f"{sum(seconds.values()):.0f} CPU seconds in tests")
    terminalreporter.line(", ".join(f"{name} {took:.0f}" for name, took in folders.most_common()))
    functions, cases = Counter(), Counter()
    for test, took in seconds.items():
        function, bracket, _ = test.partition("[")
        if bracket:
            functions[function] += took
            cases[function] += 1
    for function, took in functions.most_common(SHOWN):
        terminalreporter.line(f"{took:6.1f}  {function}, {cases[function]} cases")
    for test, took in seconds.most_common(SHOWN):
        terminalreporter.line(f"{took:6.1f}  {test}")
    for test in config.stash[too_long]:
        terminalreporter.line(
            f"{test} took {seconds[test]:.0f} CPU seconds; expected at most {LIMIT}, and the run "
            f"fails from {FAILS_AT * LIMIT}. Make it quicker, or mark it as slow (not in `make "
            "quick`) or nightly (in `make test-all`).",
            red=True,
        )
