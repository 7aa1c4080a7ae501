from starlette.datastructures import Headers

from .json_response import json_response


class OwnNames:
    """Refuses requests to other names than the server's, and those of other sites' pages.

    Args:
        app: The ASGI application that answers all others.
        host_names: The `HostNames` that it is known by.
    """

    def __init__(self, app, host_names):
        self._app = app
        self._host_names = host_names

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and (mistake := self._mistake(Headers(scope=scope))):
            return await json_response({"error": mistake}, 403)(scope, receive, send)
        await self._app(scope, receive, send)

    def _mistake(self, headers):
        host, origin = headers.get("host"), headers.get("origin")
        if not self._host_names.answers(host):
            return f"Expected a name of this server as Host. Received: {host!r}. {ALLOW}"
        if not self._host_names.trusts(origin, host):
            return f"Expected no request of another site's page. Received: {origin!r}. {ALLOW}"
        return None


ALLOW = "Allow its name by --allow-host."
