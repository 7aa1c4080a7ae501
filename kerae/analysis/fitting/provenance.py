"""How a result of analysis came about, ready for JSON."""

import platform
import re
import sys
import time
import warnings
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import __version__
from ...versions import installed_version

if TYPE_CHECKING:
    pass


def provenance(
    method: str,
    parameters: dict,
    packages: Sequence[str],
    seed: int | None,
    n: int,
    n_fitted: int,
    started: float,
    notes: Any,
    **outcome: Any,
):
    """What was done, with what, and what came of it, as a dict that `json.dumps` takes.

    Args:
        method: String, the name that the user gave.
        parameters: Dict, all arguments of the library's object.
        packages: Sequence of strings, the packages whose versions are listed.
        seed: Integer or `None`.
        n: Integer, the number of examples.
        n_fitted: Integer, how many of them the method was fitted to.
        started: Float, what `time.perf_counter` said at the beginning.
        notes: Sequence of sentences, all that was done otherwise than asked or by default.
        **outcome: What is particular to this kind of result.
    """
    versions = {"python": platform.python_version(), "kerae": __version__}
    return {
        "method": method,
        "seed": seed,
        "parameters": ready_for_json(parameters),
        "versions": {**versions, **{name: installed_version(name) for name in packages}},
        "n": n,
        "n_fitted": n_fitted,
        "seconds": round(time.perf_counter() - started, 3),
        "notes": list(notes),
        **ready_for_json(outcome),
    }


def ready_for_json(value) -> Any:
    """The value in types that JSON has; objects that have none as their `repr`."""
    if isinstance(value, dict):
        return {str(name): ready_for_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [ready_for_json(part) for part in value]
    if isinstance(value, np.ndarray):
        return value.tolist() if value.size <= 100 else f"array of shape {value.shape}"
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | None) else repr(value)


@contextmanager
def noting_warnings(expected):
    """Yields a list that in the end holds a note for each expected warning; others are warned of.

    Args:
        expected: Dict from a pattern, which the beginning of a warning matches, to the note or
            `None` for none.
    """
    notes = []
    with warnings.catch_warnings(record=True) as caught:
        for pattern in expected:
            warnings.filterwarnings("always", pattern)
        yield notes
    for warning in caught:
        text = str(warning.message)
        pattern = next((pattern for pattern in expected if re.match(pattern, text)), None)
        if pattern is None:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
        elif expected[pattern] and expected[pattern] not in notes:
            notes.append(expected[pattern])


LONG_RUN = 5_000


def shows_progress(method, n, verbose):
    """Whether a library shows its own progress; says before if it is to compile code first.

    Args:
        method: `ProjectionMethod`.
        n: Integer, the number of examples.
        verbose: Boolean, or `None` for progress of long runs when someone is looking: at a
            terminal, in an interactive session or in a notebook.
    """
    watched = sys.stderr.isatty() or hasattr(sys, "ps1")
    if verbose is not None:
        watched = verbose
    if watched and method.compiles and method.module not in sys.modules:
        text = f'"{method.name}" compiles its code at its first use, which can take a minute.'
        print(text, file=sys.stderr, flush=True)
    return bool(verbose or (watched and n >= LONG_RUN))
