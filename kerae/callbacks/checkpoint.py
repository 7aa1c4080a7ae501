import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from ..checks.types import FilePath
from ..distribution import is_first

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Checkpoint(keras.callbacks.Callback):
    """Keeps the state at the end of the last epoch, so that a killed run can be resumed.

    One `.keras` file, `epoch-00012.keras`, holds weights, optimizer, seeds and schedule step;
    its name holds the epoch. It appears whole or not at all, and older ones are deleted after.
    A run that is resumed on the same device gives the weights of one that ran through.

    Args:
        folder: Where the file lies; made where missing.

    Example:

    >>> import tempfile
    >>> model, x = kerae.AE((8, 8, 1), latent_dim=2), np.zeros((4, 8, 8, 1), "float32")
    >>> model.compile()
    >>> checkpoint = kerae.callbacks.Checkpoint(tempfile.mkdtemp())
    >>> done = checkpoint.restore(model)
    >>> _ = model.fit(x, epochs=3, initial_epoch=done, callbacks=[checkpoint], verbose=0)
    >>> checkpoint.restore(model)
    3
    """

    def __init__(self, folder: FilePath) -> None:
        super().__init__()
        self.folder = Path(folder)

    def latest(self) -> Any:
        """The newest checkpoint and the number of epochs it has seen, or `(None, 0)`."""
        checkpoints = [
            (int(match[1]), path)
            for path in self.folder.glob("epoch-*.keras")
            if (match := re.fullmatch(r"epoch-(\d+)\.keras", path.name))
        ]
        epochs, path = max(checkpoints, default=(0, None))
        return path, epochs

    def restore(self, model: "Autoencoder") -> int:
        """Brings a compiled model to the state of the newest checkpoint, if there is one.

        Returns:
            The number of epochs done: the `initial_epoch` to give to `fit`.
        Raises:
            ValueError: If the checkpoint is of another model.
        """
        path, epochs = self.latest()
        if path is not None:
            model.restore(path)
        return epochs

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        path = self.folder / f"epoch-{epoch + 1:05d}.keras"
        self.model.save(path)
        if not is_first():
            return
        for older in self.folder.glob("epoch-*.keras"):
            if older != path:
                older.unlink()
