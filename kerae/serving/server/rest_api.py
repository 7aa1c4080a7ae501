import time
from contextlib import contextmanager

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from .json_response import JSON, json_response
from .own_names import OwnNames
from .read_inputs import read_request
from .refusal import Refusal, shortened
from .write_outputs import write_outputs

LARGE = 2**16  # bytes; reading as many takes so long that others would notice
GONE = 499  # the client; nobody is told
MOST_DIGITS = 19  # of a version, in TensorFlow Serving
# As serving/monitoring.config has it, and where Prometheus looks when it is told nothing.
METRICS = ("/monitoring/prometheus/metrics", "/metrics")
ADDRESSES = (
    "GET /v1/models/NAME[/versions/NUMBER][/metadata], "
    f"POST /v1/models/NAME[/versions/NUMBER]:predict or GET {METRICS[0]}"
)
# What bodies of JSON come as: the last is what curl says where it is told nothing.
TYPES = (JSON, "text/json", "text/plain", "application/x-www-form-urlencoded")


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
        host_names: The `HostNames` that it answers to.
        bodies: The `Bodies` that are read.
        other_process: The `OtherProcess` for what would hold up other requests.
        max_waiting: Integer; the most requests that wait for an answer.
        lifespan: Context manager around the time in which it answers, as Starlette takes it.
    Attributes:
        app: The ASGI application.
    """

    def __init__(
        self, servables, metrics, host_names, bodies, other_process, max_waiting, lifespan=None
    ):
        self._servables = servables
        self._metrics = metrics
        self._bodies = bodies
        self._other_process = other_process
        self._max_waiting = max_waiting
        self._waiting = 0
        model = "/v1/models/{name:servable}"
        version = model + "/versions/{number:version}"
        self.app = Starlette(
            routes=[
                *(Route(path, self._get_metrics) for path in METRICS),
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
            middleware=[Middleware(OwnNames, host_names)],
            lifespan=lifespan,
        )

    def stop(self):
        """Refuses what has not been read to its end; what has, is answered."""
        self._bodies.stop()

    async def _get_metrics(self, request):
        text = self._metrics.text(self._servables.loaded, self._waiting, self._bodies.held)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    async def _get_status(self, request):
        return json_response(self._servables.status(*_wanted(request)))

    async def _get_metadata(self, request):
        name, number = _wanted(request)
        number, version = self._servables.find(name, number)
        return json_response(
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
        _check_type(request.headers)
        async with self._bodies.read(request) as body:
            with self._waiting_for_answer():
                name, number = _wanted(request)
                number, version = self._servables.find(name, number)
                labels[:] = name, str(number), ""
                try:
                    asked = await self._aside(len(body), read_request, body, version.takes)
                except Refusal as refusal:
                    labels[2] = refusal.signature
                    raise
                labels[2] = asked.signature
                try:
                    outputs = await version.batchers[asked.signature].answer(asked.inputs)
                except ValueError as error:
                    raise Refusal(400, str(error)) from error
                size = sum(array.nbytes for array in outputs.values())
                return await self._aside(size, write_outputs, outputs, asked.by_rows)

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
        """Calls the function; in another process where it works on much."""
        if size < LARGE:
            return function(*arguments)
        return await self._other_process.call(function, *arguments)


def _check_type(headers):
    named = headers.get("content-type", JSON)
    kind, packed = named.partition(";")[0].strip().lower(), headers.get("content-encoding")
    if (kind not in TYPES and not kind.endswith("+json")) or packed not in (None, "identity"):
        raise Refusal(
            415,
            f"Expected a body of type {JSON}, as it is. Received: {shortened(named)[1:-1]}"
            f"{f', as {shortened(packed)[1:-1]}' if packed else ''}.",
        )


def _wanted(request):
    """The name and the number, or None, in the address."""
    name, number = request.path_params["name"], request.path_params.get("number")
    if number is None:
        return name, None
    if len(number) > MOST_DIGITS:
        raise Refusal(400, f"Failed to convert version: {shortened(number)[1:-1]} to numeric.")
    return name, int(number)


async def _refuse(request, refusal):
    # The rest of a body may never come; another server, or a later time, may do better.
    headers = {408: {"connection": "close"}, 503: {"retry-after": "1"}}
    return json_response({"error": str(refusal)}, refusal.status, headers.get(refusal.status))


async def _refuse_address(request, error):
    came = f"{request.method} {shortened(request.url.path)[1:-1]}"
    message = f"Malformed request: {came}. Expected {ADDRESSES}."
    return json_response({"error": message}, error.status_code, error.headers)


async def _internal_error(request, error):
    return json_response(
        {"error": f"The server failed, and logged why: {type(error).__name__}"}, 500
    )
