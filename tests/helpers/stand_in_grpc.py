"""A gRPC server that implements TensorFlow Serving's services."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import tensorflow as tf
from google.protobuf.json_format import ParseDict
from stand_in_model import StandInModel
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

MOST_BYTES = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@contextmanager
def stand_in_grpc(address="127.0.0.1:0", credentials=None):
    """Yields the address and the `StandInModel` that is served there.

    A fault is a pair of `grpc.StatusCode` and message, or `None` for no answer as long as the
    test lasts.
    """
    model = StandInModel()
    model.ended = threading.Event()
    services = _Services(model)
    with ThreadPoolExecutor(40) as threads:
        server = grpc.server(threads, options=MOST_BYTES)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(services, server)
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(services, server)
        host = address.rpartition(":")[0]
        if credentials:
            port = server.add_secure_port(address, credentials)
        else:
            port = server.add_insecure_port(address)
        server.start()
        try:
            yield f"{host}:{port}", model
        finally:
            model.ended.set()
            server.stop(None).wait()


class _Services(
    prediction_service_pb2_grpc.PredictionServiceServicer,
    model_service_pb2_grpc.ModelServiceServicer,
):
    def __init__(self, model):
        self.model = model

    def _begin(self, request, context):
        if self.model.faults:
            fault = self.model.faults.pop(0)
            if fault is None:
                self.model.ended.wait(60)
                fault = (grpc.StatusCode.CANCELLED, "")
            context.abort(*fault)
        spec = request.model_spec
        if spec.name != self.model.name or spec.version.value == 9:
            context.abort(
                grpc.StatusCode.NOT_FOUND, f"Servable not found for request: Latest({spec.name})"
            )

    def GetModelMetadata(self, request, context):
        self._begin(request, context)
        if list(request.metadata_field) != ["signature_def"]:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Metadata field is not supported")
        signatures = ParseDict(self.model.metadata(), get_model_metadata_pb2.SignatureDefMap())
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.metadata["signature_def"].Pack(signatures)
        return response

    def GetModelStatus(self, request, context):
        self._begin(request, context)
        wanted = request.model_spec.version.value
        versions = [
            {
                "version": str(number),
                "state": state,
                "status": {"error_code": "UNKNOWN" if error else "OK", "error_message": error},
            }
            for number, (state, error) in self.model.states.items()
            if wanted in (0, number)
        ]
        return ParseDict(
            {"model_version_status": versions}, get_model_status_pb2.GetModelStatusResponse()
        )

    def Predict(self, request, context):
        self._begin(request, context)
        spec = request.model_spec
        if spec.signature_name not in self.model.signatures:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f'Serving signature name: "{spec.signature_name}" not found in signature def',
            )
        inputs = self.model.signatures[spec.signature_name][0]
        for name, proto in request.inputs.items():
            if name not in inputs or tf.dtypes.as_dtype(inputs[name][0][3:].lower()) != proto.dtype:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"input {name} has a wrong type")
        outputs = self.model.predict(
            spec.signature_name,
            {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()},
            spec.version.value or None,
            spec.version_label or None,
        )
        response = predict_pb2.PredictResponse(model_spec=spec)
        for name, array in outputs.items():
            response.outputs[name].CopyFrom(_proto(array))
        return response


def _proto(array):
    """The message with a value a field, as TensorFlow Serving writes numbers."""
    proto = tf.make_tensor_proto(array)
    if proto.dtype == tf.float32.as_datatype_enum:
        proto.ClearField("tensor_content")
        proto.ClearField("float_val")
        proto.float_val.extend(array.ravel().tolist())
    return proto
