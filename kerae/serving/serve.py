import signal
import threading
from collections.abc import Sequence
from contextlib import contextmanager

from ..checks.arguments import checked
from ..checks.extras import EXTRAS, require
from ..checks.types import FilePath


@checked
def serve(
    folder: FilePath,
    *,
    host: str = "127.0.0.1",
    port: int = 8501,
    max_batch_size: int = 64,
    batch_timeout_ms: float = 0.0,
    max_request_mb: float = 32.0,
    max_waiting_mb: float = 256.0,
    max_waiting: int = 1000,
    max_connections: int = 500,
    timeout: float = 30.0,
    allow_hosts: Sequence[str] = (),
) -> None:
    """Serves SavedModels by TensorFlow Serving's REST API until it is told to stop.

    The development server: it needs no container, and every client of TensorFlow Serving works
    with it. All versions are served, the newest where a request names none; versions that come and
    go are noticed while it runs. Requests that wait while a model is busy are answered by one run.
    SIGINT and SIGTERM end it, once what it took is answered. `/monitoring/prometheus/metrics` is
    for Prometheus.

    It answers whoever reaches it by an address, as localhost, by the machine's name or that of
    `host`; not by other names, nor pages of other sites that a browser shows, unless they are
    allowed.

    Args:
        folder: A folder of models, each with folders of versions 1, 2, …, or one such model.
        host: Address to listen on; 0.0.0.0 for every one of this machine. Anyone who reaches it
            can use the models.
        port: Integer; 0 for any that is free.
        max_batch_size: Integer; the most rows that requests are merged to. 1 merges nothing: for
            models whose answer to an example depends on the others.
        batch_timeout_ms: Milliseconds that an idle model waits for more rows. Defaults to 0:
            requests are merged only while they have to wait anyway.
        max_request_mb: The largest body of a request, in MiB.
        max_waiting_mb: The most that the bodies of all requests take until they are answered, in
            MiB. Others are told to come again later, as they are by the next two.
        max_waiting: Integer; the most requests that wait for an answer.
        max_connections: Integer; the most at once. One that has no request gives way to a new one.
        timeout: Seconds that a client may say nothing within a request, or before its first. A
            body has one more for each 16 KiB that came.
        allow_hosts: Strings, names besides these by which it is reached, such as that of a
            gateway, and of sites whose pages may ask; `["*"]` for any.
    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If it has no model that can be served, or an argument is out of range.
        OSError: If the port is in use.
        ModuleNotFoundError: If TensorFlow or what `kerae[serve]` installs is missing.
    """
    for name, value, least in (
        ("max_batch_size", max_batch_size, 1),
        ("batch_timeout_ms", batch_timeout_ms, 0),
        ("max_request_mb", max_request_mb, 0),
        ("max_waiting_mb", max_waiting_mb, max_request_mb),
        ("max_waiting", max_waiting, 1),
        ("max_connections", max_connections, 1),
        ("timeout", timeout, 0.1),
    ):
        if not value >= least:
            raise ValueError(f"Expected `{name}` of at least {least}. Received: {value}")
    require("kerae.serving.serve", "serve,tensorflow", "tensorflow", *EXTRAS["serve"])
    from .listening import listening
    from .server.version_folders import version_folders

    version_folders(folder)
    with listening(host, port) as listener:
        from .host_names import HostNames
        from .server.bodies import Bodies
        from .server.example_request import example_request
        from .server.http_server import HTTPServer

        def tell(loaded):
            address = _address(listener)
            models = ", ".join(f"{name} ({', '.join(map(str, loaded[name]))})" for name in loaded)
            command = example_request(address, loaded)
            print(f"Serving {models} at {address}. Try: {command}", flush=True)

        server = HTTPServer(
            folder,
            max_batch_size,
            batch_timeout_ms / 1000,
            Bodies(int(max_request_mb * 2**20), int(max_waiting_mb * 2**20), timeout),
            HostNames(host, allow_hosts),
            max_waiting,
            max_connections,
            timeout,
            ready=tell,
        )
        with _ended_by_signals():
            server.run(sockets=[listener])
    print("Stopped.")


def _address(listener):
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _ended_by_signals():
    """uvicorn ends at a signal, and raises it again then; it has had its effect."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore(number, frame):
    pass
