import asyncio
import time
from contextlib import contextmanager

import orjson
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from .bodies import Bodies
from .read_inputs import read_document, read_inputs
from .refusal import Refusal, shortened
from .write_outputs import write_outputs

DEFAULT_SIGNATURE = "serving_default"
JSON = "application/json"
LARGE = 2**16  # bytes; reading as many takes so long that others would notice
GONE = 499  # the client; nobody is told
MOST_DIGITS = 19  # of a version, in TensorFlow Serving
ADDRESSES = (
    "GET /v1/models/NAME[/versions/NUMBER][/metadata], "
    "POST /v1/models/NAME[/versions/NUMBER]:predict or GET /metrics"
)


class _Part(Convertor):
    """A part of an address, of characters that a regular expression allows."""

    def __init__(self, regex):
        self.regex = regex  # pyright: ignore[reportAttributeAccessIssue]

    def convert(self, value):
        return value

    to_string = convert


register_url_convertor("servable", _Part("[^/:]+"))
register_url_convertor("version", _Part("[0-9]+"))


class RestAPI:
    """TensorFlow Serving's REST API over `Servables`.

    Args:
        servables: The `Servables`.
        metrics: The `Metrics`.
        threads: Executor for what would hold up other requests.
        max_bytes: Integer; the largest body of a request.
        max_waiting: Integer; the most requests that wait for an answer.
        lifespan: Context manager around the time in which it answers, as Starlette takes it.
    Attributes:
        app: The ASGI application.
    """

    def __init__(self, servables, metrics, threads, max_bytes, max_waiting, lifespan=None):
        self._servables = servables
        self._metrics = metrics
        self._threads = threads
        self._bodies = Bodies(max_bytes)
        self._max_waiting = max_waiting
        self._waiting = 0
        model = "/v1/models/{name:servable}"
        version = model + "/versions/{number:version}"
        self.app = Starlette(
            routes=[
                Route("/metrics", self._get_metrics),
                *(Route(path, self._get_status) for path in (model, version)),
                *(Route(f"{path}/metadata", self._get_metadata) for path in (model, version)),
                *(
                    Route(f"{path}:predict", self._predict, methods=["POST"])
                    for path in (version, model)
                ),
            ],
            exception_handlers={
                Refusal: _refuse,
                HTTPException: _refuse_address,
                Exception: _internal_error,
            },
            lifespan=lifespan,
        )

    def stop(self):
        """Refuses what has not been read to its end; what has, is answered."""
        self._bodies.stop()

    async def _get_metrics(self, request):
        text = self._metrics.text(self._servables.loaded, self._waiting)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    async def _get_status(self, request):
        return _json(self._servables.status(*_wanted(request)))

    async def _get_metadata(self, request):
        name, number = _wanted(request)
        number, version = self._servables.find(name, number)
        return _json(
            {
                "model_spec": {"name": name, "signature_name": "", "version": str(number)},
                "metadata": {"signature_def": {"signature_def": version.servable.definitions}},
            }
        )

    async def _predict(self, request):
        began, status, labels = time.perf_counter(), 500, ["", "", ""]
        try:
            answer = await self._answer(request, labels)
            status = 200
            return Response(answer, media_type=JSON)
        except Refusal as refusal:
            status = refusal.status
            raise
        except ClientDisconnect:
            status = GONE
            return Response(status_code=status)
        finally:
            self._metrics.answered(*labels, status, time.perf_counter() - began)

    async def _answer(self, request, labels):
        """The answer; fills in the labels, as far as they name what there is."""
        body = await self._bodies.read(request)
        with self._waiting_for_answer():
            name, number = _wanted(request)
            number, version = self._servables.find(name, number)
            labels[:] = name, str(number), ""
            document = await self._aside(len(body), read_document, body)
            signature = document.get("signature_name") or DEFAULT_SIGNATURE
            signatures = version.servable.signatures
            if signature not in signatures:
                raise Refusal(
                    400,
                    f'Serving signature name: "{shortened(signature)[1:-1]}" not found in '
                    f"signature def. Expected one of: {', '.join(signatures)}.",
                )
            labels[2] = signature
            tensors, limits = signatures[signature].inputs, version.limits.get(signature, {})
            inputs = await self._aside(len(body), read_inputs, document, tensors, limits)
            try:
                outputs = await version.batchers[signature].answer(inputs)
            except ValueError as error:
                raise Refusal(400, str(error)) from error
            size = sum(array.nbytes for array in outputs.values())
            return await self._aside(size, write_outputs, outputs, "instances" in document)

    @contextmanager
    def _waiting_for_answer(self):
        if self._waiting >= self._max_waiting:
            raise Refusal(
                503, f"Expected at most {self._max_waiting} requests at once. Try again later."
            )
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def _aside(self, size, function, *arguments):
        """Calls the function; in a thread where it works on much."""
        if size < LARGE:
            return function(*arguments)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function, *arguments)


def _wanted(request):
    """The name and the number, or None, in the address."""
    name, number = request.path_params["name"], request.path_params.get("number")
    if number is None:
        return name, None
    if len(number) > MOST_DIGITS:
        raise Refusal(400, f"Failed to convert version: {shortened(number)[1:-1]} to numeric.")
    return name, int(number)


def _json(document, status=200, headers=None):
    return Response(orjson.dumps(document), status, headers, media_type=JSON)


async def _refuse(request, refusal):
    # The rest of a body may never come; another server, or a later time, may do better.
    headers = {408: {"connection": "close"}, 503: {"retry-after": "1"}}
    return _json({"error": str(refusal)}, refusal.status, headers.get(refusal.status))


async def _refuse_address(request, error):
    came = f"{request.method} {shortened(request.url.path)[1:-1]}"
    message = f"Malformed request: {came}. Expected {ADDRESSES}."
    return _json({"error": message}, error.status_code, error.headers)


async def _internal_error(request, error):
    return _json({"error": f"The server failed, and logged why: {type(error).__name__}"}, 500)
