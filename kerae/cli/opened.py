"""What `kerae train` wrote, read again."""

import json


def model_file(run):
    """The file of the model: that of a run folder, or the file itself."""
    return run / "model.keras" if run.is_dir() else run


def opened(run, data=None, data_dir=None):
    """A trained model and the data to look at it with.

    Args:
        run: `pathlib.Path` of a folder that `kerae train` wrote, or of a .keras file.
        data: String, as for `kerae.data.load`. Defaults to what the run was trained on.
        data_dir: Folder, as for `kerae.data.load`.
    Returns:
        `kerae.Autoencoder` and `kerae.data.Dataset`.
    Raises:
        ValueError: If `data` is not given, and the run does not say it.
    """
    from .. import data as kerae_data
    from ..loading import load

    model = load(model_file(run))
    source = {"name": data, "data_dir": None} if data else _source_of(run)
    return model, kerae_data.load(source["name"], data_dir or source["data_dir"])


def _source_of(run):
    """The arguments of `kerae.data.load` that the run was trained with."""
    record = run / "run.json"
    source = json.loads(record.read_text())["data"]["source"] if record.is_file() else None
    if source is None:
        raise ValueError(f"{run} does not say what data it was trained on. Pass --data.")
    return source
