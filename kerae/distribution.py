"""One model on many devices and machines: what Keras' backends have for it, entered in one way."""

import os
import sys
from contextlib import contextmanager, redirect_stdout

from . import backend
from .checks.arguments import checked

STRATEGIES = {
    "none": None,
    "mirrored": "tensorflow",
    "multi_worker": "tensorflow",
    "data_parallel": "jax",
    "torchrun": "torch",
}
LOST = (
    "A process of this run has ended, and the others cannot go on. Start all of them again with "
    "--resume (resume=True): the run goes on after its last whole epoch."
)
_entered = []
COUNT_GIVEN_BY = {"multi_worker": "TF_CONFIG", "torchrun": "torchrun"}


@contextmanager
@checked
def strategy(name: str = "none", devices: int | None = None):
    """Makes all that is trained inside train on many devices, as if it were on one.

    To be entered before anything is computed. The model is made, compiled and trained inside;
    a batch is that of all devices together. Where there are several processes, all run the same
    program: only the first writes files and prints.

    Args:
        name: `"none"`; `"mirrored"`, TensorFlow on the GPUs of one machine; `"multi_worker"`,
            TensorFlow in the processes that the environment variable `TF_CONFIG` names;
            `"data_parallel"`, JAX on all its devices, and over processes where the environment
            variables of `keras.distribution.initialize` are set; `"torchrun"`, PyTorch in the
            processes that `torchrun` has started, each with one GPU.
        devices: Integer, how many to use of those of this process: GPUs, or where there are
            none parts of the CPU. Defaults to all GPUs, or to the whole CPU.

    Example:

    >>> with kerae.distribution.strategy("none"):
    ...     kerae.distribution.replicas()
    1

    Raises:
        ValueError: If the backend, or the environment, is none for the strategy, or there are
            not as many devices.
        RuntimeError: If another process ended, or TensorFlow or JAX has computed already.
    """
    import keras

    if name not in STRATEGIES:
        raise ValueError(
            f"Expected `name` to be a strategy of {', '.join(STRATEGIES)}. Received: {name}."
        )
    needed, chosen = STRATEGIES[name], keras.backend.backend()
    if needed not in (None, chosen):
        raise ValueError(
            f"Expected the backend {needed} for the strategy {name}. Received: {chosen}. Set "
            f"KERAS_BACKEND={needed} (--backend {needed}), or take another strategy."
        )
    if devices is not None and (devices < 1 or name == "none" or name in COUNT_GIVEN_BY):
        reason = COUNT_GIVEN_BY.get(name, "a strategy for many")
        raise ValueError(
            "Expected `devices` of at least 1, and for the strategies mirrored and data_parallel "
            f"alone. Received: {devices} for {name}. It is for {reason} to say."
        )
    if name == "none":
        yield
        return
    with backend.strategy_scope(name, devices), _quiet_unless_first():
        _entered.append(name)
        try:
            yield
        except Exception as error:
            if not backend.tells_of_lost_process(error):
                raise
            raise RuntimeError(LOST) from error
        finally:
            _entered.pop()


@contextmanager
def _quiet_unless_first():
    if is_first():
        yield
        return
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        yield


def current() -> str:
    """The name of the strategy that training is under."""
    return _entered[-1] if _entered else "none"


def is_first() -> bool:
    """Whether this process is the first, or the only one, of those that train a model."""
    return "keras" not in sys.modules or backend.is_first()


def replicas() -> int:
    """The number of replicas that share a batch."""
    return backend.replicas()


def barrier() -> None:
    """Waits until all processes are here."""
    backend.barrier()


def check() -> None:
    """Refuses a `keras.distribution` that the backend does not carry out.

    Raises:
        ValueError: If one is set on TensorFlow or PyTorch.
    """
    import keras

    chosen, given = keras.backend.backend(), keras.distribution.distribution()
    if chosen != "jax" and given is not None:
        raise ValueError(
            f"Expected no keras.distribution on {chosen}, which does not carry it out. Received: "
            f"{type(given).__name__}. Use kerae.distribution.strategy, or the backend jax."
        )
