import sys
from contextlib import contextmanager

from keras.src.utils.module_utils import tensorflow


@contextmanager
def without_tensorflow():
    """Keeps Keras from importing TensorFlow, for seconds, where it is not the backend.

    Keras imports it to ask whether an object that is saved is one of TensorFlow's, and to seed it;
    as long as nobody has imported it there is nothing of the kind.
    """
    before = tensorflow._available
    if "tensorflow" not in sys.modules:
        tensorflow._available = False
    try:
        yield
    finally:
        tensorflow._available = before
