"""Callbacks for `fit`."""

from .checkpoint import Checkpoint as Checkpoint
from .stop_at_non_finite import StopAtNonFinite as StopAtNonFinite
