"""Runs a SavedModel through TensorFlow's C API, the loader that TensorFlow Serving is built on."""

import ctypes
import sys
from ctypes import c_char_p, c_int, c_int64, c_size_t, c_void_p
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
from answering import answer

STRING = 7
STRING_SIZE = 24  # bytes of a TF_TString


class Buffer(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("length", c_size_t), ("deallocator", c_void_p)]


class Output(ctypes.Structure):
    _fields_ = [("operation", c_void_p), ("index", c_int)]


def tensorflow_folder():
    return Path(find_spec("tensorflow").origin).parent


def c_api():
    """The library, with the functions that give pointers declared."""
    files = list(tensorflow_folder().glob("libtensorflow_cc.*"))
    if not files:
        sys.exit("This TensorFlow has no C API, libtensorflow_cc. Export without verification.")
    library = ctypes.CDLL(str(files[0]))
    for name in (
        "TF_NewStatus",
        "TF_NewGraph",
        "TF_NewSessionOptions",
        "TF_NewBuffer",
        "TF_LoadSessionFromSavedModel",
        "TF_GraphOperationByName",
        "TF_AllocateTensor",
        "TF_TensorData",
    ):
        getattr(library, name).restype = c_void_p
    library.TF_Message.restype = c_char_p
    library.TF_Dim.restype = c_int64
    return library


def signatures(meta_graph):
    """The signatures in a serialized MetaGraphDef, read by TensorFlow's protobuf classes alone."""
    stand_in = ModuleType("tensorflow")
    stand_in.__path__ = [str(tensorflow_folder())]
    sys.modules["tensorflow"] = stand_in  # so that the package itself is not imported
    meta_graph_pb2 = import_module("tensorflow.core.protobuf.meta_graph_pb2")
    return meta_graph_pb2.MetaGraphDef.FromString(meta_graph).signature_def


def open_saved_model(path):
    tf = c_api()
    status = c_void_p(tf.TF_NewStatus())

    def check():
        if tf.TF_GetCode(status):
            sys.exit(tf.TF_Message(status).decode())

    graph, options = c_void_p(tf.TF_NewGraph()), c_void_p(tf.TF_NewSessionOptions())
    meta_graph = ctypes.cast(tf.TF_NewBuffer(), ctypes.POINTER(Buffer))
    tags = (c_char_p * 1)(b"serve")
    session = c_void_p(
        tf.TF_LoadSessionFromSavedModel(
            options, None, str(path).encode(), tags, 1, graph, meta_graph, status
        )
    )
    check()
    content = ctypes.string_at(meta_graph.contents.data, meta_graph.contents.length)
    signature_of = signatures(content)

    def place(tensor_name):
        operation, index = tensor_name.split(":")
        pointer = tf.TF_GraphOperationByName(graph, operation.encode())
        return Output(pointer, int(index))

    def to_tensor(array, dtype):
        dims = (c_int64 * array.ndim)(*array.shape)
        size = array.size * STRING_SIZE if dtype == STRING else array.nbytes
        tensor = c_void_p(tf.TF_AllocateTensor(dtype, dims, array.ndim, c_size_t(size)))
        data = tf.TF_TensorData(tensor)
        if dtype == STRING:
            for index, content in enumerate(array.tolist()):
                string = c_void_p(data + index * STRING_SIZE)
                tf.TF_StringInit(string)
                tf.TF_StringCopy(string, content, c_size_t(len(content)))
        else:
            ctypes.memmove(data, np.ascontiguousarray(array).ctypes.data, size)
        return tensor

    def to_array(tensor):
        tensor = c_void_p(tensor)
        shape = [tf.TF_Dim(tensor, axis) for axis in range(tf.TF_NumDims(tensor))]
        dtype = {1: np.float32, 3: np.int32, 9: np.int64}[tf.TF_TensorType(tensor)]
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        content = ctypes.string_at(tf.TF_TensorData(tensor), size)
        tf.TF_DeleteTensor(tensor)
        return np.frombuffer(content, dtype).reshape(shape)

    def run(name, inputs):
        signature = signature_of[name]
        places = [place(signature.inputs[key].name) for key in inputs]
        tensors = [to_tensor(inputs[key], signature.inputs[key].dtype) for key in inputs]
        outputs = [place(info.name) for info in signature.outputs.values()]
        results = (c_void_p * len(outputs))()
        tf.TF_SessionRun(
            session,
            None,
            (Output * len(places))(*places),
            (c_void_p * len(tensors))(*tensors),
            len(places),
            (Output * len(outputs))(*outputs),
            results,
            len(outputs),
            None,
            0,
            None,
            status,
        )
        check()
        return dict(zip(signature.outputs, map(to_array, results)))

    return run


if __name__ == "__main__":
    answer(open_saved_model)
