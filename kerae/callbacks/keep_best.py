import keras

from ..schedules import Schedule


def loss_can_be_compared(model):
    """Whether the objective of all epochs is one: no schedule and no adversary changes it."""
    arguments = (a for term in model.terms for a in vars(term).values())
    scheduled = any(isinstance(argument, Schedule) for argument in arguments)
    return not scheduled and model.adversary is None


def keep_best(model, path, best):
    """A callback that saves the model where it is the best so far on the held-out examples.

    Where losses of different epochs cannot be compared, the last is kept.

    Args:
        model: `kerae.Autoencoder`.
        path: Path of the `.keras` file.
        best: Float, the loss of what is saved there already, or `None`.
    """
    return keras.callbacks.ModelCheckpoint(
        path,
        monitor="val_loss",
        mode="min",
        save_best_only=loss_can_be_compared(model),
        initial_value_threshold=best,
    )
