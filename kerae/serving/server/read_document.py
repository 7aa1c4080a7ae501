import re

import orjson

from .refusal import Refusal, shortened

KEYS = ("inputs", "instances", "signature_name")


def read_document(body):
    """The JSON object of a prediction request, with `instances` or `inputs`, but not both.

    Raises:
        Refusal: If it is another.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        token = re.compile("NaN|Infinity").match(error.doc, error.pos)
        received = token[0] if token else f"JSON Parse error: {error}"
        expected = "finite numbers" if token else "a JSON object"
        raise Refusal(400, f"Expected {expected}. Received: {received}.") from error
    if type(document) is not dict:
        raise Refusal(400, f"Expected a JSON object. Received: {shortened(document)}.")
    unknown = sorted(document.keys() - set(KEYS))
    if unknown:
        raise Refusal(400, f"Expected no other keys than {KEYS}. Received: {shortened(unknown)}.")
    if ("instances" in document) == ("inputs" in document):
        received = "both" if "inputs" in document else "neither"
        raise Refusal(400, f"Expected one of 'instances' and 'inputs'. Received: {received}.")
    if type(document.get("signature_name", "")) is not str:
        raise Refusal(400, f"Expected a string as signature_name. Received: {shortened(document)}.")
    return document
