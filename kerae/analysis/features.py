"""What the features of a dictionary do, each by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..checks.arguments import checked
from ..checks.given import is_array
from ..checks.labels import Labels, as_labels
from ..checks.numbers import check_count
from ..checks.types import ArrayLike
from ..figures.images import as_images, is_image
from ..metrics import nearest_atoms
from .dictionary.activity import Activity
from .dictionary.atoms_of import atoms_of
from .dictionary.rows_in_blocks import rows_in_blocks
from .short_repr import ShortRepr

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

TOKENS_BESIDE = 8  # before and after one


@dataclass(frozen=True, repr=False)
class Features(ShortRepr):
    """What the features of a dictionary do; see `features`.

    A feature is a row of each array. Examples are told by their numbers in the order in which they
    were given, and are in falling order of activation; -1 stands where there are no more.

    Args:
        model: `kerae.Autoencoder`.
        num_examples: Integer n.
        frequency: Array `(latent_dim,)`, the share of examples that activate it.
        mean: Array `(latent_dim,)`, its mean activation where it is active, else 0.
        top: Integer array `(latent_dim, num_top)`, the examples that activate it the most.
        top_activations: Array `(latent_dim, num_top, 1)`; of tokens `(latent_dim, num_top, 17)`,
            from 8 before to 8 after, NaN outside of their text.
        samples: Integer array `(latent_dim, num_bins * num_samples)`, drawn from all that activate
            it.
        sample_activations: Array, as `top_activations`.
        num_bins: Integer.
        labels: `Labels` of the examples, or `None`.
        by_label: Array `(latent_dim, num_labels)`, its mean activation over all examples of each
            label.
        atoms: Array `(latent_dim, output_dim)`, what it writes.
        nearest: Integer array `(latent_dim, num_neighbors)`, the features whose atoms point the
            most the same way.
        nearest_cosines: Array of their cosines.
        pictured: Integer array `(m,)`, the numbers of all these examples, rising; or `None`.
        pictures: Array `(m, height, width, channels)`, what they look like; or `None`.
        tokens: Array `(num_texts, context)` of strings, or `None`.
        atom_shape: Tuple, of the picture that an atom is, or `None`.
    """

    model: Any
    num_examples: int
    frequency: np.ndarray
    mean: np.ndarray
    top: np.ndarray
    top_activations: np.ndarray
    samples: np.ndarray
    sample_activations: np.ndarray
    num_bins: int
    labels: Labels | None
    by_label: np.ndarray
    atoms: np.ndarray
    nearest: np.ndarray
    nearest_cosines: np.ndarray
    pictured: np.ndarray | None = None
    pictures: np.ndarray | None = None
    tokens: np.ndarray | None = None
    atom_shape: tuple | None = None

    @property
    def maximum(self) -> np.ndarray:
        """The largest activation of each feature, `(latent_dim,)`."""
        return self.top_activations[:, 0, self.top_activations.shape[2] // 2]

    @property
    def sample_bins(self) -> np.ndarray:
        """Of each of the samples the number of its bin, 0 for that of the largest activations.

        All activations of a feature that are not 0 are divided into `num_bins` of as many each, as
        well as its samples tell: these are a random draw of them, divided alike.
        """
        drawn = (self.samples >= 0).sum(axis=1, keepdims=True)
        numbers = np.arange(self.samples.shape[1])[None]
        bins = numbers * self.num_bins // np.maximum(drawn, 1)
        return np.where(self.samples >= 0, bins, -1)

    def table(self) -> dict[str, np.ndarray]:
        """A row for each feature: a dict of arrays, the columns."""
        columns = {
            "feature": np.arange(len(self)),
            "frequency": self.frequency,
            "mean": self.mean,
            "maximum": self.maximum,
            "nearest_cosine": self.nearest_cosines[:, 0],
        }
        if self.labels is not None:
            total = self.by_label.sum(axis=1)
            label = self.by_label.argmax(axis=1)
            columns["label"] = np.array(self.labels.names)[label]
            share = self.by_label.max(axis=1) / np.where(total > 0, total, 1)
            columns["label_share"] = share
        return columns

    def __len__(self) -> int:
        return len(self.frequency)


@checked
def features(
    model: "Autoencoder",
    x: Any,
    labels: ArrayLike | None = None,
    class_names: Sequence[str] | None = None,
    examples: ArrayLike | None = None,
    tokens: Any = None,
    num_top: int = 16,
    num_bins: int = 4,
    num_samples: int = 4,
    num_neighbors: int = 8,
    seed: int = 0,
) -> "Features":
    """Finds what activates each feature of a dictionary, and what it writes, in one pass.

    Of x a block at a time is in memory, and of a million examples and 16,384 features what is kept
    of each: the examples that activate it the most, and some drawn at random from all that do,
    from which those of the quantiles of its activation are taken.

    Args:
        model: `kerae.Autoencoder` whose codes are not negative, such as a dictionary.
        x: Array `(n, *input_shape)`, a memory map too, or an iterable of arrays, such as the
            batches of a store of activations in a fixed order.
        labels: Integers or strings, one for each example.
        class_names: Sequence of strings that integer labels are indices into.
        examples: Array of images `(n, height, width, channels)`, what the activations `x` are of.
            Defaults to `x` itself where it holds images.
        tokens: Array of strings `(num_texts, context)`, what the activations are of, in the order
            of `x`: n = num_texts * context.
        num_top: Integer.
        num_bins: Integer, of quantiles.
        num_samples: Integer, in each.
        num_neighbors: Integer, how many of the nearest atoms are told.
        seed: Integer, of the samples.
    Returns:
        `Features`; `kerae.analysis.features_page` shows it.

    Example:

    >>> data = kerae.data.load("digits")
    >>> model = kerae.SparseAE(data.input_shape, latent_dim=50)
    >>> found = kerae.analysis.features(model, data.x_test, data.y_test, num_top=3)
    >>> found.top.shape, found.by_label.shape
    ((50, 3), (50, 10))

    Raises:
        ValueError: If arguments do not fit each other, or activations are below 0.
    Reference:
        Bricken et al., 2023, https://transformer-circuits.pub/2023/monosemantic-features
    """
    counts = {"num_top": num_top, "num_bins": num_bins, "num_samples": num_samples}
    for name, value in (counts | {"num_neighbors": num_neighbors}).items():
        check_count(name, value)
    check_count("seed", seed, least=0)
    atoms = atoms_of(model)
    tokens = None if tokens is None else _as_tokens(tokens)
    classes = None if labels is None else as_labels(labels, np.size(labels), class_names)
    if examples is None and is_array(x) and is_image(model.input_shape):
        examples = x
    images = None if examples is None else as_images(examples, "examples")
    given = {
        "labels": None if classes is None else len(classes.values),
        "examples": None if images is None else len(images),
        "tokens": None if tokens is None else tokens.size,
    }
    activity = Activity(
        len(atoms),
        num_top,
        num_bins * num_samples,
        0 if classes is None else len(classes.names),
        1 if tokens is None else tokens.shape[1],
        0 if tokens is None else TOKENS_BESIDE,
        seed,
    )
    for rows in rows_in_blocks(x, len(atoms), activity.context):
        end = activity.count + len(rows)
        _check_numbers(given, end, False)
        z = model.encode(rows)
        part = None if classes is None else classes.values[activity.count : end]
        activity.add(z.reshape(len(z), -1), part)
    activity.finish()
    _check_numbers(given, activity.count, True)
    nearest, cosines = nearest_atoms(atoms, min(num_neighbors, len(atoms) - 1))
    shown = np.unique(np.concatenate([activity.top.rows.ravel(), activity.sampled.rows.ravel()]))
    shown = shown[shown >= 0]
    of_label = np.ones(0) if classes is None else np.bincount(classes.values)
    return Features(
        model=model,
        num_examples=activity.count,
        frequency=activity.active / activity.count,
        mean=activity.total / np.maximum(activity.active, 1),
        top=activity.top.rows,
        top_activations=activity.top.kept,
        samples=activity.sampled.rows,
        sample_activations=activity.sampled.kept,
        num_bins=num_bins,
        labels=classes,
        by_label=activity.by_label / of_label,
        atoms=atoms,
        nearest=nearest,
        nearest_cosines=cosines,
        pictured=None if images is None else shown,
        pictures=None if images is None else images[shown],
        tokens=tokens,
        atom_shape=tuple(model.target_shape) if is_image(model.target_shape) else None,
    )


def _as_tokens(tokens):
    tokens = np.asarray(tokens)
    if tokens.ndim != 2 or tokens.dtype.kind not in "UO" or not tokens.size:
        raise ValueError(
            "Expected `tokens` to be strings of shape (num_texts, context). Received: "
            f"{tokens.dtype} of shape {tokens.shape}. Look up the string of each number."
        )
    return tokens


def _check_numbers(given, count, is_all):
    """Refuses what is given for fewer examples than there are; if these are all, or for more."""
    for name, number in given.items():
        if number and (number != count if is_all else number < count):
            raise ValueError(
                f"Expected `{name}` for each of the examples. Received: {number}, and "
                f"{'' if is_all else 'at least '}{count} examples."
            )
