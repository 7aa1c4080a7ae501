import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from ..checks.arguments import checked
from ..checks.types import FilePath
from ..distribution import is_first
from ..files import is_whole

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

KEPT = 2


class Checkpoint(keras.callbacks.Callback):
    """Keeps the state at the end of the last two epochs, so that a killed run can be resumed.

    A `.keras` file, `epoch-00012.keras`, holds weights, optimizer, seeds and schedule step; its
    name holds the epoch. It appears whole or not at all, and all but the one before are deleted
    after. Where a disk has spoilt the newest, `restore` takes the one before and says so. A run
    that is resumed on the same device gives the weights of one that ran through.

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

    @checked
    def __init__(self, folder: FilePath) -> None:
        super().__init__()
        self.folder = Path(folder)

    def latest(self) -> Any:
        """The newest checkpoint that is whole and the number of epochs it has seen, or `(None, 0)`.

        Raises:
            ValueError: If there are checkpoints, and none of them is whole.
        """
        every = self._newest_first()
        if not every:
            return None, 0
        for epochs, path in every:
            if is_whole(path):
                return path, epochs
        names = ", ".join(path.name for _, path in every)
        raise ValueError(
            f"Expected a whole checkpoint in {self.folder}. Received: {names}, truncated or "
            "damaged. Start again in another folder, or delete them to start again in this one."
        )

    @checked
    def restore(self, model: "Autoencoder") -> int:
        """Brings a compiled model to the state of the newest whole checkpoint, if there is one.

        Returns:
            The number of epochs done: the `initial_epoch` to give to `fit`.
        Raises:
            ValueError: If the checkpoint is of another model, or none is whole.
        """
        path, epochs = self.latest()
        if path is None:
            return 0
        model.restore(path)
        damaged = [each.name for newer, each in self._newest_first() if newer > epochs]
        if damaged and is_first():
            warnings.warn(
                f"{', '.join(damaged)} in {self.folder} is truncated or damaged: going on from the "
                f"earlier {path.name}, after epoch {epochs}.",
                stacklevel=3,
            )
        return epochs

    def _newest_first(self):
        """Pairs of a number of epochs and a path."""
        numbered = [
            (int(match[1]), path)
            for path in self.folder.glob("epoch-*.keras")
            if (match := re.fullmatch(r"epoch-(\d+)\.keras", path.name))
        ]
        return sorted(numbered, reverse=True)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        done = epoch + 1
        self.model.save(self.folder / f"epoch-{done:05d}.keras")
        if not is_first():
            return
        before = [path for epochs, path in self._newest_first() if epochs < done]
        for epochs, path in self._newest_first():
            if epochs > done or path in before[KEPT - 1 :]:
                path.unlink()
