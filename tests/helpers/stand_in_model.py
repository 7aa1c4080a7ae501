"""A model as TensorFlow Serving would serve it, made of formulas, and what its metadata say."""

from types import SimpleNamespace

import numpy as np

PIXELS = ("DT_FLOAT", (-1, 8, 8, 1))
CODES = ("DT_FLOAT", (-1, 2))
NUMBERS = ("DT_FLOAT", (-1,))


def signatures():
    """Dict from names to the inputs, the outputs and the function of each signature."""

    def reconstruct(x):
        return {"reconstruction": x / 2}

    def encode(x):
        mean = x.reshape(len(x), -1)[:, :2]
        return {"mean": mean, "log_variance": -mean}

    def score(x):
        error = x.reshape(len(x), -1).sum(axis=1)
        return {"reconstruction_error": error, "negative_elbo": 2 * error}

    def decode(z):
        return {"x": np.broadcast_to(z.sum(axis=1)[:, None, None, None], (len(z), 8, 8, 1))}

    def conditional(z, y):
        return {"x": decode(z)["x"] + y[:, None, None, None].astype("float32")}

    def sample(noise, uniform):
        return conditional(noise, uniform)

    def encode_image(image_bytes):
        # Bytes that JSON and UTF-8 change would be others, or of another length.
        sizes = [(len(data), data[-1]) for data in image_bytes]
        return {"mean": np.array(sizes, "float32"), "copy_bytes": image_bytes}

    def words(text):
        return {"text": text}

    def types(wide, small, flag):
        return {"wide": wide, "small": small, "flag": flag, "half": wide.astype("float64") / 2}

    def total(x, scale):
        return {"total": (x.sum() * scale).astype("float32")}

    string = ("DT_STRING", (-1,))
    return {
        "serving_default": ({"x": PIXELS}, {"reconstruction": PIXELS}, reconstruct),
        "reconstruct": ({"x": PIXELS}, {"reconstruction": PIXELS}, reconstruct),
        "encode": ({"x": PIXELS}, {"mean": CODES, "log_variance": CODES}, encode),
        "score": (
            {"x": PIXELS},
            {"reconstruction_error": NUMBERS, "negative_elbo": NUMBERS},
            score,
        ),
        "decode": ({"z": CODES}, {"x": PIXELS}, decode),
        "conditional": ({"z": CODES, "y": ("DT_INT32", (-1,))}, {"x": PIXELS}, conditional),
        "sample": ({"noise": CODES, "uniform": NUMBERS}, {"x": PIXELS}, sample),
        "encode_image": (
            {"image_bytes": string},
            {"mean": CODES, "copy_bytes": string},
            encode_image,
        ),
        "words": ({"text": string}, {"text": string}, words),
        "types": (
            {"wide": ("DT_INT64", (-1,)), "small": ("DT_UINT8", (-1,)), "flag": ("DT_BOOL", (-1,))},
            {
                "wide": ("DT_INT64", (-1,)),
                "small": ("DT_UINT8", (-1,)),
                "flag": ("DT_BOOL", (-1,)),
                "half": ("DT_DOUBLE", (-1,)),
            },
            types,
        ),
        # Of no one's examples: a scalar among the inputs, and one that comes out.
        "total": ({"x": CODES, "scale": ("DT_FLOAT", ())}, {"total": ("DT_FLOAT", ())}, total),
    }


class StandInModel:
    """What a stand-in server serves, remembers, and does wrong when it is told to.

    Attributes:
        signatures: As `signatures` gives them; they can be changed while it is served.
        requests: List of what was predicted: namespaces of `version`, `label`, `signature` and
            `inputs`, as arrays.
        faults: List of what the next requests meet instead of an answer, as the transport has it.
        tamper: Function that changes the outputs.
        states: Dict from versions to states and errors.
    """

    name = "vae_digits"

    def __init__(self):
        self.signatures = signatures()
        self.requests = []
        self.faults = []
        self.tamper = lambda outputs: outputs
        self.states = {1: ("END", ""), 2: ("AVAILABLE", "")}

    def metadata(self):
        """The `SignatureDefMap` as JSON, as TensorFlow Serving writes it."""
        definitions = {
            name: {
                "inputs": {key: _tensor_info(*spec) for key, spec in inputs.items()},
                "outputs": {key: _tensor_info(*spec) for key, spec in outputs.items()},
                "method_name": "tensorflow/serving/predict",
                "defaults": {},
            }
            for name, (inputs, outputs, _) in self.signatures.items()
        }
        nothing = {"dtype": "DT_INVALID", "tensor_shape": {"dim": [], "unknown_rank": True}}
        definitions["__saved_model_init_op"] = {
            "inputs": {},
            "outputs": {"__saved_model_init_op": nothing | {"name": "NoOp"}},
            "method_name": "",
            "defaults": {},
        }
        return {"signature_def": definitions}

    def predict(self, signature, inputs, version=None, label=None):
        """The outputs, after the request was noted."""
        self.requests.append(
            SimpleNamespace(version=version, label=label, signature=signature, inputs=inputs)
        )
        return self.tamper(self.signatures[signature][2](**inputs))


def _tensor_info(dtype, shape):
    dimensions = [{"size": str(size), "name": ""} for size in shape]
    return {
        "dtype": dtype,
        "tensor_shape": {"dim": dimensions, "unknown_rank": False},
        "name": "StatefulPartitionedCall:0",
    }
