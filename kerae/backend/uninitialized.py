from contextlib import contextmanager

from keras.src.backend.common import global_state


@contextmanager
def nothing_left_behind():
    """Makes Keras forget the variables that were to be made by what fails.

    It makes those of a layer that is called on shapes alone afterwards, all at once; if one cannot
    be, for want of memory, each later layer would fail by it again.
    """
    try:
        yield
    except BaseException:
        global_state.set_global_attribute("uninitialized_variables", [])
        raise
