"""A folder of images, one sub-folder per class."""

from pathlib import Path

import numpy as np

from ..checks.extras import require
from .dataset import Dataset
from .hold_out import hold_out
from .scale_pixels import scale_pixels

_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}
# By content, whatever a file is called: others, such as EPS, run programs or are read in odd ways.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_MODES = {"1": "L", "L": "L", "P": "RGB", "RGB": "RGB", "RGBA": "RGB"}


def read_image_folder(folder: Path) -> Dataset:
    """Reads images of one size, all gray or all in color.

        folder/cat/1.png        or      folder/train/cat/1.png
        folder/dog/1.png                folder/test/cat/1.png

    Without `train` and `test` a fifth is held out as `hold_out` does. Images with a palette or
    an alpha channel become RGB.

    Args:
        folder: `pathlib.Path`.
    Returns:
        `Dataset`, named after the folder; its classes are the sub-folders in sorted order.
    Raises:
        ValueError: If there are no images, or one cannot be read or differs from the first.
    """
    require("kerae.data.load of a folder of images", "data", "PIL")
    splits = [folder / "train", folder / "test"]
    if not all(split.is_dir() for split in splits):
        splits = [folder]
    class_names = _list_classes(splits[0])
    files = [_list_files(split, class_names) for split in splits]
    x = scale_pixels(_read_images([path for part in files for path, _ in part]), folder)
    y = np.array([label for part in files for _, label in part], np.int64)
    if len(splits) == 1:
        arrays = hold_out(x, y, class_names)
    else:
        size = len(files[0])
        arrays = x[:size], y[:size], x[size:], y[size:]
    return Dataset(*arrays, name=folder.resolve().name, class_names=class_names)


def _list_classes(folder):
    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    names = tuple(sorted(path.name for path in visible if path.is_dir()))
    if not names:
        raise ValueError(
            f"Expected one sub-folder of images per class in {folder}. Received: no sub-folder. "
            "Move the images into one."
        )
    return names


def _list_files(folder, class_names):
    """Pairs of path and label."""
    files = []
    for name in _list_classes(folder):
        if name not in class_names:
            raise ValueError(
                f"Expected every class of {folder} among the training classes. "
                f"Received: {name!r}. Add training images of it."
            )
        visible = (path for path in (folder / name).iterdir() if not path.name.startswith("."))
        paths = sorted(path for path in visible if path.suffix.lower() in _ENDINGS)
        if not paths:
            raise ValueError(
                f"Expected images ({', '.join(sorted(_ENDINGS))}) in {folder / name}. "
                "Received: none. Add images, or remove the folder."
            )
        files += [(path, class_names.index(name)) for path in paths]
    return files


def _read_images(paths):
    first = _read_image(paths[0])
    images = np.empty((len(paths), *first.shape), np.uint8)
    for index, path in enumerate(paths):
        image = _read_image(path)
        if image.shape != first.shape:
            raise ValueError(
                f"Expected every image to be like {paths[0]}, {_describe(first)}. "
                f"Received: {path}, {_describe(image)}. Give all one size and color mode."
            )
        images[index] = image
    return images


def _read_image(path):
    from PIL import Image

    try:
        with Image.open(path, formats=_FORMATS) as image:
            if image.mode in _MODES:
                return np.asarray(image.convert(_MODES[image.mode]))
            mode = image.mode
    except Image.DecompressionBombError as error:
        raise ValueError(
            f"Expected an image of no more pixels than Pillow reads at {path}. "
            f"Received: {error} Replace or remove it."
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(
            f"Expected a readable image at {path}. Received: {error}. Replace or remove it."
        ) from error
    raise ValueError(
        f"Expected a gray or RGB image with 8 bits per channel at {path}. "
        f"Received: mode {mode}. Convert it."
    )


def _describe(image):
    return f"{image.shape[1]}x{image.shape[0]} pixels {'gray' if image.ndim == 2 else 'RGB'}"
