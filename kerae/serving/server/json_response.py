import orjson
from starlette.responses import Response

JSON = "application/json"


def json_response(document, status=200, headers=None):
    """An answer of Starlette, with a document as its JSON."""
    return Response(orjson.dumps(document), status, headers, media_type=JSON)
