"""TensorFlow as a guest beside another backend."""

import contextlib
import os
import sys

_GUEST = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    # Otherwise TensorFlow takes all GPU memory, which JAX or PyTorch needs.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
}


@contextlib.contextmanager
def quiet_tensorflow():
    """If TensorFlow is first imported in this block, it logs less and leaves GPU memory free.

    Where it is imported already, or a variable is set already, nothing changes; the environment
    is the same before and after.
    """
    added = [] if "tensorflow" in sys.modules else [key for key in _GUEST if key not in os.environ]
    os.environ.update({key: _GUEST[key] for key in added})
    try:
        yield
    finally:
        for key in added:
            del os.environ[key]
