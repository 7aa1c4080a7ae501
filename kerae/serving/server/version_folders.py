from pathlib import Path


def version_folders(folder):
    """The versions of models in a folder: each a folder whose name is a positive number.

    Args:
        folder: A folder of models, each a folder of versions, or one model itself.
    Returns:
        Dictionary of paths, by name of the model and number of the version.
    Raises:
        FileNotFoundError: If there is no such folder.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise FileNotFoundError(f"Expected a folder of models. Received: {folder}")
    models = [folder] if _versions(folder) else sorted(folder.iterdir())
    return {
        (model.name, number): path
        for model in models
        if not model.name.startswith(".")
        for number, path in sorted(_versions(model).items())
    }


def _versions(model):
    if not model.is_dir():
        return {}
    return {
        int(path.name): path
        for path in model.iterdir()
        if path.name.isascii() and path.name.isdigit() and int(path.name) and path.is_dir()
    }
