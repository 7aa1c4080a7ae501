"""What libraries say of arguments, as errors of kerae."""

from contextlib import contextmanager


@contextmanager
def explaining_arguments(method, parameters):
    """Raises what a library raises as a `ValueError` that names the arguments of the user.

    Args:
        method: String, what users call it.
        parameters: Dict, the arguments that users gave; without any, errors stay as they are.
    """
    try:
        yield
    except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
        if not parameters:
            raise
        given = ", ".join(f"{name}={value!r}" for name, value in parameters.items())
        raise ValueError(
            f'Expected arguments that "{method}" can work with. Received: {given}, '
            f"of which the library says: {error}"
        ) from error
