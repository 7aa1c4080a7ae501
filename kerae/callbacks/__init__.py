"""Callbacks for `fit`."""

from .checkpoint import Checkpoint as Checkpoint
from .resample_dead_units import ResampleDeadUnits as ResampleDeadUnits
from .stop_at_non_finite import StopAtNonFinite as StopAtNonFinite
