from collections.abc import Sequence
from typing import Any

from ..autoencoder import Autoencoder
from ..checks.numbers import check_count
from ..checks.short import short
from ..data.activations import Activations


def fit_together(
    models: Sequence[Autoencoder],
    x: Activations,
    batch_size: int | None = None,
    epochs: int = 1,
    steps_per_epoch: int | None = None,
    callbacks: Sequence[list] | None = None,
    **kwargs: Any,
) -> list[dict[str, list[float]]]:
    """Trains several models on the same batches, each of which is read once.

    In turn each model is trained, by its own `fit`, on a stretch of batches that memory holds, and
    what comes of it is what `fit` makes of the model alone. Models that were trained for as many
    steps so far, such as new ones, share what is read; so dictionaries of several sizes or
    sparsities cost one pass through the files. A stretch is an eighth of the `memory` of `x`.

    Args:
        models: Sequence of compiled `kerae.Autoencoder`, of one `input_shape`.
        x: `kerae.data.Activations`.
        batch_size: Integer. Defaults to that of `x`.
        epochs: Integer, how many passes, or how often `steps_per_epoch`.
        steps_per_epoch: Integer, the steps of each model an epoch. Defaults to a pass.
        callbacks: Sequence of lists of callbacks, one a model, for which a stretch is an epoch.
        **kwargs: As for `fit` of every model, such as `verbose`.
    Returns:
        List of dicts of what was logged, one a model: of each stretch the means over it.

    Example:

    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "x.npy"
    >>> np.save(path, np.random.randn(2000, 16).astype("float32"))
    >>> models = [kerae.AE((16,), latent_dim, likelihood="normal") for latent_dim in (2, 4)]
    >>> for model in models:
    ...     model.compile()
    >>> logs = kerae.fit_together(models, kerae.data.Activations(path, batch_size=100), verbose=0)
    >>> [int(model.step) for model in models]
    [20, 20]

    Raises:
        ValueError: If one is no compiled model, or `x` does not fit it.
    """
    if not isinstance(x, Activations):
        raise ValueError(f"Expected `x` to be kerae.data.Activations. Received: {short(x)}.")
    for model in models:
        if not isinstance(model, Autoencoder):
            raise ValueError(f"Expected `models` of kerae.Autoencoder. Received: {short(model)}.")
    batch_size = batch_size or x.batch_size
    check_count("batch_size", batch_size)
    check_count("epochs", epochs, 0)
    each_own = callbacks or [[] for _ in models]
    if len(each_own) != len(models):
        raise ValueError(
            f"Expected `callbacks` of each of {len(models)} models. Received: {len(each_own)}."
        )
    left, number = epochs * (steps_per_epoch or x.rows // batch_size), 0
    logs: list[dict[str, list[float]]] = [{} for _ in models]
    while left:
        steps = min(left, max(1, x.chunk_rows // (2 * batch_size)))
        for model, own, log in zip(models, each_own, logs):
            history = model.fit(
                x,
                batch_size=batch_size,
                steps_per_epoch=steps,
                initial_epoch=number,
                epochs=number + 1,
                callbacks=own,
                **kwargs,
            )
            for name, values in history.history.items():
                log.setdefault(name, []).extend(values)
        left, number = left - steps, number + 1
    return logs
