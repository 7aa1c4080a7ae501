"""What both clients do alike, each against a server of its kind."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
from stand_in_grpc import stand_in_grpc
from stand_in_model import CODES, NUMBERS, PIXELS
from stand_in_rest import silence, stand_in_rest, status

import kerae.serving

pytestmark = pytest.mark.once

MODEL = "vae_digits"
TRANSPORTS = {
    "rest": (kerae.serving.Client, stand_in_rest),
    "grpc": (kerae.serving.GRPCClient, stand_in_grpc),
}


@pytest.fixture(params=TRANSPORTS)
def transport(request):
    return request.param


@pytest.fixture
def served(transport):
    with TRANSPORTS[transport][1]() as (address, model):
        model.address = address
        yield model


@pytest.fixture
def connect(transport, served):
    """Makes clients of the server, which end with the test."""
    clients = []

    def connect(address=served.address, **arguments):
        clients.append(TRANSPORTS[transport][0](address, **arguments))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def unavailable(transport):
    code = grpc.StatusCode.UNAVAILABLE
    return status(503) if transport == "rest" else (code, "The queue is full")


def flat(x):
    return x.reshape(len(x), -1)


def test_outputs_are_arrays_in_the_dtypes_of_the_signature(client, images):
    outputs = client.predict(MODEL, {"x": images}, signature="encode")
    assert list(outputs) == ["log_variance", "mean"]
    for name, sign in (("mean", 1), ("log_variance", -1)):
        assert outputs[name].dtype == np.float32
        np.testing.assert_array_equal(outputs[name], sign * flat(images)[:, :2])


def test_the_default_signature_has_one_output_and_its_name(client, images):
    outputs = client.predict(MODEL, {"x": images})
    assert list(outputs) == ["reconstruction"]
    np.testing.assert_array_equal(outputs["reconstruction"], images / 2)


def test_integers_and_booleans_keep_their_values(client, served):
    wide = np.array([-(2**62) - 1, 2**62 + 1])
    inputs = {"wide": wide, "small": [0, 255], "flag": [True, False]}
    outputs = client.predict(MODEL, inputs, signature="types")
    (request,) = served.requests
    assert {name: array.dtype.name for name, array in request.inputs.items()} == {
        "wide": "int64",
        "small": "uint8",
        "flag": "bool",
    }
    assert {name: array.dtype.name for name, array in outputs.items()} == {
        "wide": "int64",
        "small": "uint8",
        "flag": "bool",
        "half": "float64",
    }
    np.testing.assert_array_equal(outputs["wide"], wide)
    np.testing.assert_array_equal(outputs["small"], [0, 255])
    np.testing.assert_array_equal(outputs["flag"], [True, False])
    np.testing.assert_array_equal(outputs["half"], wide / 2)


def test_bytes_arrive_as_they_are(client):
    files = [b"\x89PNG\r\n\x00\xff", bytes(range(256)), b"\x00\x00"]
    outputs = client.predict(MODEL, {"image_bytes": files}, signature="encode_image")
    np.testing.assert_array_equal(outputs["mean"], [(len(data), data[-1]) for data in files])
    assert list(outputs["copy_bytes"]) == files


def test_strings_are_utf_8(client):
    outputs = client.predict(MODEL, {"text": ["größer", b"end\0"]}, signature="words")
    assert list(outputs["text"]) == ["größer".encode(), b"end\0"]


def test_all_inputs_are_cut_together_and_answers_come_in_order(client, served):
    z, y = np.arange(14, dtype="float32").reshape(7, 2), np.arange(7) * 100
    x = client.predict(MODEL, {"z": z, "y": y}, signature="conditional", batch_size=3)["x"]
    assert [len(request.inputs["z"]) for request in served.requests] == [3, 3, 1]
    assert [request.inputs["y"].tolist() for request in served.requests] == [
        [0, 100, 200],
        [300, 400, 500],
        [600],
    ]
    expected = z.sum(axis=1) + y
    np.testing.assert_array_equal(x, np.broadcast_to(expected[:, None, None, None], (7, 8, 8, 1)))


def test_what_is_of_no_examples_is_sent_whole(client, served):
    x = np.ones((5, 2), "float32")
    outputs = client.predict(
        MODEL, {"x": x, "scale": np.float32(3)}, signature="total", batch_size=2
    )
    assert len(served.requests) == 1
    assert outputs["total"].shape == () and outputs["total"] == 30


def test_nan_and_infinity_in_an_answer_are_read(client, served, images):
    odd = np.array([[np.nan, np.inf], [-np.inf, 1.5]], "float32")
    served.tamper = lambda outputs: outputs | {"mean": odd}
    np.testing.assert_array_equal(client.encode(MODEL, images[:2]), odd)


def test_versions_and_labels_are_asked_for(client, served, images):
    for version in (None, 2, "stable & new"):
        client.predict(MODEL, {"x": images}, version=version)
    asked = [(request.version, request.label) for request in served.requests]
    assert asked == [(None, None), (2, None), (None, "stable & new")]


def test_methods_are_those_of_a_model(client, served, images):
    z = images.reshape(16, -1)[:, :2]
    np.testing.assert_array_equal(client.encode(MODEL, images), z)
    np.testing.assert_array_equal(client.reconstruct(MODEL, images), images / 2)
    np.testing.assert_array_equal(client.decode(MODEL, z)[:, 0, 0, 0], z.sum(axis=1))
    served.requests.clear()
    scores = client.score(MODEL, images, version=2, batch_size=4)
    assert [(each.version, len(each.inputs["x"])) for each in served.requests] == [(2, 4)] * 4
    error = flat(images).sum(axis=1)
    np.testing.assert_allclose(scores["reconstruction_error"], error, rtol=1e-6)
    np.testing.assert_allclose(scores["negative_elbo"], 2 * error, rtol=1e-6)


def test_what_a_conditional_model_is_conditioned_on_is_sent(client, served):
    served.signatures["decode"] = served.signatures["conditional"]
    z = np.ones((3, 2), "float32")
    x = client.decode(MODEL, z, [10, 20, 30])
    np.testing.assert_array_equal(x[:, 0, 0, 0], [12, 22, 32])
    assert served.requests[0].inputs["y"].dtype == np.int32


def test_numbers_of_codes_are_encoded_and_decoded(client, served):
    numbers = ("DT_INT32", (-1, 8, 8))
    served.signatures["encode_indices"] = (
        {"x": PIXELS},
        {"indices": numbers},
        lambda x: {"indices": np.int32(9 * x[..., 0])},
    )
    served.signatures["decode_indices"] = (
        {"indices": numbers},
        {"x": PIXELS},
        lambda indices: {"x": np.float32(indices[..., None]) / 9},
    )
    x = (np.arange(3 * 64) % 10 / 9).reshape(3, 8, 8, 1)
    indices = client.encode_indices(MODEL, x + 0.01)
    assert indices.dtype == np.int32
    np.testing.assert_array_equal(indices, np.arange(3 * 64).reshape(3, 8, 8) % 10)
    np.testing.assert_allclose(client.decode_indices(MODEL, indices), x, rtol=1e-6)
    with pytest.raises(ValueError, match="`indices` to hold int32"):
        client.decode_indices(MODEL, x[..., 0])


def test_samples_are_made_of_all_the_noise_that_is_asked_for(client, served):
    served.signatures["sample"] = (
        {"noise": CODES, "noise_2": CODES, "uniform": ("DT_FLOAT", (-1, 3, 5))},
        {"x": PIXELS},
        lambda noise, noise_2, uniform: {"x": np.ones((len(noise), 8, 8, 1), "float32")},
    )
    assert client.sample(MODEL, 4).shape == (4, 8, 8, 1)
    inputs = served.requests[-1].inputs
    assert inputs["uniform"].shape == (4, 3, 5) and len(np.unique(inputs["uniform"])) == 60
    assert 0 < inputs["uniform"].min() and inputs["uniform"].max() < 1
    assert not np.isin(inputs["noise"], inputs["noise_2"]).any()
    served.signatures["sample"] = (
        {"uniform": ("DT_FLOAT", (-1, 3, 5))},
        {"x": PIXELS},
        lambda uniform: {"x": np.zeros((len(uniform), 8, 8, 1), "float32")},
    )
    assert client.sample(MODEL, 4).max() == 0  # of discrete codes, from uniform noise alone


def test_samples_are_decoded_from_standard_normal_noise(client, served):
    x = client.sample(MODEL, 1000, seed=3)
    noise, uniform = (
        np.concatenate([request.inputs[name] for request in served.requests])
        for name in ("noise", "uniform")
    )
    np.testing.assert_allclose(x[:, 0, 0, 0], noise.sum(axis=1) + uniform, rtol=1e-5, atol=1e-6)
    assert noise.shape == (1000, 2) and uniform.shape == (1000,)
    # Four standard errors.
    assert abs(noise.mean()) < 4 / np.sqrt(2000) and abs(noise.var() - 1) < 4 * np.sqrt(2 / 2000)
    assert 0 < uniform.min() < 0.02 and 0.98 < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 4 / np.sqrt(12 * 1000)


def test_a_seed_gives_the_same_samples_again(client):
    one, same, other = (client.sample(MODEL, 3, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_metadata_say_what_can_be_asked(client, served):
    signatures = client.metadata(MODEL)
    assert set(signatures) == set(served.signatures)
    x = signatures["encode"].inputs["x"]
    assert (x.dtype, x.shape) == ("float32", (None, 8, 8, 1))
    assert (
        signatures["encode"].outputs
        == client.metadata(MODEL, version=2)["encode"].outputs
        == {
            "mean": type(x)("float32", (None, 2)),
            "log_variance": type(x)("float32", (None, 2)),
        }
    )
    assert signatures["types"].outputs["half"].dtype == "float64"
    assert signatures["conditional"].inputs["y"].dtype == "int32"
    assert signatures["words"].inputs["text"].dtype == "string"
    assert signatures["total"].inputs["scale"].shape == ()


def test_status_is_of_each_version(client, served):
    served.states = {0: ("UNKNOWN", ""), 1: ("END", "no memory"), 12: ("AVAILABLE", "")}
    assert client.status(MODEL) == {
        0: {"state": "UNKNOWN", "error": ""},
        1: {"state": "END", "error": "no memory"},
        12: {"state": "AVAILABLE", "error": ""},
    }
    assert list(client.status(MODEL, version=12)) == [12]


def test_waiting_ends_when_a_version_is_available(client, served):
    states = iter(["START", "LOADING", "AVAILABLE"])

    class Loading(dict):
        def items(self):
            return {3: (next(states), "")}.items()

    served.states = Loading()
    client.wait_until_ready(MODEL, timeout=30)
    assert next(states, None) is None


def test_waiting_in_vain_says_what_was_heard(client, served):
    served.states = {1: ("END", "no memory")}
    with pytest.raises(TimeoutError, match="vae_digits was not ready after 0.1 s.*no memory"):
        client.wait_until_ready(MODEL, timeout=0.1)
    with pytest.raises(TimeoutError, match="Servable not found"):
        client.wait_until_ready("half", timeout=0.1)


@pytest.mark.parametrize(
    "inputs, signature, message",
    [
        ({}, "encode", "`encode` of vae_digits: Expected `x`. Received: nothing."),
        ({"x": 0, "y": 0}, "encode", "Expected `x`. Received: `x`, `y`."),
        (np.zeros((1, 8, 8, 1)), "encode", "Expected a dict of `x`. Received: ndarray."),
        (
            {"x": np.zeros((8, 8, 1))},
            "encode",
            "Expected `x` of shape ('n', 8, 8, 1). Received: shape (8, 8, 1). For one example, "
            "give a batch of one: shape (1, 8, 8, 1).",
        ),
        (
            {"x": np.zeros((2, 8, 9, 1))},
            "encode",
            "Expected `x` of shape ('n', 8, 8, 1). Received: shape (2, 8, 9, 1).",
        ),
        (
            {"x": np.zeros((0, 8, 8, 1))},
            "encode",
            "Expected at least one example. Received: shape (0, 8, 8, 1).",
        ),
        (
            {"x": np.zeros((1, 8, 8, 1), "uint8")},
            "encode",
            "Expected `x` to hold float32. Received: uint8. Convert it; for 8-bit images",
        ),
        ({"z": [[1.0, 2.0], [3.0]]}, "decode", "Received: rows of several lengths."),
        (
            {"z": [[0.0, 0.0], [0.0, np.nan], [np.inf, 0.0]]},
            "decode",
            "Received: NaN or infinity as float32 in 2 rows of `z`: 1, 2. Remove or repair them.",
        ),
        ({"z": [[0.0, 1e39]]}, "decode", "NaN or infinity as float32 in 1 rows of `z`: 0."),
        (
            {"z": np.zeros((2, 2)), "y": [1, 2, 3]},
            "conditional",
            "Expected inputs of one length. Received: {'y': 3, 'z': 2}.",
        ),
        (
            {"z": np.zeros((1, 2)), "y": [2**31]},
            "conditional",
            "to hold int32. Received: numbers from 2147483648 to 2147483648",
        ),
        ({"z": np.zeros((1, 2)), "y": [1.0]}, "conditional", "int32. Received: float64."),
        ({"image_bytes": [3]}, "encode_image", "to hold bytes. Received: int."),
        ({"image_bytes": b"one"}, "encode_image", "shape ('n',). Received: shape (). For one"),
    ],
)
def test_inputs_are_refused_before_they_are_sent(client, served, inputs, signature, message):
    with pytest.raises(ValueError) as caught:
        client.predict(MODEL, inputs, signature=signature)
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert not served.requests


def test_batches_have_an_example(client, images):
    with pytest.raises(ValueError, match="`batch_size` of at least 1. Received: 0."):
        client.predict(MODEL, {"x": images}, batch_size=0)
    with pytest.raises(ValueError, match="`num_samples` of at least 1. Received: 0."):
        client.sample(MODEL, 0)


def test_unknown_models_versions_and_signatures(client, images):
    with pytest.raises(LookupError, match="metadata of half .*Latest.half.*Look at what it serves"):
        client.predict("half", {"x": images})
    with pytest.raises(LookupError, match="status of half"):
        client.status("half")
    with pytest.raises(LookupError, match="Servable not found"):
        client.predict(MODEL, {"x": images}, version=9)
    with pytest.raises(LookupError, match="signature of vae_digits: .*decode, encode.*'encod'"):
        client.predict(MODEL, {"x": images}, signature="encod")


def test_a_model_of_other_outputs_has_methods_that_say_so(client, served, images):
    served.signatures["encode"] = served.signatures["reconstruct"]
    del served.signatures["sample"]
    with pytest.raises(LookupError, match="output of `encode` of .*: reconstruction.*'mean'"):
        client.encode(MODEL, images)
    with pytest.raises(LookupError, match="signature of .*'sample'"):
        client.sample(MODEL, 1)
    served.signatures["sample"] = served.signatures["decode"]
    with pytest.raises(LookupError, match="input of `sample` of .*: z. Received: 'noise'"):
        client.sample(MODEL, 1)


def test_a_newer_version_may_have_other_signatures(client, served, images):
    client.predict(MODEL, {"x": images}, signature="encode")
    old = served.signatures["encode"]
    served.signatures["encode"] = (
        {"x": NUMBERS},
        {"mean": NUMBERS},
        lambda x: {"mean": x + 1},
    )
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(client.encode(MODEL, x), [2, 3])
    served.signatures["encode"] = old
    served.signatures["new"] = old
    assert client.predict(MODEL, {"x": images}, signature="new")["mean"].shape == (16, 2)
    # A change that only the answer shows.
    served.signatures["encode"] = (
        {"x": PIXELS},
        {"mean": CODES},
        lambda x: {"mean": old[2](x)["mean"]},
    )
    assert client.encode(MODEL, images).shape == (16, 2)


@pytest.mark.parametrize(
    "tamper, message",
    [
        (
            lambda each: each | {"mean": each["mean"][:, :1]},
            "shape ('n', 2). Received: shape (4, 1)",
        ),
        (lambda each: each | {"mean": each["mean"][:3]}, "Expected 4 rows of `mean`. Received: 3."),
        (lambda each: {"mean": each["mean"], "more": each["mean"]}, "Received: `mean`, `more`."),
        (lambda each: each | {"mean": each["mean"] > 0}, "to hold float32. Received: bool."),
    ],
)
def test_an_answer_that_does_not_fit_is_the_servers_fault(client, served, images, tamper, message):
    served.tamper = tamper
    with pytest.raises(RuntimeError) as caught:
        client.predict(MODEL, {"x": images[:4]}, signature="encode")
    assert "`encode` of vae_digits (its answer does not fit): " in str(caught.value)
    assert message in str(caught.value) and client.address in str(caught.value)


def test_a_busy_server_is_asked_again(connect, served, unavailable, images):
    client = connect(retries=2)
    client.metadata(MODEL)
    served.faults = [unavailable, unavailable]
    # Larger than what gRPC would keep for a second attempt by itself.
    x = np.tile(images, (80, 1, 1, 1))
    outputs = client.predict(MODEL, {"x": x}, batch_size=len(x))
    np.testing.assert_array_equal(outputs["reconstruction"], x / 2)
    assert not served.faults and len(served.requests) == 1


def test_a_server_that_stays_busy_is_given_up(connect, served, unavailable, images):
    client = connect(retries=1)
    client.metadata(MODEL)
    served.faults = [unavailable, unavailable, unavailable]
    with pytest.raises(ConnectionError, match="`serving_default` of vae_digits .*queue is full"):
        client.predict(MODEL, {"x": images})
    assert len(served.faults) == 1


def test_what_the_server_refuses_is_not_sent_again(client, served, transport, images):
    message = "Missing named input: x\n\t [[{{node}}]]"
    code = grpc.StatusCode.INVALID_ARGUMENT
    client.metadata(MODEL)
    served.faults = [status(400, message) if transport == "rest" else (code, message)]
    with pytest.raises(ValueError) as caught:
        client.predict(MODEL, {"x": images})
    assert "Missing named input: x [[{{node}}]]." in str(caught.value)
    assert not served.faults and not served.requests


@pytest.mark.parametrize(
    "http, code, kind",
    [
        (401, "UNAUTHENTICATED", PermissionError),
        (403, "PERMISSION_DENIED", PermissionError),
        (500, "INTERNAL", RuntimeError),
        (501, "UNIMPLEMENTED", RuntimeError),
    ],
)
def test_other_failures_have_types_of_their_own(client, served, transport, http, code, kind):
    fault = status(http, "why") if transport == "rest" else (grpc.StatusCode[code], "why")
    served.faults = [fault]
    with pytest.raises(kind, match="status of vae_digits .*why") as caught:
        client.status(MODEL)
    assert caught.type is kind and not served.faults


def test_a_server_that_takes_too_long(connect, served, transport):
    client = connect(timeout=0.2)
    served.faults = [silence if transport == "rest" else None] * 4
    with pytest.raises(TimeoutError, match="Give a longer `timeout` or a smaller `batch_size`"):
        client.status(MODEL)
    # It was not asked again.
    assert len(served.faults) == 3


def test_no_server(connect):
    # The port 9 is of a service that no one runs.
    client = connect("127.0.0.1:9", retries=1, timeout=20)
    with pytest.raises(ConnectionError, match="Is it running, and is this its port") as caught:
        client.status(MODEL)
    assert "refused" in str(caught.value) and "\n" not in str(caught.value)


def test_threads_share_a_client(connect, served):
    client = connect()
    z = np.arange(400, dtype="float32").reshape(200, 2)
    with ThreadPoolExecutor(32) as threads:
        x = list(threads.map(lambda each: client.decode(MODEL, each[None]), z))
    np.testing.assert_array_equal(np.concatenate(x)[:, 0, 0, 0], z.sum(axis=1))
    assert len(served.requests) == 200
    assert len(getattr(served, "connections", ())) <= 32


def test_a_client_closes_with_its_block(transport, served, images):
    with TRANSPORTS[transport][0](served.address) as client:
        client.encode(MODEL, images)
    if transport == "grpc":
        with pytest.raises(ValueError, match="closed channel"):
            client.encode(MODEL, images)
    else:
        assert not client._pool.pools
