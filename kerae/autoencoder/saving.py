"""Models on disk: one `.keras` file with architecture, weights, optimizer, seeds and step."""

import re
import warnings
from typing import Any

from ..backend.uninitialized import nothing_left_behind
from ..backend.without_tensorflow import without_tensorflow
from ..checks.arguments import checked
from ..checks.types import FilePath, ModelMixin
from ..configurable import saving
from ..files import checked_model_file, checked_path, replacing


class Saving(ModelMixin):
    """How `kerae.Autoencoder` is written and read.

    Needs of the model: `build_optimizer`.
    """

    @checked
    def save(self, filepath: FilePath, overwrite: bool = True, **kwargs: Any) -> None:
        """Writes the model to a `.keras` file, whole or not at all.

        Args:
            filepath: Path that ends in `.keras`; folders are made where missing.
            overwrite: Boolean, whether an existing file may be replaced.
        Raises:
            ValueError: If the path does not end in `.keras`.
            FileExistsError: If there is a file and `overwrite` is false.
        """
        path = checked_path(filepath, ".keras", overwrite)
        self.build_optimizer()  # or the file could not be loaded
        with replacing(path) as partial, without_tensorflow(), saving():
            super().save(partial, **kwargs)

    def export(self, filepath: FilePath, *args: Any, **kwargs: Any) -> None:
        """Refuses, as Keras' own export knows nothing but reconstruction, and not on PyTorch."""
        raise NotImplementedError(
            "Expected kerae.export, which writes all that a model answers, on any backend. "
            "Received: `export` of Keras. Write "
            f"kerae.export.saved_model(model, {str(filepath)!r})."
        )

    @checked
    def restore(self, filepath: FilePath) -> None:
        """Takes over weights, optimizer state, seeds and step from a `.keras` file.

        Raises:
            ValueError: If the file is truncated, foreign, or of another architecture.
        """
        self.build_optimizer()  # or its state would be skipped
        read(filepath, self.load_weights)

    def get_config(self) -> dict[str, Any]:
        """The config of the constructor, and the places of frozen layers among all: those of parts
        that are made again are told of nowhere else."""
        places = enumerate(self._flatten_layers(include_self=False))
        frozen = [place for place, layer in places if not layer.trainable]
        return super().get_config() | ({"frozen_layers": frozen} if frozen else {})

    @classmethod
    def from_config(cls, config: dict[str, Any]):
        frozen = config.get("frozen_layers", [])
        made = super().from_config({k: v for k, v in config.items() if k != "frozen_layers"})
        for place, layer in enumerate(made._flatten_layers(include_self=False)):
            # Only where it differs: a layer tells those within of a change.
            if layer.trainable == (place in frozen):
                layer.trainable = place not in frozen
        return made

    def __reduce__(self):
        self.build_optimizer()  # or its state would be missing in a copy
        return super().__reduce__()

    def _seed_states(self):
        """The states of all seed generators, dropout's included, in the order of the layers."""
        return [v for v in self.non_trainable_variables if v.path.endswith("seed_generator_state")]

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        for index, state in enumerate(self._seed_states()):
            store[f"seed_{index}"] = state

    def load_own_variables(self, store: Any) -> None:
        own = [key for key in list(store.keys()) if not key.startswith("seed_")]
        super().load_own_variables({key: store[key] for key in own})
        for index, state in enumerate(self._seed_states()):
            state.assign(store[f"seed_{index}"])


def read(filepath: FilePath, reader: Any) -> Any:
    """What `reader` makes of the path of a `.keras` file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is truncated, foreign, or does not fit.
    """
    path = checked_model_file(filepath)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Skipping variable loading")
            with nothing_left_behind():
                return reader(path)
    except Exception as error:  # of Keras, h5py, the archive, or a backend without memory
        unknown = re.search(r"Could not locate class '(\w+)'", str(error))
        if unknown:
            raise ValueError(
                f"Cannot read {path}: it names {unknown[1]!r}, a class that is not known here. "
                "Import the module that defines and registers it, or pass "
                f"custom_objects={{{unknown[1]!r}: {unknown[1]}}} to kerae.load."
            ) from error
        raise ValueError(f"Cannot read {path}: {error}") from error
