"""Objects of libraries, made with arguments of users."""

import inspect

from .explaining_arguments import explaining_arguments


def library_object(method, library_class, defaults, parameters, settings):
    """An object of a library, with what users gave in place of what kerae gives by default.

    Args:
        method: String, what users call it.
        library_class: Class of the library.
        defaults: Dict, the arguments that kerae gives where users do not.
        parameters: Dict, the arguments that users gave.
        settings: Dict, the arguments that users cannot give.
    Raises:
        ValueError: If the class has no such argument, with those it has.
    """
    own = inspect.signature(library_class).parameters
    unknown = [name for name in parameters if name in settings or name not in own]
    if unknown:
        taken = ", ".join(sorted(own.keys() - settings.keys()))
        advice = " The random state is given as `seed`." if "random_state" in unknown else ""
        raise ValueError(
            f'Expected arguments that "{method}" takes: {taken}. '
            f"Received: {', '.join(unknown)}.{advice}"
        )
    with explaining_arguments(method, parameters):
        return library_class(**{**defaults, **parameters, **settings})
