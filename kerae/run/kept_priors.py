"""Priors that were fitted to the model of a run, each kept as a file of the model under it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from keras import ops

from ..autoencoder import Autoencoder
from ..loading import load
from ..priors import Prior
from ..priors.named import fitted

FOLDER, BY_CLASS = "priors", "-by-class"


def under_prior(
    model: Autoencoder,
    name: str,
    folder: Path,
    examples: Callable[[], tuple[Any, Any]],
    by_class: bool,
    seed: int,
) -> tuple[Autoencoder, bool]:
    """The model of a run under a prior of that name, which is fitted and kept if there is none.

    Args:
        model: `kerae.Autoencoder`, the run's.
        name: String, as for `kerae.priors.fitted`.
        folder: `pathlib.Path` of the run.
        examples: Function that gives what the model was trained on, `(x, y)`; called if needed.
        by_class: Boolean, whether it has a part for each class, of a model without a condition.
        seed: Integer, of the fit.
    Returns:
        `kerae.Autoencoder`, and whether the prior was fitted now.
    """
    path = folder / FOLDER / f"{name}{BY_CLASS * by_class}.keras"
    if path.is_file():
        kept = load(path)
        if _is_of(kept, model):
            return kept, False
    x, y = examples()
    reads = by_class or model.condition is not None or model.target.reads_labels
    made = model.with_prior(fitted(name, model, x, y if reads else None, seed))
    made.save(path)
    return made, True


def kept_priors(model: Autoencoder, folder: Path) -> dict[str, Prior]:
    """The priors of a run by name, of those that were fitted to the model as it is now."""
    paths = sorted((folder / FOLDER).glob("*.keras"))
    kept = {path.stem: load(path) for path in paths}
    return {name: each.prior for name, each in kept.items() if _is_of(each, model)}


def _is_of(kept, model):
    """Whether the networks of both are the same: the run may have been trained again since."""
    weights = [
        [
            ops.convert_to_numpy(v)
            for part in (m.encoder, m.latent, m.decoder)
            for v in part.variables
        ]
        for m in (kept, model)
    ]
    return len(weights[0]) == len(weights[1]) and all(map(np.array_equal, *weights))
