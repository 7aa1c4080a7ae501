"""What each score means."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any

from ..checks.arguments import checked


@dataclass(frozen=True)
class Entry:
    """What a score means.

    Args:
        group: String, what the score is about: `"clusters"`, `"classes"`, `"picture"`, `"latent"`,
            `"outliers"`, `"factors"`, `"samples"` or `"dictionary"`.
        title: String, the name of the score in the literature.
        direction: `"higher"` or `"lower"`, which values are better, or `"neither"`.
        range: String, the values that it can have.
        explanation: String, what it says.
        reference: String, authors, year and link.
    """

    group: str
    title: str
    direction: str
    range: str
    explanation: str
    reference: str


@checked
def glossary(names: Sequence[str] | None = None) -> dict[str, Any]:
    """What scores mean.

    Args:
        names: Names of scores, such as the `kerae.analysis.Scores` themselves. Defaults to all
            that there are, in the order of a report; the KL of single dimensions, `kl_0`, `kl_1`
            and so on, is one entry there, `kl_j`.
    Returns:
        Dict from names to entries with the attributes `group`, `title`, `direction` (which values
        are better), `range`, `explanation` and `reference`.

    Example:

    >>> entry = kerae.analysis.glossary()["kruskal_stress"]
    >>> entry.group, entry.title, entry.direction, entry.range
    ('picture', "Kruskal's stress-1, scaled", 'lower', '0 to 1')
    >>> kerae.analysis.glossary(["kl_07"])["kl_07"].title
    'KL of dimension 7, nats'

    Raises:
        ValueError: If there is no such score.
    """
    table = tomllib.loads(
        resources.files("kerae.analysis").joinpath("glossary.toml").read_text("utf-8")
    )
    entries = {
        name: Entry(group=group, **entry)
        for group, named in table.items()
        for name, entry in named.items()
    }
    if names is None:
        return entries
    return {name: _entry(entries, name) for name in names}


def _entry(entries, name):
    if dimension := re.fullmatch(r"kl_(\d+)", name):
        texts = {field.name: getattr(entries["kl_j"], field.name) for field in fields(Entry)}
        number = int(dimension[1])
        return Entry(**{k: re.sub(r"\bj\b", str(number), text) for k, text in texts.items()})
    if name not in entries:
        raise ValueError(
            f"Expected `names` of scores. Received: {name!r}. There are: {', '.join(entries)}."
        )
    return entries[name]
