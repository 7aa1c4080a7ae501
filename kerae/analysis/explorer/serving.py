import asyncio
import re
import threading
from concurrent.futures import Future
from contextlib import contextmanager

ADDRESS = "127.0.0.1"
LARGEST_UPLOAD = 2**27  # bytes, of a message
LARGEST_BODY = 2**16  # bytes, of which no request needs any
SILENCE = 30  # seconds that a connection is kept without a request, or with half of one
# Without bokeh's for embedding, `/autoload.js`, which lets the pages of all sites read it.
PATHS = re.compile("/|/ws|/favicon.ico|/static/.*")


@contextmanager
def serving(page, listener, host_names):
    """Serves a bokeh page from a thread of its own, and yields its address.

    All that the page computes is computed in this thread, one thing after the other. A request for
    another host than this machine finds nothing, nor does one of another site's page, and no site
    can put the page into its own.

    Args:
        page: Function of a `bokeh.document.Document`, called for each browser tab.
        listener: Socket that listens at `ADDRESS`.
        host_names: `kerae.serving.host_names.HostNames` that it answers to.
    """
    running = Future()
    thread = threading.Thread(
        target=asyncio.run, args=(_serve(page, listener, host_names, running),)
    )
    thread.start()
    loop, stop = running.result()
    try:
        yield f"http://{ADDRESS}:{listener.getsockname()[1]}/"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _serve(page, listener, host_names, running):
    from bokeh.server.server import BaseServer
    from bokeh.server.tornado import BokehTornado
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from tornado.routing import Matcher, Rule, RuleRouter

    class OwnNames(Matcher):
        def match(self, request):
            host, origin = request.headers.get("Host"), request.headers.get("Origin")
            known = host_names.answers(host) and host_names.trusts(origin, host)
            return {} if known and PATHS.fullmatch(request.path) else None

    try:
        pages = BokehTornado(
            page,
            # Whoever comes so far has been looked at above.
            extra_websocket_origins=["*"],
            websocket_max_message_size_bytes=LARGEST_UPLOAD,
        )
        http = HTTPServer(
            RuleRouter([Rule(OwnNames(), pages)]),
            idle_connection_timeout=SILENCE,
            body_timeout=SILENCE,
            max_body_size=LARGEST_BODY,
        )
        listener.setblocking(False)
        http.add_socket(listener)
        server = BaseServer(IOLoop.current(), pages, http)
        server.start()
        stop = asyncio.Event()
        running.set_result((asyncio.get_running_loop(), stop))
    except BaseException as error:
        running.set_exception(error)
        return
    await stop.wait()
    server.unlisten()
    server.stop()
