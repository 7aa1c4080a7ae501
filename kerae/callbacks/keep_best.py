import keras

from ..schedules import Schedule


def keep_best(model, path, history):
    """A callback that saves the model where it is the best so far on the held-out examples.

    Where a schedule or an adversary changes the objective meanwhile, losses of different epochs
    cannot be compared: then the last is kept.

    Args:
        model: `kerae.Autoencoder`.
        path: Path of the `.keras` file.
        history: `HistoryFile`, with the epochs of an interrupted run.
    """
    arguments = (a for term in model.terms for a in vars(term).values())
    scheduled = any(isinstance(argument, Schedule) for argument in arguments)
    moving = scheduled or model.adversary is not None
    best = min((float(row["val_loss"]) for row in history.rows), default=None)
    return keras.callbacks.ModelCheckpoint(
        path,
        monitor="val_loss",
        mode="min",
        save_best_only=not moving,
        initial_value_threshold=best,
    )
