"""A SavedModel as a server sees it: what it takes, what it gives, and its answers."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


@contextmanager
def _without_keras():
    """TensorFlow imports Keras with itself where it can; a server needs none, and starts sooner."""
    if "keras" in sys.modules:
        yield
        return
    sys.modules["keras"] = None  # pyright: ignore[reportArgumentType]
    try:
        yield
    finally:
        del sys.modules["keras"]


with _without_keras():
    import tensorflow as tf
    from google.protobuf.json_format import MessageToDict
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

CLIENTS_MISTAKES = (tf.errors.InvalidArgumentError, tf.errors.OutOfRangeError)


class Tensor(NamedTuple):
    """An input or output: the name of its dtype, its shape, and its name in the graph.

    A dimension is None where it is free; the shape is None where even their number is.
    """

    dtype: str
    shape: tuple | None
    name: str


class Signature(NamedTuple):
    """The tensors that a signature takes and gives, by name."""

    inputs: dict
    outputs: dict

    @property
    def by_example(self):
        """Whether every tensor has a free first axis, that of the examples."""
        tensors = [*self.inputs.values(), *self.outputs.values()]
        return all(tensor.shape and tensor.shape[0] is None for tensor in tensors)


class Servable:
    """A SavedModel, loaded, whose signatures answer NumPy arrays by NumPy arrays.

    Args:
        folder: The folder that has `saved_model.pb`.
    Attributes:
        signatures: Dictionary of `Signature`, by name.
        definitions: The same as TensorFlow Serving's JSON tells it.
    Raises:
        ValueError: If the folder has no SavedModel that can be read.
    """

    def __init__(self, folder):
        definitions = _meta_graph(Path(folder)).signature_def
        self.definitions = {
            name: MessageToDict(
                definition,
                preserving_proto_field_name=True,
                always_print_fields_with_no_presence=True,
            )
            for name, definition in definitions.items()
        }
        # It owns the variables; the functions alone would not keep them.
        self._model = tf.saved_model.load(str(folder))
        self._functions = dict(self._model.signatures)
        self.signatures = {
            name: Signature(_tensors(definitions[name].inputs), _tensors(definitions[name].outputs))
            for name in sorted(self._functions)
        }

    def __call__(self, signature, inputs):
        """Answers a signature.

        Args:
            signature: Its name.
            inputs: Dictionary of arrays, by the names of the signature's inputs.
        Returns:
            Dictionary of arrays, by the names of its outputs.
        Raises:
            ValueError: If the model finds fault with the values, such as bytes that are no image.
        """
        # Looked up first: TensorFlow's own errors are told from a mistake of ours.
        function = self._functions[signature]
        tensors = {name: tf.convert_to_tensor(array) for name, array in inputs.items()}
        try:
            outputs = function(**tensors)
        except CLIENTS_MISTAKES as error:
            raise ValueError(_first_cause(error.message)) from error
        return {name: outputs[name].numpy() for name in sorted(outputs)}


def _meta_graph(folder):
    path = folder / "saved_model.pb"
    try:
        return SavedModel.FromString(path.read_bytes()).meta_graphs[0]
    except (OSError, DecodeError, IndexError) as error:
        raise ValueError(
            f"Expected a SavedModel in {path}. Received: {error}. Export the model again."
        ) from error


def _tensors(infos):
    return {
        name: Tensor(
            tf.as_dtype(infos[name].dtype).name, _shape(infos[name].tensor_shape), infos[name].name
        )
        for name in sorted(infos)
    }


def _shape(proto):
    if proto.unknown_rank:
        return None
    return tuple(None if axis.size == -1 else axis.size for axis in proto.dim)


def _first_cause(message):
    """The line that says what is wrong, of a message that tells of nodes and stack traces."""
    lines = [line.strip() for line in message.splitlines()]
    causes = [
        line
        for line in lines
        if line and not line.startswith(("Graph execution error", "Detected at node", "<", "[["))
    ]
    return causes[0] if causes else message
