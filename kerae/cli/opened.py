"""What `kerae train` wrote, read again; what is missing is told before Keras is imported."""

import json

from ..checks.source import path_of_source


def model_file(run):
    """The file of the model: that of a run folder, or the file itself."""
    return run / "model.keras" if run.is_dir() else run


def checked_run(run):
    """The argument, the `pathlib.Path` of a run folder or of a .keras file.

    Raises:
        FileNotFoundError: If there is no model.
        ValueError: If its file is truncated, or none of a model.
    """
    from ..files import checked_model_file

    checked_model_file(model_file(run))
    return run


def checked_suffix(path, *suffixes):
    """The argument, the `pathlib.Path` of a file to write.

    Raises:
        ValueError: If it has another suffix.
    """
    if path.suffix not in suffixes:
        raise ValueError(
            f"Expected a path that ends in {' or '.join(suffixes)}. Received: {path}. Rename it."
        )
    return path


def import_keras():
    """Imports Keras and its backend, quietly where the machine has no GPU."""
    from ..backend.quiet_tensorflow import import_quietly

    import_quietly("keras")


def source_of(run, data=None, data_dir=None):
    """The arguments of `kerae.data.load` for the data to look at a model with, as a tuple.

    Args:
        run: `pathlib.Path` of a folder that `kerae train` wrote, or of a .keras file.
        data: String, as for `kerae.data.load`. Defaults to what the run was trained on.
        data_dir: Folder, as for `kerae.data.load`.
    Raises:
        FileNotFoundError: If the data are a file or folder that is not there.
        ValueError: If `data` is not given, and the run does not say it.
    """
    if data is None:
        data, of_run = _source_in(run)
        data_dir = data_dir or of_run
    path_of_source(data, data_dir)
    return data, data_dir


def opened(run, data=None, data_dir=None):
    """A trained model and the data to look at it with.

    Args:
        run: As for `source_of`, like `data` and `data_dir`.
    Returns:
        `kerae.Autoencoder` and `kerae.data.Dataset`.
    Raises:
        FileNotFoundError: As `source_of`.
        ValueError: As `source_of`.
    """
    source = source_of(run, data, data_dir)
    import_keras()
    from .. import data as kerae_data
    from ..loading import load

    return load(model_file(run)), kerae_data.load(*source)


def model_under(run, prior=None, data=None, data_dir=None, by_class=False, seed=0):
    """The model of a run, or the same under a prior fitted to it; says what was done.

    Args:
        run: As for `source_of`, like `data` and `data_dir`.
        prior: String, as for `kerae.priors.fitted`, or `None` for the model's own.
        by_class: Boolean, whether a model without a condition is drawn from by class.
        seed: Integer, of the fit.
    Returns:
        `kerae.Autoencoder`.
    Raises:
        FileNotFoundError: As `source_of`, if the prior is to be fitted.
        ValueError: As `source_of`.
    """
    import_keras()
    from .. import data as kerae_data
    from ..loading import load

    model = load(model_file(run))
    if prior is None:
        return model
    from ..run.kept_priors import under_prior

    def examples():
        dataset = kerae_data.load(*source_of(run, data, data_dir))
        print(f"Fitting {prior} to the codes of {len(dataset.x_train)} examples.")
        return dataset.x_train, dataset.y_train

    by_class = by_class and model.condition is None
    folder = model_file(run).parent
    made, is_new = under_prior(model, str(prior), folder, examples, by_class, seed)
    print(f"{made.prior}: {'kept' if is_new else 'as it was kept'} in {folder / 'priors'}")
    return made


def _source_in(run):
    """The arguments of `kerae.data.load` that the run was trained with."""
    try:
        source = json.loads((run / "run.json").read_text())["data"]["source"]
        return source["name"], source["data_dir"]
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(f"{run} does not say what data it was trained on. Pass --data.") from None
