"""One function for every source of data."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..checks.arguments import checked
from ..checks.source import path_of_source
from ..checks.types import FilePath
from .digits import read_digits
from .idx import holds_idx, read_idx
from .image_folder import read_image_folder
from .npz import read_npz
from .shapes import shapes
from .stored.opening import holds_activations
from .stored_dataset import read_stored
from .tfds import read_tfds

if TYPE_CHECKING:
    from ..data.dataset import Dataset


@checked
def load(name: FilePath, data_dir: FilePath | None = None) -> "Dataset":
    """Loads a data set by name, or files by path.

    | `name` | what is read |
    |---|---|
    | `"digits"` | scikit-learn's 1,797 digits of 8x8 pixels, without a network |
    | `"shapes"` | shapes with known factors of variation, of `kerae.data.shapes` |
    | another plain name, `"mnist"` | TensorFlow Datasets, downloaded unless in `data_dir` |
    | a folder | IDX files, or images in one sub-folder per class, or per `train` and `test` |
    | an `.npz` file | arrays `x_train`, `x_test`, `y_train`, `y_test`, or `x` and `y` |
    | other files and folders of vectors | as `kerae.data.Activations` reads them |

    Where there is no test split, a fifth of every class is held out, always the same.

    Args:
        name: String or path. What exists on disk, ends in `.npz` or has a folder separator is a
            path, unless `data_dir` is given: `load("emnist/letters", data_dir=...)`.
        data_dir: Folder in which TensorFlow Datasets keeps its data. Defaults to None, its own
            default. If the folder itself holds IDX files and the name contains `"mnist"`, these
            are read instead. `"digits"` and `"shapes"` ignore it.
    Returns:
        `Dataset` of float32 images from 0 to 1 and int64 labels; of vectors in files, whatever
        their values, those to train on are left there.
    Raises:
        FileNotFoundError: If there is nothing at the path.
        ValueError: If the name is unknown, or files are damaged or not as described.
        ConnectionError: If the data have to be downloaded and no server answers.
        RuntimeError: If TensorFlow Datasets fails to prepare a download; for most data sets it
            needs TensorFlow to do so, once, whatever the backend.
        ImportError: If the data are stored as TFRecord and TensorFlow is not installed.
    Example:
        >>> from kerae.data import load
        >>> load("digits")
        Dataset(name='digits', train=1438, test=359, input_shape=(8, 8, 1), classes=10)
    """
    name = str(name)
    if name == "digits":
        return read_digits()
    if name == "shapes":
        return shapes()
    path = path_of_source(name, data_dir)
    if path is not None:
        if path.is_file():
            return read_npz(path) if path.suffix == ".npz" else read_stored(path)
        if holds_activations(path):
            return read_stored(path)
        return read_idx(path, path.resolve().name) if holds_idx(path) else read_image_folder(path)
    if data_dir is None:
        return read_tfds(name)
    data_dir = Path(data_dir).expanduser()
    if "mnist" in name and holds_idx(data_dir) and not (data_dir / name).is_dir():
        return read_idx(data_dir, name)
    return read_tfds(name, data_dir)
