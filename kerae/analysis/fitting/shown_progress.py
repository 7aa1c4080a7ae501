"""Whether progress is shown."""

import sys

LONG_RUN = 5_000


def shown_progress(method, n, verbose):
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
