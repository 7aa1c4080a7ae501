"""Asks a server over REST."""

import json
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson
import urllib3
from urllib3.util import Url, parse_url

from ..checks.arguments import checked
from ..checks.numbers import check_positive
from .failure import failure
from .remote_models import RemoteModels

CONNECTIONS = 64
TRY_AGAIN = (429, 502, 503, 504)
# What gateways answer by pages of their own, whatever is behind them.
FROM_GATEWAYS = (401, 403, 408, 413, *TRY_AGAIN)


class Client(RemoteModels):
    """The models of `kerae serve` or of TensorFlow Serving, over its REST API.

    Threads can share one client. Connections that fail and servers that are busy are tried again,
    after waits that double; a prediction changes nothing, so it can be repeated.

    Args:
        address: String, `"host:port"` or `"http(s)://host[:port][/prefix]"`.
        timeout: Float, the seconds that one answer may take.
        retries: Integer, how often a request is tried again.
        headers: Dict of strings, sent with each request, as a gateway may want.
    Raises:
        ValueError: If the address is none.
    Example:
    >>> client = kerae.serving.Client("localhost:8501")  # doctest: +SKIP
    >>> z = client.encode("vae_digits", x)  # doctest: +SKIP
    >>> client.predict("vae_digits", {"x": x}, signature="score")  # doctest: +SKIP
    Reference:
        https://www.tensorflow.org/tfx/serving/api_rest
    """

    @checked
    def __init__(
        self, address: str, timeout: float = 30.0, retries: int = 3, headers: dict | None = None
    ) -> None:
        check_positive("timeout", timeout)
        super().__init__(_url(address))
        self._timeout = timeout
        self._headers = {"Content-Type": "application/json", **(headers or {})}
        self._pool = urllib3.PoolManager(
            maxsize=CONNECTIONS,
            block=True,
            timeout=urllib3.Timeout(total=timeout),
            retries=_Retry(
                retries,
                allowed_methods=None,
                status_forcelist=TRY_AGAIN,
                raise_on_status=False,
                backoff_factor=0.1,
                backoff_max=10,
                backoff_jitter=0.1,
                retry_after_max=10,
            ),
        )

    def close(self) -> None:
        """Closes the connections."""
        self._pool.clear()

    def _metadata(self, model, version):
        path = f"{_path(model, version)}/metadata"
        return self._ask_for("metadata", "GET", path, f"metadata of {model}")

    def _status(self, model, version):
        what = f"status of {model}"
        return self._ask_for("model_version_status", "GET", _path(model, version), what)

    def _answer(self, model, version, name, signature, batch):
        inputs = {key: _as_json(array) for key, array in batch.items()}
        request = {"signature_name": name, "inputs": inputs}
        outputs = self._ask_for(
            "outputs",
            "POST",
            f"{_path(model, version)}:predict",
            f"`{name}` of {model}",
            orjson.dumps(request, option=orjson.OPT_SERIALIZE_NUMPY),
        )
        # The name is left out where there is but one output.
        return outputs if len(signature.outputs) > 1 else dict.fromkeys(signature.outputs, outputs)

    @staticmethod
    def _as_array(value):
        array = np.asarray(value)
        if array.dtype.kind not in "UO":
            return array
        return np.asarray(np.frompyfunc(_as_bytes, 1, 1)(np.asarray(value, object)), object)

    def _ask_for(self, key, method, path, what, body=None):
        try:
            response = self._pool.request(
                method, self.address + path, body=body, headers=self._headers, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise self._unreached(error, what) from error
        answer = _loads(response.data)
        if response.status == 200 and key in answer:
            return answer[key]
        status, message = response.status, answer.get("error")
        if message is None:
            beginning = response.data[:200].decode(errors="replace")
            message = f"expected JSON of TensorFlow Serving, received {beginning!r}"
            if status not in FROM_GATEWAYS:
                status = f"another kind of server ({status})"
        raise failure(self.address, what, status, str(message))

    def _unreached(self, error, what):
        reason = getattr(error, "reason", None) or error
        if _is_timeout(reason):
            message = f"waited {self._timeout:g} s"
            return failure(self.address, what, "no answer in time", message)
        return failure(self.address, what, "no connection", str(reason.__cause__ or reason))


class _Retry(urllib3.Retry):
    """Does not wait again for what took too long."""

    def increment(self, *request: Any, error: Any = None, **rest: Any):
        if _is_timeout(error):
            raise error
        return super().increment(*request, error=error, **rest)


def _is_timeout(error):
    # urllib3 counts among these the refused connections, too.
    return isinstance(error, urllib3.exceptions.TimeoutError) and not isinstance(
        error, urllib3.exceptions.NewConnectionError
    )


def _url(address):
    try:
        url = parse_url(address if "://" in address else f"http://{address}")
    except urllib3.exceptions.LocationParseError:
        url = Url()
    if url.scheme not in ("http", "https") or not url.host or not (url.port or "://" in address):
        raise ValueError(
            'Expected `address` as "localhost:8501" or "https://host/prefix". '
            f"Received: {address!r}."
        )
    return str(url).rstrip("/")


def _path(model, version):
    path = f"/v1/models/{quote(model, safe='')}"
    if version is None:
        return path
    kind = "labels" if isinstance(version, str) else "versions"
    return f"{path}/{kind}/{quote(str(version), safe='')}"


def _as_json(array):
    if array.dtype == object:
        encoded = np.frompyfunc(lambda data: {"b64": b64encode(data).decode()}, 1, 1)(array)
        return np.asarray(encoded, object).tolist()
    return array if array.ndim else array.item()


def _as_bytes(value):
    """The bytes of a string in an answer, which are encoded where its name ends on `_bytes`."""
    match value:
        case str():
            return value.encode()
        case {"b64": str(encoded)}:
            return b64decode(encoded, validate=True)
    raise ValueError(f"Expected numbers or strings in JSON. Received: {type(value).__name__}.")


def _loads(data):
    """The object in JSON; empty if there is none."""
    try:
        answer = orjson.loads(data)
    except orjson.JSONDecodeError:
        # TensorFlow Serving writes NaN and Infinity, as only Python's own reader accepts.
        try:
            answer = json.loads(data)
        except ValueError:
            return {}
    return answer if isinstance(answer, dict) else {}
