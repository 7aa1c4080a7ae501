"""What can be asked of a served model, and how its inputs and outputs are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .tensor_spec import TensorSpec


@dataclass(frozen=True)
class Signature:
    """The named inputs and outputs of one function of a served model.

    Args:
        inputs: Dict from names to `TensorSpec`.
        outputs: Dict from names to `TensorSpec`.
    """

    inputs: dict
    outputs: dict

    @classmethod
    def all_of(cls, metadata: Any):
        """Dict from names to the signatures in a server's metadata, as its JSON has them."""
        definitions = metadata["signature_def"]["signature_def"]
        return {
            name: cls(
                *(
                    {key: TensorSpec.from_metadata(info) for key, info in sorted(tensors.items())}
                    for tensors in (definition.get("inputs", {}), definition.get("outputs", {}))
                )
            )
            for name, definition in sorted(definitions.items())
            # TensorFlow's own, such as the one that initializes variables.
            if not name.startswith("__")
        }

    @property
    def is_batched(self):
        """Whether examples can be computed in as many pieces as one likes."""
        specs = (*self.inputs.values(), *self.outputs.values())
        return bool(self.inputs) and all(spec.is_batched for spec in specs)

    def batches(self, inputs: Any, batch_size: int):
        """The checked inputs as dicts of at most `batch_size` rows each, in order.

        Raises:
            ValueError: If names are missing or unknown, or the values do not fit.
        """
        _check_names(inputs, self.inputs)
        arrays = {name: spec.to_send(inputs[name], name) for name, spec in self.inputs.items()}
        if not self.is_batched:
            return [arrays]
        lengths = {name: len(array) for name, array in arrays.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"Expected inputs of one length. Received: {lengths}.")
        return [
            {name: array[start : start + batch_size] for name, array in arrays.items()}
            for start in range(0, max(lengths.values()), batch_size)
        ]

    def joined(self, answers: Any):
        """The outputs of all batches, one after the other."""
        if len(answers) == 1:
            return answers[0]
        return {name: np.concatenate([each[name] for each in answers]) for name in self.outputs}

    def read(self, answer: dict, as_array: Any, batch: dict):
        """The arrays in an answer to a batch, in the dtypes of the outputs.

        Args:
            answer: Dict from names to what came for them.
            as_array: Function that makes an array of that.
            batch: Dict of arrays, what was sent.
        Raises:
            ValueError: If they are not the outputs of the batch.
        """
        _check_names(answer, self.outputs)
        arrays = {
            name: spec.as_received(as_array(answer[name]), name)
            for name, spec in self.outputs.items()
        }
        if self.is_batched:
            rows = len(next(iter(batch.values())))
            for name, array in arrays.items():
                if len(array) != rows:
                    raise ValueError(f"Expected {rows} rows of `{name}`. Received: {len(array)}.")
        return arrays


def _check_names(values, specs):
    if not isinstance(values, Mapping):
        raise ValueError(f"Expected a dict of {_listed(specs)}. Received: {type(values).__name__}.")
    if set(values) != set(specs):
        raise ValueError(f"Expected {_listed(specs)}. Received: {_listed(values)}.")


def _listed(names):
    return ", ".join(f"`{name}`" for name in sorted(names)) or "nothing"
