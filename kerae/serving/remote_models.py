"""What is asked of models on a server, whatever the transport."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Self

import numpy as np

from ..checks.types import ArrayLike
from .failure import failure
from .signature import Signature

BATCH_SIZE = 64
SECONDS_BETWEEN_POLLS = 0.2


class RemoteModels:
    """The models of a server that speaks TensorFlow Serving's API: NumPy in, NumPy out.

    A transport has the methods `_metadata` and `_status`, which give what TensorFlow Serving's
    JSON has under `metadata` and `model_version_status`; `_answer`, which gives a dict of what
    came for each output; and `_as_array`, which makes an array of one of these.
    """

    _metadata: Callable[..., Any]
    _status: Callable[..., Any]
    _answer: Callable[..., Any]
    _as_array: Callable[..., Any]
    close: Callable[[], None]

    def __init__(self, address: str) -> None:
        self.address = address
        self._signatures = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_):
        self.close()

    def predict(
        self,
        model: str,
        inputs: dict,
        signature: str = "serving_default",
        version: int | str | None = None,
        batch_size: int = BATCH_SIZE,
    ) -> dict[str, Any]:
        """The outputs of one signature of a model.

        Args:
            model: String, its name.
            inputs: Dict from the names of the signature's inputs to arrays; to lists of bytes for
                encoded images.
            signature: String.
            version: Integer, or a string for the label of one. By default the newest, which may
                change between two batches.
            batch_size: Integer, the number of examples sent at once.
        Returns:
            Dict from names to arrays.
        Raises:
            ValueError: If the inputs do not fit the signature, or the server refuses them.
            LookupError: If there is no such model, version or signature.
            ConnectionError: If no server can be reached.
            TimeoutError: If it takes too long.
            PermissionError: If a gateway does not let the request pass.
            RuntimeError: If the server fails, or its answer is none.
        """
        if batch_size < 1:
            raise ValueError(f"Expected `batch_size` of at least 1. Received: {batch_size}.")
        request = (model, version, signature, inputs, batch_size)
        signatures = self._signatures.get((model, version))
        if signatures is None:
            return self._predict(self.metadata(model, version), *request)
        try:
            return self._predict(signatures, *request)
        except (LookupError, RuntimeError, ValueError):
            # A newer version may have come since, with other signatures.
            newest = self.metadata(model, version)
            if newest == signatures:
                raise
        return self._predict(newest, *request)

    def metadata(self, model: str, version: int | str | None = None) -> dict[str, Any]:
        """What can be asked of a model.

        Args:
            model: String, its name.
            version: Integer, or a string for the label of one. By default the newest.
        Returns:
            Dict from names to `Signature`, which has `inputs` and `outputs`: dicts from names to
            what has a `dtype` and a `shape`.
        Raises:
            LookupError: If there is no such model or version.
            ConnectionError: If no server can be reached.
        """
        signatures = self._read(
            Signature.all_of, self._metadata(model, version), f"metadata of {model}"
        )
        self._signatures[model, version] = signatures
        return signatures

    def status(self, model: str, version: int | str | None = None) -> dict[int, Any]:
        """How far the versions of a model are.

        Args:
            model: String, its name.
            version: Integer, or a string for the label of one. By default all.
        Returns:
            Dict from versions to dicts of `state`, such as `"LOADING"` and `"AVAILABLE"`, and
            `error`, why it is not available.
        Raises:
            LookupError: If there is no such model or version.
            ConnectionError: If no server can be reached.
        """
        return self._read(_states, self._status(model, version), f"status of {model}")

    def wait_until_ready(
        self, model: str, timeout: float = 60.0, version: int | str | None = None
    ) -> None:
        """Returns as soon as a version of a model is available, on a server that may yet start.

        Args:
            model: String, its name.
            timeout: Float, in seconds.
            version: Integer, or a string for the label of one. By default any.
        Raises:
            TimeoutError: If it is not by then, with the last that was heard.
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                heard = self.status(model, version)
                if any(each["state"] == "AVAILABLE" for each in heard.values()):
                    return
            except (ConnectionError, LookupError, TimeoutError) as error:
                heard = error
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{model} was not ready after {timeout:g} s: {heard}")
            time.sleep(SECONDS_BETWEEN_POLLS)

    def encode(
        self, model: str, x: ArrayLike, y: ArrayLike | None = None, **options: Any
    ) -> np.ndarray:
        """The codes of examples, as `kerae.Autoencoder.encode` gives them.

        Args:
            model: String, its name.
            x: Array `(n, *input_shape)`.
            y: Array of what a conditional model is conditioned on, for each example.
            **options: `version` and `batch_size`, as for `predict`.
        Returns:
            Array `(n, latent_dim)`.
        """
        return self._ask(model, "encode", {"x": x}, y, options, "mean")

    def decode(
        self, model: str, z: ArrayLike, y: ArrayLike | None = None, **options: Any
    ) -> np.ndarray:
        """The data that codes stand for.

        Args:
            model: String, its name.
            z: Array `(n, latent_dim)`.
            y: Array of what a conditional model is conditioned on, for each code.
            **options: `version` and `batch_size`, as for `predict`.
        Returns:
            Array `(n, *data_shape)`.
        """
        return self._ask(model, "decode", {"z": z}, y, options, "x")

    def encode_indices(
        self, model: str, x: ArrayLike, y: ArrayLike | None = None, **options: Any
    ) -> np.ndarray:
        """The numbers of the codes of examples, of a model with a quantizer; arguments as of
        `encode`.

        Returns:
            Array of int32 `(n, *places)`.
        """
        return self._ask(model, "encode_indices", {"x": x}, y, options, "indices")

    def decode_indices(
        self, model: str, indices: ArrayLike, y: ArrayLike | None = None, **options: Any
    ) -> np.ndarray:
        """The data that numbers of codes stand for.

        Args:
            model: String, its name.
            indices: Array of integers `(n, *places)`, as `encode_indices` gives them.
            y: Array of what a conditional model is conditioned on, for each of them.
            **options: `version` and `batch_size`, as for `predict`.
        Returns:
            Array `(n, *data_shape)`.
        """
        return self._ask(model, "decode_indices", {"indices": indices}, y, options, "x")

    def reconstruct(
        self, model: str, x: ArrayLike, y: ArrayLike | None = None, **options: Any
    ) -> np.ndarray:
        """The data that the codes of examples stand for; arguments as of `encode`.

        Returns:
            Array `(n, *data_shape)`.
        """
        return self._ask(model, "reconstruct", {"x": x}, y, options, "reconstruction")

    def score(
        self, model: str, x: ArrayLike, y: ArrayLike | None = None, **options: Any
    ) -> dict[str, Any]:
        """How badly a model explains examples; arguments as of `encode`.

        Returns:
            Dict of arrays `(n,)`: `reconstruction_error` and, where there is one, `negative_elbo`
            and `negative_bound`.
        """
        return self._ask(model, "score", {"x": x}, y, options)

    def sample(
        self,
        model: str,
        num_samples: int,
        y: ArrayLike | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> np.ndarray:
        """New examples. The noise is drawn here, so that a seed gives the same ones again.

        Args:
            model: String, its name.
            num_samples: Integer.
            y: What a conditional model is conditioned on, for each sample.
            seed: Integer or `None`. The samples are others than those of
                `kerae.Autoencoder.sample` with this seed.
            **options: `version` and `batch_size`, as for `predict`.
        Returns:
            Array `(num_samples, *data_shape)`.
        """
        if num_samples < 1:
            raise ValueError(f"Expected `num_samples` of at least 1. Received: {num_samples}.")
        signatures = self.metadata(model, options.get("version"))
        signature = _named("sample", signatures, f"a signature of {model}")
        generator, noise = np.random.default_rng(seed), {}
        for name, spec in signature.inputs.items():
            shape = (num_samples, *spec.shape[1:])
            if name.startswith("noise"):
                noise[name] = generator.standard_normal(shape)
            elif name.startswith("uniform"):  # neither 0 nor 1, also as float32
                noise[name] = (generator.integers(2**23, size=shape) + 0.5) / 2**23
        if not noise:
            _named("noise", signature.inputs, f"an input of `sample` of {model}")
        return self._ask(model, "sample", noise, y, options, "x")

    def _ask(self, model, signature, inputs, y, options, output=None) -> Any:
        if y is not None:
            inputs["y"] = y
        outputs = self.predict(model, inputs, signature, **options)
        if output is None:
            return outputs
        return _named(output, outputs, f"an output of `{signature}` of {model}")

    def _predict(self, signatures, model, version, name, inputs, batch_size):
        signature = _named(name, signatures, f"a signature of {model}")
        try:
            batches = signature.batches(inputs, batch_size)
        except ValueError as error:
            raise ValueError(f"`{name}` of {model}: {error}") from error
        answers = []
        for batch in batches:
            answer = self._answer(model, version, name, signature, batch)
            read = partial(signature.read, as_array=self._as_array, batch=batch)
            answers.append(self._read(read, answer, f"`{name}` of {model}"))
        return signature.joined(answers)

    def _read(self, read, answer, what):
        try:
            return read(answer)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise failure(self.address, what, "its answer does not fit", str(error)) from error


def _named(name, mapping, what):
    if name not in mapping:
        raise LookupError(f"Expected {what}: {', '.join(mapping)}. Received: {name!r}.")
    return mapping[name]


def _states(versions):
    return {
        int(each["version"]): {
            "state": each["state"],
            "error": each.get("status", {}).get("error_message", ""),
        }
        for each in versions
    }
