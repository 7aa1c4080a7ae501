import asyncio
import re
import threading
from concurrent.futures import Future
from contextlib import contextmanager

ADDRESS = "127.0.0.1"
HOSTS = (ADDRESS, "localhost")
LARGEST_UPLOAD = 2**27  # bytes, of a message


@contextmanager
def serving(page, listener):
    """Serves a bokeh page from a thread of its own, and yields its address.

    All that the page computes is computed in this thread, one thing after the other. A request for
    another host than this machine finds nothing, and a web socket of another page is refused.

    Args:
        page: Function of a `bokeh.document.Document`, called for each browser tab.
        listener: Socket that listens at `ADDRESS`.
    """
    running = Future()
    thread = threading.Thread(target=asyncio.run, args=(_serve(page, listener, running),))
    thread.start()
    loop, stop = running.result()
    try:
        yield f"http://{ADDRESS}:{listener.getsockname()[1]}/"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _serve(page, listener, running):
    from bokeh.server.server import BaseServer
    from bokeh.server.tornado import BokehTornado
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from tornado.routing import HostMatches, Rule, RuleRouter

    try:
        pages = BokehTornado(
            page,
            extra_websocket_origins=[f"{host}:{listener.getsockname()[1]}" for host in HOSTS],
            websocket_max_message_size_bytes=LARGEST_UPLOAD,
        )
        # A foreign name could else be made to lead here, and its page to read this one.
        hosts = re.compile(f"({'|'.join(map(re.escape, HOSTS))})$")
        http = HTTPServer(RuleRouter([Rule(HostMatches(hosts), pages)]))
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
