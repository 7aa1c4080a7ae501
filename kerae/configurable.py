"""The one rule of kerae's configs: every constructor argument is an attribute of the same name."""

import inspect
from contextlib import suppress
from typing import Any

import keras

from .backend.without_tensorflow import without_tensorflow
from .checks.numbers import check_annotated

LONGEST = 20  # letters of a value that is shown


class _Constructed(type):
    """Notes of an object which arguments it was made with, once its constructor has returned."""

    def __call__(cls, *args: Any, **kwargs: Any):
        signature = inspect.signature(cls.__init__)
        with suppress(TypeError):  # which Python raises below, of arguments that there are not
            for name, value in signature.bind(None, *args, **kwargs).arguments.items():
                annotation = signature.parameters[name].annotation
                check_annotated(cls.__name__, name, annotation, value)
        made = super().__call__(*args, **kwargs)
        positional = signature.bind_partial(made, *args).arguments
        given = {name for name, value in (positional | kwargs).items() if value is not None}
        names = cls.argument_names()  # pyright: ignore[reportAttributeAccessIssue]
        made.__dict__["_given"] = [name for name in names if name in given]
        # Kept: Keras assigns to attributes of layers at every call.
        made.__dict__["_read_only"] = frozenset(names)
        return made


class Configurable(metaclass=_Constructed):
    """Derives `get_config` and `from_config` from the signature of `__init__`.

    A subclass stores each argument under its own name and gets a config that survives
    `.keras` files; nested layers, parts and schedules included. `**kwargs` go to Keras, but for
    the names in `passed_on`, which are arguments of a parent. A part that was not given is none of
    the config: the constructor makes it again.

    From then on arguments are read-only: what was made of them would stay as it is, and a file
    would tell of an object that never was.

    Example:

    >>> from kerae.schedules import Linear
    >>> Linear(start=0.0, end=1.0, steps=100).get_config()
    {'start': 0.0, 'end': 1.0, 'steps': 100}

    Raises:
        AttributeError: If an argument is assigned to after construction.
    """

    passed_on: tuple[str, ...] = ()
    _given: list[str]  # the names of the arguments that were given

    @classmethod
    def argument_names(cls):
        """The names of the constructor's arguments, in order, those passed on included."""
        parameters = inspect.signature(cls.__init__).parameters.values()
        own = [p.name for p in parameters if p.name != "self" and p.kind is not p.VAR_KEYWORD]
        return own + [name for name in cls.passed_on if name not in own]

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_read_only", ()):
            before, after = (f"{name}={_short(each)}" for each in (getattr(self, name), value))
            raise AttributeError(
                f"`{name}` of {type(self).__name__} is read-only: it was made with {before}. Make "
                f"a new one with {after}, or, for a weight that changes while training, pass a "
                "schedule of kerae.schedules."
            )
        super().__setattr__(name, value)

    def __str__(self):
        arguments = (f"{name}={_short(getattr(self, name))}" for name in self._given)
        return f"{type(self).__name__}({', '.join(arguments)})"

    def get_config(self) -> dict[str, Any]:
        arguments = {name: getattr(self, name) for name in self.argument_names()}
        own = {k: v for k, v in arguments.items() if k in self._given or not _is_of_parts(v)}
        serialize = keras.saving.serialize_keras_object
        with without_tensorflow():
            inherited = super().get_config() if isinstance(self, keras.Layer) else {}  # pyright: ignore[reportAttributeAccessIssue]
            return inherited | {name: serialize(value) for name, value in own.items()}

    @classmethod
    def from_config(cls, config: dict[str, Any]):
        deserialize = keras.saving.deserialize_keras_object
        return cls(**{name: deserialize(value) for name, value in config.items()})


def _short(value):
    if isinstance(value, Configurable):
        return str(value)
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_of_parts(value):
    values = value if isinstance(value, tuple) and value else (value,)
    return all(isinstance(each, Configurable) for each in values)


def describe(thing: Any):
    """A configuration that a person can read: classes, and arguments by name, as JSON values.

    Example:

    >>> from kerae.schedules import Linear
    >>> describe(Linear(start=0.0, end=1.0, steps=100))
    {'class': 'Linear', 'start': 0.0, 'end': 1.0, 'steps': 100}
    """
    if isinstance(thing, Configurable):
        arguments = {name: describe(getattr(thing, name)) for name in thing.argument_names()}
        return {"class": type(thing).__name__, **arguments}
    if isinstance(thing, keras.Layer):
        return {"class": type(thing).__name__, "parameters": thing.count_params()}
    if isinstance(thing, list | tuple):
        return [describe(item) for item in thing]
    if inspect.isfunction(thing):
        return thing.__name__
    return thing if isinstance(thing, int | float | str | None) else str(thing)
