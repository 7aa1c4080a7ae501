"""Asks a server over gRPC."""

import json
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from ..backend.tensor_proto import from_proto, to_proto
from ..checks.arguments import checked
from ..checks.numbers import check_positive
from ..checks.short import short
from .failure import failure
from .remote_models import RemoteModels

# As TensorFlow Serving's own; gRPC's default is 4 MiB.
MOST_BYTES = 2**31 - 1
MOST_ATTEMPTS = 5


class GRPCClient(RemoteModels):
    """The models of TensorFlow Serving, over gRPC: as `kerae.serving.Client`, with less to parse.

    Threads can share one client. A server that is unavailable is asked again, after waits that
    double.

    Args:
        address: String, `"host:port"`.
        timeout: Float, the seconds that one answer may take, with all that is tried again.
        retries: Integer of at most 4, how often a request is tried again.
        credentials: `grpc.ChannelCredentials` for TLS. By default the connection is open.
    Raises:
        ModuleNotFoundError: If tensorflow-serving-api is missing.
        ValueError: If the address is none, or `retries` too many.
    Example:
    >>> client = kerae.serving.GRPCClient("localhost:8500")  # doctest: +SKIP
    >>> z = client.encode("vae_digits", x)  # doctest: +SKIP
    """

    @checked
    def __init__(
        self, address: str, timeout: float = 30.0, retries: int = 3, credentials: Any = None
    ) -> None:
        if "://" in address or ":" not in address:
            raise ValueError(f'Expected `address` as "localhost:8500". Received: {address!r}.')
        if not 0 <= retries < MOST_ATTEMPTS:
            raise ValueError(
                f"Expected `retries` from 0 to {MOST_ATTEMPTS - 1}. Received: {retries}."
            )
        check_positive("timeout", timeout)
        if credentials is not None and not isinstance(credentials, grpc.ChannelCredentials):
            raise ValueError(
                "Expected `credentials` to be grpc.ChannelCredentials. Received: "
                f"{short(credentials)}."
            )
        super().__init__(address)
        self._timeout = timeout
        options = _options(retries)
        self._channel = (
            grpc.secure_channel(address, credentials, options)
            if credentials is not None
            else grpc.insecure_channel(address, options)
        )
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._models = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def _metadata(self, model, version):
        request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
        _specify(request, model, version)
        answer = self._call(self._predictions.GetModelMetadata, request, f"metadata of {model}")
        signatures = get_model_metadata_pb2.SignatureDefMap()
        answer.metadata["signature_def"].Unpack(signatures)
        return {"signature_def": _as_json(signatures)}

    def _status(self, model, version):
        request = get_model_status_pb2.GetModelStatusRequest()
        _specify(request, model, version)
        answer = self._call(self._models.GetModelStatus, request, f"status of {model}")
        return _as_json(answer)["model_version_status"]

    def _answer(self, model, version, name, signature, batch):
        request = predict_pb2.PredictRequest()
        _specify(request, model, version)
        request.model_spec.signature_name = name
        for key, array in batch.items():
            request.inputs[key].CopyFrom(to_proto(array))
        return dict(self._call(self._predictions.Predict, request, f"`{name}` of {model}").outputs)

    _as_array = staticmethod(from_proto)

    def _call(self, method, request, what):
        try:
            return method(request, timeout=self._timeout)
        except grpc.RpcError as error:
            raise failure(self.address, what, error.code().name, error.details()) from error


def _specify(request, model, version):
    request.model_spec.name = model
    if isinstance(version, str):
        request.model_spec.version_label = version
    elif version is not None:
        request.model_spec.version.value = version


def _as_json(message):
    return MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )


def _options(retries):
    policy = {
        "maxAttempts": retries + 1,
        "initialBackoff": "0.1s",
        "maxBackoff": "10s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    methods = [{"name": [{}], **({"retryPolicy": policy} if retries else {})}]
    return [
        ("grpc.service_config", json.dumps({"methodConfig": methods})),
        ("grpc.max_send_message_length", MOST_BYTES),
        ("grpc.max_receive_message_length", MOST_BYTES),
        # A request larger than the buffer would not be tried again.
        ("grpc.per_rpc_retry_buffer_size", MOST_BYTES),
        # Without these, all attempts pass before the first connection is tried again.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        # As the REST client: a proxy of the environment is for the world outside.
        ("grpc.enable_http_proxy", 0),
    ]
