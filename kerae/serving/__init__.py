"""Serves exported models, and asks servers of them: `kerae serve` and TensorFlow Serving alike."""

from importlib import import_module
from typing import TYPE_CHECKING

from ..checks.extras import require
from .serve import serve as serve

# Imported when first used: each needs packages that the others do not.
_HOME = {"Client": "client", "GRPCClient": "grpc_client"}
_NEEDS = {
    "Client": ("serve", "orjson", "urllib3"),
    "GRPCClient": ("tensorflow", "tensorflow", "tensorflow_serving"),
}

if TYPE_CHECKING:
    from .client import Client as Client
    from .grpc_client import GRPCClient as GRPCClient

__all__ = ["serve", *_HOME]


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require(f"kerae.serving.{name}", *_NEEDS[name])
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__():
    return sorted(__all__)
