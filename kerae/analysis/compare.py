"""Several models beside each other."""

from typing import TYPE_CHECKING, Any

from ..checks.arguments import checked
from ..checks.extras import EXTRAS, require
from ..checks.types import FilePath, Rows
from ..configurable import describe
from ..versions import versions
from .analysis import analyze
from .page.atlas import atlas_of
from .page.files import as_json, checked_path, this_command, write_text
from .page.interactive_map import rows_on_map, side_by_side
from .page.pictures import pictures
from .page.render import render
from .page.score_rows import score_rows
from .page.summary import summary

if TYPE_CHECKING:
    from pandas import DataFrame

INPUT_SUFFIX = "_input"


@checked
def compare(
    models: dict,
    x: Rows,
    labels: Rows | None = None,
    path: FilePath | None = None,
    title: str | None = None,
    command: str | None = None,
    seed: int = 0,
    compare_inputs: bool = True,
    **options: Any,
) -> "DataFrame":
    """Analyses several models on the same examples: one table, and one page.

    The page has the same maps, pictures and scores for each model, side by side; beside it
    `.json` holds every number.

    Args:
        models: Dict from names to `kerae.Autoencoder`s that take the same data.
        x: Array `(n, *input_shape)`.
        labels: Integers or strings, one for each example.
        path: File ending in .html, or `None` for no page.
        title: String. Defaults to the names of the models.
        command: String, how the page was made. Defaults to the command of this process.
        seed: Integer, of all random numbers.
        compare_inputs: Boolean, whether to measure what the data themselves tell of the class.
        **options: Further arguments of `kerae.analysis.analyze`, the same for all models.
    Returns:
        pandas `DataFrame`, a row for each model and a column for each score.

    Example:

    >>> data = kerae.data.load("digits")
    >>> models = {f"{d} units": kerae.AE((8, 8, 1), latent_dim=d) for d in (1, 2)}
    >>> table = kerae.analysis.compare(models, data.x_test[:99], data.y_test[:99])
    >>> table["latent_dim"].to_dict()
    {'1 units': 1, '2 units': 2}

    Raises:
        ValueError: If there is no model, `path` does not end in .html, or data, labels or
            arguments do not fit a model.
        OSError: If the files cannot be written.
    """
    require("kerae.analysis.compare", "analysis", *EXTRAS["analysis"])
    import pandas as pd

    if not models:
        raise ValueError("Expected models by name. Received: none.")
    path = None if path is None else checked_path(path)
    analyses = {}
    for name, model in models.items():
        # What the data tell is the same for all models.
        inputs = compare_inputs and not analyses
        analyses[name] = analyze(model, x, labels, seed=seed, compare_inputs=inputs, **options)
    first = next(iter(analyses.values())).scores
    for analysis in analyses.values():
        for score in [name for name in first if name.endswith(INPUT_SUFFIX)]:
            analysis.scores.give(score, first[score], first.notes.get(score, ""))
    if path is not None:
        _write(path, analyses, title, command or this_command(), seed)
    return pd.DataFrame([dict(each.scores) for each in analyses.values()], index=list(analyses))


def _write(path, analyses, title, command, seed):
    examined = next(iter(analyses.values())).examination
    rows, stated = rows_on_map(len(examined), seed)
    atlas = atlas_of(examined.x, rows)
    origin = {"command": command, "versions": versions()}
    numbers = {
        name: {"model": describe(analysis.examination.model), **analysis.numbers()}
        for name, analysis in analyses.items()
    }
    drawn = {name: pictures(analysis) for name, analysis in analyses.items()}
    kinds = {kind: each for of_model in drawn.values() for kind, each in of_model.items()}
    page = render(
        "comparison.html",
        side_by_side(analyses, rows, atlas),
        atlas,
        title=title or ", ".join(analyses),
        names=list(analyses),
        summaries={name: summary(analysis) for name, analysis in analyses.items()},
        stated=stated,
        pictures=[
            {
                "title": first.title,
                "caption": first.caption,
                "drawn": {name: drawn[name][kind] for name in drawn if kind in drawn[name]},
            }
            for kind, first in kinds.items()
        ],
        scores=score_rows({name: analysis.scores for name, analysis in analyses.items()}),
        settings={name: as_json(each["model"]) for name, each in numbers.items()},
        **origin,
    )
    write_text(path, page)
    write_text(path.with_suffix(".json"), as_json({"models": numbers, **origin}))
