"""What every model is, read from the models themselves."""

import inspect
import re
from typing import Any, NamedTuple

from ..autoencoder.autoencoder import Autoencoder


class Entry(NamedTuple):
    """One model: its class, idea and paper, and the names of the parts that make it."""

    model: type
    idea: str
    paper: str
    link: str
    parts: tuple[str, ...]


def catalogue() -> dict[str, Any]:
    """The models of `kerae.models`, by name.

    Returns:
        Dict from names to entries with the attributes `model` (the class), `idea` (one line),
        `paper` (authors and year), `link` and `parts` (names of what the class composes).

    Example:

    >>> entry = kerae.models.catalogue()["VAE"]
    >>> entry.paper, entry.parts
    ('Kingma and Welling, 2014', ('KLDivergence', 'Normal', 'Reconstruction'))
    """
    own = (each for each in _subclasses(Autoencoder) if each.__module__.startswith(__package__))
    return {each.__name__: _entry(each) for each in sorted(own, key=lambda each: each.__name__)}


def _subclasses(of_class):
    for each in of_class.__subclasses__():
        yield each
        yield from _subclasses(each)


def _entry(model):
    doc = inspect.getdoc(model)
    reference = " ".join(doc.partition("Reference:")[2].split())
    paper, link = re.match(r"(.*?), (https?://[^\s,;]+)", reference).groups()
    parts = sorted(part.__name__ for part in model.parts)
    return Entry(model, doc.splitlines()[0], paper, link, tuple(parts))


def as_markdown() -> str:
    """The catalogue as the table of the README."""
    rows = ["| model | idea | parts | paper |", "|---|---|---|---|"]
    for name, entry in catalogue().items():
        parts = ", ".join(f"`{part}`" for part in entry.parts)
        idea = entry.idea.replace("|", r"\|")
        rows.append(f"| `{name}` | {idea} | {parts} | [{entry.paper}]({entry.link}) |")
    return "\n".join(rows)
