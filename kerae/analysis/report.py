"""One page about one latent space."""

import time
from typing import TYPE_CHECKING, Any

from ..checks.arguments import checked
from ..checks.data_sets import part_of
from ..checks.extras import EXTRAS, require
from ..checks.types import FilePath, Rows
from ..configurable import describe
from ..data.dataset import Dataset
from ..versions import versions
from .analysis import analyze
from .page.atlas import atlas_of
from .page.files import as_json, checked_path, this_command, write_parquet, write_text
from .page.interactive_map import rows_on_map
from .page.linked_map import linked_map
from .page.pictures import pictures
from .page.render import render
from .page.score_rows import score_rows
from .page.summary import summary
from .scoring.scores_of_samples import scores_of_samples

if TYPE_CHECKING:
    from ..analysis.analysis import Analysis
    from ..autoencoder.autoencoder import Autoencoder


@checked
def report(
    model: "Autoencoder",
    x: Rows | Dataset,
    labels: Rows | None = None,
    path: FilePath = "report.html",
    history: dict | None = None,
    title: str | None = None,
    command: str | None = None,
    priors: dict | None = None,
    seed: int = 0,
    **options: Any,
) -> "Analysis":
    """Writes everything about a model's latent space on one page, and the numbers beside it.

    `report.html` needs no network: a summary, an interactive map of up to 10,000 examples with
    the table of their clusters, the pictures, and the scores with explanations. `report.json`
    holds every number. `report.parquet` has a row for each example: its place on the map, `x` and
    `y`, its `label`, `cluster`, `error`, `negative_elbo`, and its code, `latent`.

    Args:
        model: `kerae.Autoencoder`.
        x: Array `(n, *input_shape)`, or `kerae.data.Dataset`, whose test part is then `x` and
            `labels`, with its `class_names` and its factors, if it has some. What the model
            samples is then compared with them too, by `kerae.analysis.image_scores` on the features
            of a classifier that is trained on its training part once and kept.
        labels: Integers or strings, one for each example.
        path: File ending in .html.
        history: Dict of lists, as `keras.callbacks.History.history`, for the training curves.
        title: String. Defaults to the model's class, the name of the data set and the number of
            examples.
        command: String, how the page was made. Defaults to the command of this process.
        priors: Dict of `kerae.priors.Prior` by names, of which samples are shown beside those of
            the model's own.
        seed: Integer, of all random numbers.
        **options: Arguments of `kerae.analysis.analyze`: `y`, `class_names`, `method`,
            `clustering`, `n_clusters`, `compare_inputs`, `factors`.
    Returns:
        `kerae.analysis.Analysis`, what the page tells.

    Example:

    >>> data, model = kerae.data.load("digits"), kerae.VAE((8, 8, 1), latent_dim=2)
    >>> path = getfixture("tmp_path") / "report.html"
    >>> analysis = kerae.analysis.report(model, data, path=path)
    >>> sorted(file.name for file in path.parent.iterdir())
    ['report.html', 'report.json', 'report.parquet']

    Raises:
        ValueError: If `path` does not end in .html, or data, labels or arguments do not fit.
        OSError: If the files cannot be written.
    """
    require("kerae.analysis.report", "analysis", *EXTRAS["analysis"])
    path, about = checked_path(path), type(model).__name__
    data = x if isinstance(x, Dataset) else None
    if isinstance(x, Dataset):
        about = f"{about} on {x.name}"
        options = {"class_names": x.class_names, "factors": x.factors_test} | options
        x, labels = part_of(x, "test", options.get("y") if labels is None else labels)
    analysis = analyze(model, x, labels, seed=seed, **options)
    started = time.perf_counter()
    if data is not None:
        analysis.scores.add(scores_of_samples(analysis.examination, data, seed))
        analysis.seconds["samples"] = round(time.perf_counter() - started, 3)
    started = time.perf_counter()
    rows, stated = rows_on_map(len(analysis.examination), seed)
    atlas = atlas_of(analysis.examination.x, rows)
    origin = {"command": command or this_command(), "versions": versions()}
    numbers = {
        "summary": summary(analysis),
        "model": describe(model),
        **analysis.numbers(),
        **origin,
    }
    page = render(
        "report.html",
        linked_map(analysis, rows, atlas),
        atlas,
        title=title or f"{about}: {len(x):,} examples",
        summary=numbers["summary"],
        map_in_words=" ".join(filter(None, [analysis.map_in_words, stated])),
        pictures=pictures(analysis, history, priors).values(),
        scores=score_rows({"": analysis.scores}),
        settings={name: as_json(numbers[name]) for name in ("model", "projection", "clusters")},
        **origin,
    )
    analysis.seconds["page"] = round(time.perf_counter() - started, 3)
    write_text(path, page)
    write_text(path.with_suffix(".json"), as_json(numbers))
    write_parquet(path.with_suffix(".parquet"), analysis)
    return analysis
