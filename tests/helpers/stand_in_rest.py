"""A server that speaks TensorFlow Serving's REST API, from its documentation and source."""

import base64
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import numpy as np
from stand_in_model import StandInModel

NUMPY = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_INT32": "int32",
    "DT_INT64": "int64",
    "DT_UINT8": "uint8",
    "DT_BOOL": "bool",
}
PATH = r"/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?(/metadata|:predict)?"


class Refused(Exception):
    """An answer of another status than 200, with TensorFlow Serving's error as its body."""


@contextmanager
def stand_in_rest():
    """Yields the address and the `StandInModel` that is served there.

    A fault is a function of the request handler; `status`, `page` and `silence` make some.
    """
    model = StandInModel()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        server.model = model
        server.connections = model.connections = set()
        model.headers = []
        model.ended = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}", model
        finally:
            model.ended.set()
            server.shutdown()
            thread.join()


def status(code, message="The queue is full", **headers):
    """A fault: TensorFlow Serving's error."""
    return page(code, json.dumps({"error": message}), "application/json", **headers)


def page(code, body, kind="text/html", **headers):
    """A fault: any other answer."""
    return lambda handler: handler.answer(code, body.encode(), kind, headers)


def silence(handler):
    """A fault: no answer as long as the test lasts."""
    handler.server.model.ended.wait(60)
    handler.close_connection = True


def drop(handler):
    """A fault: the connection ends without an answer."""
    handler.close_connection = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self._do()

    do_POST = do_GET

    def _do(self):
        model = self.server.model
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.connections.add(self.client_address)
        model.headers.append(self.headers)
        if model.faults:
            return model.faults.pop(0)(self)
        try:
            result = self._result(model, body)
        except Refused as refused:
            code, message = refused.args
            return self.answer(code, json.dumps({"error": message}).encode())
        # Python writes NaN, Infinity and -Infinity as TensorFlow Serving does.
        return self.answer(200, json.dumps(result, indent=4).encode())

    def _result(self, model, body):
        match = re.fullmatch(PATH, self.path)
        if not match:
            raise Refused(400, f"Malformed request: {self.command} {self.path}")
        name, version, label, what = match.groups()
        if unquote(name) != model.name or version == "9":
            raise Refused(404, f"Servable not found for request: Latest({unquote(name)})")
        if what == ":predict":
            return {"outputs": self._outputs(model, json.loads(body), version, label)}
        if what == "/metadata":
            spec = {"name": name, "signature_name": "", "version": "2"}
            return {
                "model_spec": spec,
                "metadata": {"signature_def": model.metadata()},
            }
        return {
            "model_version_status": [
                {
                    "version": str(number),
                    "state": state,
                    "status": {"error_code": "UNKNOWN" if error else "OK", "error_message": error},
                }
                for number, (state, error) in model.states.items()
                if version in (None, str(number))
            ]
        }

    def _outputs(self, model, request, version, label):
        signature = request.get("signature_name", "serving_default")
        if signature not in model.signatures:
            raise Refused(400, f'Serving signature name: "{signature}" not found in signature def')
        inputs, outputs, _ = model.signatures[signature]
        for name in inputs:
            if name not in request["inputs"]:
                raise Refused(400, f"Missing named input: {name} in 'inputs' object.")
        arrays = {
            name: _read(request["inputs"][name], dtype) for name, (dtype, _) in inputs.items()
        }
        values = {
            name: _write(array, name)
            for name, array in model.predict(
                signature, arrays, version and int(version), label and unquote(label)
            ).items()
        }
        return values if len(outputs) > 1 else next(iter(values.values()))

    def answer(self, code, body, kind="application/json", headers=()):
        self.send_response(code)
        for name, value in dict(headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def _read(value, dtype):
    if dtype == "DT_STRING":
        flat = [value] if isinstance(value, dict | str) else value
        decoded = np.array([_decoded(each) for each in flat], object)
        return decoded if flat is value else decoded[0]
    kinds = {"f": (int, float), "i": (int,), "u": (int,), "b": (bool,)}
    for each in np.asarray(value, object).flat:
        kind = np.dtype(NUMPY[dtype]).kind
        if not isinstance(each, kinds[kind]) or isinstance(each, bool) != (kind == "b"):
            raise Refused(400, f"JSON Value: {each} is not of expected type: {dtype[3:].lower()}")
    return np.asarray(value, NUMPY[dtype])


def _decoded(value):
    if isinstance(value, dict):
        return base64.b64decode(value["b64"], validate=True)
    return value.encode()


def _write(array, name):
    if array.dtype != object:
        return array.tolist()
    if name.endswith("_bytes"):
        return [{"b64": base64.b64encode(data).decode()} for data in array]
    return [data.decode() for data in array]
