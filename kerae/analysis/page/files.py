"""The files of a page: itself, and its numbers beside it."""

import json
import shlex
import sys
from pathlib import Path

import numpy as np

from ...configurable import describe
from ...files import replacing


def checked_path(path):
    """The path of a page, before any work is done for it.

    Raises:
        ValueError: If it does not end in .html.
    """
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"Expected `path` to end in .html. Received: {path}")
    return path


def this_command():
    """The command of this process, as one types it."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def write_text(path, text):
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def as_json(thing):
    """JSON text of what may hold NumPy's numbers and arrays too."""
    return json.dumps(thing, indent=2, default=_plain, allow_nan=False) + "\n"


def _plain(thing):
    return thing.tolist() if isinstance(thing, np.ndarray | np.generic) else describe(thing)


def write_parquet(path, analysis):
    """Writes a row for each example, as viewers of embeddings read it.

    Columns: the place `x`, `y` on the map, `label`, `cluster`, `error`, `negative_elbo` in nats,
    and `latent`, the code as a list of fixed size.
    """
    import pyarrow as pa
    from pyarrow import parquet

    examined = analysis.examination
    columns = {
        "x": analysis.projection.points[:, 0],
        "y": analysis.projection.points[:, 1],
        "cluster": analysis.clusters.labels.astype("int32"),
        "error": examined.error.astype("float32"),
    }
    if analysis.labels is not None:
        columns["label"] = np.array(analysis.labels.names)[analysis.labels.values]
    if examined.kl is not None:
        columns["negative_elbo"] = examined.negative_elbo.astype("float32")
    flat = pa.array(examined.z.astype("float32").ravel())
    columns["latent"] = pa.FixedSizeListArray.from_arrays(flat, examined.z.shape[1])
    with replacing(path) as partial:
        parquet.write_table(pa.table(columns), partial)
