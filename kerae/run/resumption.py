"""Whether a run may begin in a folder, and what it goes on from."""

import json
import warnings

from ..callbacks import Checkpoint
from ..callbacks.history_file import read_history
from ..callbacks.keep_best import loss_can_be_compared
from ..distribution import barrier, is_first
from ..files import is_whole

# When a run is resumed; the data's digest tells sources apart.
MAY_CHANGE = ("epochs", "source", "strategy", "replicas")
PARTS = ("model", "data", "training")


def check_folder(out, existing, record, resume, overwrite):
    """Refuses a folder that a run may not begin in; changes nothing.

    Args:
        out: `pathlib.Path` of the folder.
        existing: List of the names of what another run has written there.
        record: Dict, of the run that is to begin.
        resume: Boolean, whether it goes on with the other one.
        overwrite: Boolean, whether it replaces it.
    Raises:
        FileExistsError: If there is another run, and it may be neither resumed nor replaced.
        ValueError: If it is to be resumed and cannot be.
    """
    if not existing or overwrite:
        return
    if not resume:
        raise FileExistsError(
            f"{out} already holds a run ({', '.join(existing)}). Choose another folder, or pass "
            "--resume (resume=True) to go on with it or --overwrite (overwrite=True) to replace it."
        )
    before = _record_of(out)
    for part in PARTS if before else ():
        for name in record[part]:
            if name not in MAY_CHANGE and before[part].get(name) != record[part][name]:
                raise ValueError(
                    f"{out} was made with {part} {name} = {before[part].get(name)!r}, but now it "
                    f"is {record[part][name]!r}. Resume with the same settings, or start "
                    "again with overwrite."
                )
    _, done = Checkpoint(out / "checkpoints").latest()
    epochs = record["training"]["epochs"]
    if epochs < done:
        raise ValueError(
            f"Expected at least {done} epochs, as many as the run in {out} has done. Received: "
            f"{epochs}. Ask for more to go on with it, or for another folder."
        )
    # One that was killed in its first epoch can begin again; of a longer one all would be lost.
    beyond_first = len(read_history(out / "history.csv").get("epoch", ())) > 1
    if not done and (beyond_first or (before or {}).get("finished", before is None)):
        raise ValueError(
            f"Expected a checkpoint to go on from in {out}. Received: none in `checkpoints/`. Put "
            "it back, choose another folder, or start again with --overwrite (overwrite=True)."
        )


def _record_of(out):
    """What `run.json` holds, or `None` with a warning where it is damaged or missing."""
    try:
        record = json.loads((out / "run.json").read_text())
        if all(isinstance(record[part], dict) for part in PARTS):
            return record
    except (OSError, ValueError, KeyError, TypeError):
        pass
    warn(
        f"{out / 'run.json'} is damaged or missing: the run goes on with the settings given now, "
        "which cannot be compared with those before."
    )
    return None


def resumed(model, out, validation, batch_size):
    """Brings a compiled model to the state of the newest checkpoint of a run, if there is one.

    What `model.keras` is worth is measured anew, so that it is replaced by better epochs alone,
    whatever else of the folder is lost.

    Args:
        model: `kerae.Autoencoder`.
        out: `pathlib.Path` of the run folder.
        validation: Tuple of the arrays held out.
        batch_size: Integer.
    Returns:
        The number of epochs done, and the loss of `model.keras` on the examples held out, or
        `None` where there is none or another epoch's cannot be compared with it.
    """
    checkpoint, kept = Checkpoint(out / "checkpoints"), out / "model.keras"
    done = checkpoint.restore(model)
    if not done:
        return 0, None
    whole = is_whole(kept)
    barrier()  # until all have looked
    if not whole:
        warn(f"{kept} is damaged or missing: the best from epoch {done} on takes its place.")
        model.save(kept)
        barrier()  # until it is written
    if not loss_can_be_compared(model):
        return done, None
    model.restore(kept)
    arguments = {"batch_size": batch_size, "return_dict": True, "verbose": 0}
    best = model.evaluate(*validation, **arguments)["loss"]
    model.restore(checkpoint.latest()[0])
    return done, best


def warn(text):
    """Warns once, however many processes train."""
    if is_first():
        warnings.warn(text, stacklevel=5)
