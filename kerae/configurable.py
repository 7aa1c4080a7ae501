"""The one rule of kerae's configs: every constructor argument is an attribute of the same name."""

import inspect
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from typing import Any

import keras

from .backend.uninitialized import nothing_left_behind
from .backend.without_tensorflow import without_tensorflow
from .checks.arguments import check_call

LONGEST = 20  # letters of a value that is shown
OF_KERAS = ("name", "dtype", "trainable")  # arguments that Keras keeps

_saving = ContextVar("saving", default=False)


@contextmanager
def saving():
    """Within, configs hold objects as they are: Keras, which then knows of those that are in two
    places, makes a file of them in which they are one."""
    before = _saving.set(True)
    try:
        yield
    finally:
        _saving.reset(before)


class _Constructed(type):
    """Notes of an object which arguments it was made with, once its constructor has returned."""

    def __call__(cls, *args: Any, **kwargs: Any):
        signature = inspect.signature(cls.__init__)
        check_call(cls.__name__, signature, (None, *args), kwargs)
        with nothing_left_behind():
            made = super().__call__(*args, **kwargs)
        positional = signature.bind_partial(made, *args).arguments
        given = {name for name, value in (positional | kwargs).items() if value is not None}
        names = cls.argument_names()  # pyright: ignore[reportAttributeAccessIssue]
        for name in names:
            if not hasattr(made, name):
                raise TypeError(
                    f"Expected {cls.__name__} to keep its argument {name!r}, or no file could. "
                    f"Received: an object without it. Write `self.{name} = {name}` in `__init__`."
                )
        made.__dict__["_given"] = [name for name in names if name in given]
        # Kept: Keras assigns to attributes of layers at every call.
        made.__dict__["_read_only"] = frozenset(names)
        return made


class Configurable(metaclass=_Constructed):
    """Derives `get_config` and `from_config` from the signature of `__init__`.

    A subclass stores each argument under its own name and gets a config that survives
    `.keras` files; nested layers, parts and schedules included. `**kwargs` go to the parent: its
    arguments too are read-only attributes and in the config, or those of `passed_on` alone, where a
    class lists some. A part that was not given is none of the config, like an argument of the
    parent that was not: the constructor makes it again.

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
        own = cls._own_argument_names()
        home, parent = [c for c in cls.__mro__ if "__init__" in vars(c)][:2]
        passed_on = vars(home).get("passed_on", ())
        *_, last = inspect.signature(cls.__init__).parameters.values()
        if not passed_on and last.kind is last.VAR_KEYWORD and issubclass(parent, Configurable):
            passed_on = parent._names_for_children()
        return own + [name for name in passed_on if name not in own]

    @classmethod
    def _names_for_children(cls):
        """The names of what a subclass passes on by its `**kwargs`."""
        return cls.argument_names()

    @classmethod
    def _own_argument_names(cls):
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        named = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        return [name for name in named if name not in OF_KERAS]

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
        own = {k: v for k, v in arguments.items() if k in self._given or self._is_kept(k, v)}
        serialize = keras.saving.serialize_keras_object
        with without_tensorflow():
            inherited = super().get_config() if isinstance(self, keras.Layer) else {}  # pyright: ignore[reportAttributeAccessIssue]
            if _saving.get():
                return inherited | own
            return inherited | {name: serialize(value) for name, value in own.items()}

    def _is_kept(self, name, value):
        """Whether the config has an argument that was not given."""
        return name in self._own_argument_names() and not _is_of_parts(value)

    @classmethod
    def from_config(cls, config: dict[str, Any]):
        deserialize = keras.saving.deserialize_keras_object
        # A copy, as Keras empties the config of a functional model.
        return cls(**{name: deserialize(deepcopy(value)) for name, value in config.items()})


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
