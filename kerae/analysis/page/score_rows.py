"""Scores as the rows of a table for people."""

from dataclasses import dataclass

from ..glossary import glossary


@dataclass(frozen=True)
class ScoreRow:
    """One score of one or several models.

    Args:
        title: String, what it is called.
        values: List of strings, one a model.
        better: String, which values are better.
        explanation: String, what it says.
        notes: List of strings, what has to be said of these values.
        source: String, authors and year.
        link: String.
    """

    title: str
    values: list
    better: str
    explanation: str
    notes: list
    source: str
    link: str


def score_rows(scores_of):
    """The rows by group of the glossary.

    Args:
        scores_of: Dict from the names of models to their `Scores`; of one model, the name is not
            said.
    Returns:
        Dict from groups to lists of `ScoreRow`. A score that no model has is not there, unless a
        note says why.
    """
    names = {name for scores in scores_of.values() for name in (*scores, *scores.notes)}
    groups = {}
    for name, entry in glossary().items():
        if name not in names:
            continue
        source, _, link = entry.reference.rpartition(", ")
        said = {
            model: scores.notes[name] for model, scores in scores_of.items() if name in scores.notes
        }
        groups.setdefault(entry.group, []).append(
            ScoreRow(
                title=entry.title,
                values=[_formatted(scores.get(name)) for scores in scores_of.values()],
                better=entry.direction if entry.direction != "neither" else "",
                explanation=entry.explanation,
                notes=_merged(said, len(scores_of)),
                source=source,
                link=link,
            )
        )
    return groups


def _merged(said, models):
    """Remarks without repeats; with the names of the models, where there are several."""
    by_text = {}
    for model, text in said.items():
        by_text.setdefault(text, []).append(model)
    if models == 1:
        return list(by_text)
    return [
        text if len(names) == models else f"{', '.join(names)}: {text}"
        for text, names in by_text.items()
    ]


def _formatted(value):
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
