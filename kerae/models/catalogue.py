"""What every model is, read from the models themselves."""

import inspect
import re
from typing import NamedTuple

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..configurable import Configurable


class Entry(NamedTuple):
    """One model: its class, idea and paper, and the names of the parts that make it."""

    model: type
    idea: str
    paper: str
    link: str
    parts: tuple[str, ...]


def catalogue():
    """The models of `kerae.models`, by name.

    Returns:
        Dict from names to entries with the attributes `model` (the class), `idea` (one line),
        `paper` (authors and year), `link` and `parts` (what the class composes, names).

    Example:

    >>> entry = kerae.models.catalogue()["VAE"]
    >>> entry.paper, entry.parts
    ('Kingma and Welling, 2014', ('KLDivergence', 'Normal', 'Reconstruction'))
    """
    from .. import models

    classes = {name: each for name, each in vars(models).items() if inspect.isclass(each)}
    return {name: _entry(classes[name]) for name in sorted(classes)}


def _entry(model):
    doc = inspect.getdoc(model)
    reference = " ".join(doc.partition("Reference:")[2].split())
    paper, link = re.match(r"(.*?), (https?://[^\s,;]+)", reference).groups()
    return Entry(model, doc.splitlines()[0], paper, link, tuple(sorted(set(_parts(model)))))


def _parts(model):
    """The names of the parts that the constructors of a class and its parents use.

    Those that may choose from a whole package, by a short-hand, use the package; likelihoods, of
    which every model takes one, do not count.
    """
    parents = model.__mro__[: model.__mro__.index(Autoencoder)]
    constructors = [vars(each)["__init__"] for each in parents if "__init__" in vars(each)]
    for name, value in _used(constructors):
        is_package = inspect.ismodule(value) and value.__name__.startswith("kerae.")
        if (is_package and name != "likelihoods") or _is_part(value):
            yield name
        elif inspect.isfunction(value):
            yield from (name for name, value in _used([value]) if _is_part(value))


def _used(functions):
    """The globals that functions name, with what they are."""
    for function in functions:
        for name in function.__code__.co_names:
            if name in function.__globals__:
                yield name, function.__globals__[name]


def _is_part(value):
    """Whether it is a class of parts, and no abstract one: those are not registered."""
    if not inspect.isclass(value) or issubclass(value, keras.Model):
        return False
    return issubclass(value, Configurable) and ">" in keras.saving.get_registered_name(value)


def as_markdown():
    """The catalogue as the table of the README."""
    rows = ["| model | idea | parts | paper |", "|---|---|---|---|"]
    for name, entry in catalogue().items():
        parts = ", ".join(f"`{part}`" for part in entry.parts)
        idea = entry.idea.replace("|", r"\|")
        rows.append(f"| `{name}` | {idea} | {parts} | [{entry.paper}]({entry.link}) |")
    return "\n".join(rows)
