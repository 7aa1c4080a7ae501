"""How a result of analysis came about, ready for JSON."""

import platform
import time

import numpy as np

from ... import __version__
from ...versions import installed_version


def provenance(method, parameters, packages, seed, n, n_fitted, started, notes, **outcome):
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


def ready_for_json(value):
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
