"""How far what a model makes is from data, on features that are named."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from .. import metrics
from ..autoencoder.autoencoder import Autoencoder
from ..checks.arguments import check_functions, checked
from ..checks.codes import as_codes, as_finite
from ..checks.data_sets import part_of
from ..checks.numbers import check_count
from ..checks.types import Rows
from ..data.dataset import Dataset
from .classifier_features import classifier_features
from .scoring.scores import Scores

AT_ONCE = 256  # examples
NAMES = ("frechet_distance", "kernel_distance", "precision", "recall", "density", "coverage")


class ImageScores(Scores):
    """Scores of what a model makes, by name; see `image_scores`.

    Attributes:
        features: String, what they are measured on. Numbers on other features are others.
        counts: Pair of integers, how many were made, and how many are real.
        intervals: Dict from names to pairs of floats, where there was resampling.
    """

    features: str
    counts: tuple[int, int]
    intervals: dict

    def __str__(self) -> str:
        made, real = self.counts
        lines = [f"{made:,} made, {real:,} real, on features of {self.features}"]
        for name, value in self.items():
            ends = self.intervals.get(name)
            within = "" if ends is None else f"  ({ends[0]:.4g} to {ends[1]:.4g})"
            lines.append(f"{name:16} {value:.4g}{within}")
        return "\n".join(lines)


@checked
def image_scores(
    made: Rows,
    real: Rows | Dataset,
    features: Callable[[Any], Any] | None = None,
    k: int = 5,
    num_resamples: int = 0,
    seed: int = 0,
) -> ImageScores:
    """Measures how far what a model makes is from data, on features of both.

    | score | metric |
    |---|---|
    | `frechet_distance` | `kerae.metrics.frechet_distance`, which few examples make too large |
    | `kernel_distance` | `kerae.metrics.kernel_distance`, without that bias |
    | `precision`, `recall` | `kerae.metrics.precision_recall` |
    | `density`, `coverage` | `kerae.metrics.density_coverage`; density may be above 1 |

    All depend on the features: compare numbers whose `features` have the same name, and that are of
    as many examples. In memory are features of all, but images and pairs a block at a time.

    Args:
        made: Array `(m, ...)`, such as what `model.sample` gives, with m above k.
        real: Array `(n, ...)` of data that the model was not trained on, with n above k; or
            `kerae.data.Dataset`, whose test part is then taken.
        features: Function of an array of examples that gives features `(n, ...)`, such as a Keras
            model; of a `kerae.Autoencoder` the codes are taken. Defaults to
            `kerae.analysis.classifier_features` of the data set.
        k: Integer, the neighbor that a ball reaches to.
        num_resamples: Integer, of how many halves of both sets the intervals are, in which 95 % of
            the scores of other examples are expected; see `kerae.metrics.bootstrap_interval`.
            Defaults to 0, no intervals.
        seed: Integer, of the resampling.
    Returns:
        `ImageScores`, a dict of floats with `features`, `counts` and `intervals`.

    Example:

    >>> def ink(x):
    ...     return x.mean(axis=(1, 2))
    >>> x = kerae.data.load("digits").x_test
    >>> scores = kerae.analysis.image_scores(x[:100], x[100:200], ink)
    >>> scores.features, scores.counts, scores["recall"]
    ('ink', (100, 100), 0.99)

    Raises:
        ValueError: If `real` is an array and there are no `features`, or features are not finite,
            not as many of both sets, or of fewer than k + 1 examples.
    Reference:
        Naeem et al., 2020, https://arxiv.org/abs/2002.09797
    """
    check_count("k", k)
    check_count("num_resamples", num_resamples, least=0)
    check_count("seed", seed, least=0)
    if features is not None:
        check_functions(features=features)
    elif isinstance(real, Dataset):
        features = classifier_features(real)
    else:
        raise ValueError(
            "Expected `features`, or a kerae.data.Dataset as `real`, on whose training part a "
            "classifier can be trained. Received: neither. Pass a function of examples."
        )
    if isinstance(real, Dataset):
        real, _ = part_of(real, "test")
    sets = [_features_of(each, features, name) for each, name in ((real, "real"), (made, "made"))]

    def measured(real, made):
        distances = metrics.frechet_distance(real, made), metrics.kernel_distance(real, made)
        balls = metrics.precision_recall(real, made, k), metrics.density_coverage(real, made, k)
        return dict(zip(NAMES, (*distances, *balls[0], *balls[1])))

    scores = ImageScores()
    scores.features, scores.counts = name_of(features), (len(sets[1]), len(sets[0]))
    for name, value in measured(*sets).items():
        scores.give(name, value)
    scores.intervals = {}
    if num_resamples:
        given = {"paired": False, "replace": False, "seed": seed}
        scores.intervals = metrics.bootstrap_interval(
            measured, *sets, num_resamples=num_resamples, **given
        )
    return scores


def name_of(features: Any) -> str:
    """What features are called in a result."""
    if isinstance(features, Autoencoder):
        return f"the codes of {features.name}"
    return getattr(features, "name", None) or getattr(features, "__name__", str(features))


def _features_of(x, features, name):
    x = as_finite(x, name)
    function = features.encode if isinstance(features, Autoencoder) else features
    blocks = (x[start : start + AT_ONCE] for start in range(0, len(x), AT_ONCE))
    found = np.concatenate([ops.convert_to_numpy(function(block)) for block in blocks])
    if len(found) != len(x):
        raise ValueError(
            f"Expected `features` to give one row for each of {len(x)} examples of `{name}`. "
            f"Received: {len(found)}."
        )
    return as_codes(found.reshape(len(found), -1), f"features({name})")
