import json
import logging

import numpy as np

from ...backend.servable import Servable
from ..tensor_spec import TensorSpec
from .as_array import FLOATS, INTEGERS
from .read_inputs import Takes

logger = logging.getLogger("kerae.serving")

DOCUMENTS = "assets.extra/kerae.json"


class Version:
    """One version of a model: loaded, warm, and ready to answer.

    Args:
        folder: Path of its SavedModel.
        batcher: Function that gives the `Batcher` of a signature, of its name, whether its
            examples stand for themselves, and the function that runs it.
    Attributes:
        servable: The `Servable`.
        takes: Dictionary of what each signature `Takes`, with the limits that `kerae.json` has.
        batchers: The `Batcher` of each signature.
    Raises:
        Exception: Whatever is wrong with the folder.
    """

    def __init__(self, folder, batcher):
        self.servable = Servable(folder)
        limits = _limits(folder / DOCUMENTS)
        # Without TensorFlow's own: they are read in a process that does without.
        self.takes = {
            name: Takes(
                {key: TensorSpec(each.dtype, each.shape) for key, each in signature.inputs.items()},
                limits.get(name, {}),
            )
            for name, signature in self.servable.signatures.items()
        }
        self.batchers = {}
        for name, signature in self.servable.signatures.items():
            self._warm_up(name)
            self.batchers[name] = batcher(
                name, signature.by_example, lambda inputs, name=name: self.servable(name, inputs)
            )

    def example(self, name):
        """One row of inputs for a signature, as near to zero as its limits allow.

        Returns:
            Dictionary of arrays, or None where an input is neither numbers nor of a known rank.
        """
        tensors, limits = self.takes[name]
        if any(t.shape is None or t.dtype not in FLOATS + INTEGERS for t in tensors.values()):
            return None
        return {
            key: np.full(
                [size or 1 for size in tensor.shape],
                _nearest_to_zero(*limits.get(key, (None, None))),
                tensor.dtype,
            )
            for key, tensor in tensors.items()
        }

    def _warm_up(self, name):
        """TensorFlow plans a graph at its first run, which no client should have to wait for."""
        inputs = self.example(name)
        if inputs is None:
            return
        try:
            self.servable(name, inputs)
        except Exception as error:
            # Sizes that are free in the signature need not be so in the graph.
            logger.debug("No warm-up of %s: %s", name, error)


def _nearest_to_zero(low, high):
    return np.clip(0, -np.inf if low is None else low, np.inf if high is None else high)


def _limits(path):
    if not path.is_file():
        return {}
    try:
        return {
            name: {
                key: (document.get("low"), document.get("high"))
                for key, document in signature["inputs"].items()
            }
            for name, signature in json.loads(path.read_bytes())["signatures"].items()
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(
            f"Expected documented signatures in {path}. Received: {error!r}"
        ) from error
