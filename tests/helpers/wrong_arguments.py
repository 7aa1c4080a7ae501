"""What no argument is, and how calls answer to it."""

import math
import re

import numpy as np

WRONG = {
    "zero": 0,
    "minus one": -1,
    "NaN": math.nan,
    "infinity": math.inf,
    "true": True,
    "string": "x",
    "none": None,
    "object": object(),
    "dict": {"x": 1},
    "array": np.arange(6.0).reshape(2, 3),
}


class Reached(Exception):
    """Raised by what stands in for what takes long: all arguments were taken until there."""


def with_wrong_arguments(call, arguments, argument):
    """The wrong values that `call` neither takes nor refuses in a line that names the argument.

    A file that is not there, or is, may be told of by its path.
    """
    for kind, wrong in WRONG.items():
        try:
            call(**arguments | {argument: wrong})
        except Reached:
            pass
        except (ValueError, TypeError, FileNotFoundError, FileExistsError) as error:
            # By its name, or by that of the part's that it is passed on as: `weight` for `beta`.
            names = re.search(r"`\w+`", str(error))
            is_told = names or (isinstance(error, OSError) and str(wrong) in str(error))
            if "\n" in str(error).strip() or not is_told:
                yield f"{kind}: {error}"
        except Exception as error:
            yield f"{kind}: {type(error).__name__}: {error}"
