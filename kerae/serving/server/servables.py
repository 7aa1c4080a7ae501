import logging
from typing import Any, NamedTuple

from .refusal import Refusal
from .version_folders import version_folders

logger = logging.getLogger("kerae.serving")


class _Entry(NamedTuple):
    files: tuple | None
    version: Any = None
    error: str = ""

    @property
    def state(self):
        if self.version is not None:
            return "AVAILABLE"
        return "END" if self.error else "LOADING"


class Servables:
    """The versions of models in a folder, kept in step with it.

    Args:
        folder: A folder of models, or one model.
        load: Function that loads a version, of the model's name, the number, and the path.
    """

    def __init__(self, folder, load):
        self._folder = folder
        self._load = load
        # Never changed in place: a thread refreshes while others read.
        self._entries = {}

    def refresh(self):
        """Loads what is new or changed and drops what is gone; one fault stops no other version.

        Returns:
            Whether anything came, changed or went.
        Raises:
            FileNotFoundError: If the folder itself is gone.
        """
        before = self._entries
        folders = version_folders(self._folder)
        for name, number in self._entries.keys() - folders.keys():
            logger.info("Removed version %d of %s.", number, name)
        if self._entries.keys() - folders.keys():
            self._entries = {key: before[key] for key in before if key in folders}
        for (name, number), path in folders.items():
            files = _files(path)
            entry = self._entries.get((name, number), _Entry(None))
            if entry.files == files:
                continue
            if entry.version is None:
                self._set((name, number), _Entry(files))
            try:
                version, error = self._load(name, number, path), ""
            except Exception as fault:
                # What was loaded from the files as they were goes on.
                version, error = entry.version, str(fault) or type(fault).__name__
                logger.error("Expected a version to serve in %s. Received: %s", path, error)
            else:
                logger.info("Loaded version %d of %s.", number, name)
            self._set((name, number), _Entry(files, version, error))
        return self._entries is not before

    def _set(self, key, entry):
        self._entries = {**self._entries, key: entry}

    @property
    def loaded(self):
        """Dictionary: the versions that answer, by number, newest first, by name of the model."""
        models = {}
        for (name, number), entry in sorted(self._entries.items(), reverse=True):
            if entry.version is not None:
                models.setdefault(name, {})[number] = entry.version
        return dict(sorted(models.items()))

    @property
    def errors(self):
        """List: what is wrong with versions."""
        return [entry.error for entry in self._entries.values() if entry.error]

    def find(self, name, number=None):
        """The number and the version that answers for a model; the newest, or that number.

        Raises:
            Refusal: If there is none.
        """
        models = self.loaded
        versions = models.get(name, {})
        newest = next(iter(versions), None)
        version = versions.get(newest if number is None else number)
        if version is None:
            wanted = f"Latest({name})" if number is None else f"Specific({name}, {number})"
            raise Refusal(
                404,
                f"Servable not found for request: {wanted}. Expected one of: {_listed(models)}.",
            )
        return newest if number is None else number, version

    def status(self, name, number=None):
        """The JSON object of TensorFlow Serving's `GetModelStatusResponse`.

        Raises:
            Refusal: If there is no such model or version.
        """
        entries = {
            key[1]: entry
            for key, entry in sorted(self._entries.items(), reverse=True)
            if key[0] == name and number in (None, key[1])
        }
        if not entries:
            wanted = "any versions" if number is None else f"version {number}"
            raise Refusal(
                404,
                f"Could not find {wanted} of model {name}. "
                f"Expected one of: {_listed(self.loaded)}.",
            )
        return {
            "model_version_status": [
                {
                    "version": str(version),
                    "state": entry.state,
                    "status": {
                        "error_code": "INTERNAL" if entry.error else "OK",
                        "error_message": entry.error,
                    },
                }
                for version, entry in entries.items()
            ]
        }


def _listed(models):
    return ", ".join(f"{name} ({', '.join(map(str, models[name]))})" for name in models) or "none"


def _files(folder):
    """What tells whether the files of a version have changed."""
    files = []
    for path in sorted(folder.rglob("*")):
        about = path.stat()
        files.append((path.name, about.st_ino, about.st_size, about.st_mtime_ns))
    return tuple(files)
