"""Data sets of TensorFlow Datasets (TFDS), with or without TensorFlow."""

import difflib
import importlib.util
from contextlib import nullcontext

import numpy as np

from ..backend.quiet_tensorflow import quiet_tensorflow
from ..checks.extras import require
from ..checks.types import FilePath
from .any_answers import any_answers
from .dataset import Dataset
from .hold_out import hold_out
from .scale_pixels import scale_pixels

_PATIENCE = 10.0  # seconds to wait for the network

_WAYS_OUT = (
    "Give a folder where it is prepared as `data_dir=`, give a path to files of your own, "
    'or load "digits" or "shapes", which need no download.'
)


def read_tfds(name: str, data_dir: FilePath | None = None) -> Dataset:
    """Reads images and labels, and downloads them first if they are not in `data_dir`.

    TFRecord files are read by TensorFlow, ArrayRecord files without it; a download is stored as
    ArrayRecord where TensorFlow is not installed. The test split is `test`, else `validation`,
    else a fifth of `train` held out as `hold_out` does.

    Args:
        name: String, `"name[/config][:version]"` as in TFDS.
        data_dir: Folder. Defaults to None, the folder of TFDS.
    Returns:
        `Dataset`.
    Raises:
        ValueError: If TFDS has no such data set, or it holds no images of one size with labels.
        ConnectionError: If it is not prepared and no server answers.
        RuntimeError: If TFDS fails to prepare it; most of its builders need TensorFlow for that.
        ImportError: If it is prepared as TFRecord and TensorFlow is not installed.
    """
    needed = ("tensorflow_datasets", "importlib_resources")
    require(f'kerae.data.load("{name}")', "data", *needed)
    builder = _find_builder(name, data_dir)
    _check_features(builder)
    if not builder.data_path.exists():
        _prepare(builder)
    splits = builder.info.splits
    if "train" not in splits:
        raise ValueError(
            f"Expected a split `train` of data set {name!r} in {builder.data_path}. "
            f"Received: {', '.join(splits) or 'none'}. Choose another data set, or prepare it anew."
        )
    class_names = tuple(builder.info.features["label"].names)
    arrays = _read_split(builder, "train")
    test = next((split for split in ("test", "validation") if split in splits), None)
    if test:
        arrays += _read_split(builder, test)
    else:
        arrays = hold_out(*arrays, class_names)
    return Dataset(*arrays, name=name, class_names=class_names)


def _find_builder(name, data_dir):
    import tensorflow_datasets as tfds

    try:
        return tfds.builder(name, data_dir=data_dir)
    except (ValueError, AssertionError) as error:
        names = ["digits", "shapes", *tfds.list_builders(with_community_datasets=False)]
        if name.split("/")[0].split(":")[0] in names:
            raise
        nearest = difflib.get_close_matches(name, names, cutoff=0.5)
        raise ValueError(
            f"Expected the name of a data set, or a path. Received: {name!r}. "
            f"Nearest names: {', '.join(nearest) or 'none'}. See `tfds.list_builders()` for all."
        ) from error


def _check_features(builder):
    import tensorflow_datasets as tfds

    features = dict(builder.info.features)
    image, label = features.get("image"), features.get("label")
    if not (
        isinstance(image, tfds.features.Image)
        and None not in image.shape
        and image.np_dtype == np.uint8
        and isinstance(label, tfds.features.ClassLabel)
    ):
        raise ValueError(
            f"Expected data set {builder.name!r} to have a feature `image`, 8-bit and of one "
            f"size, and a class as `label`. Received: image: {image}, label: {label}. "
            "Choose another data set, or save its images with numpy.savez and load the file."
        )


def _prepare(builder):
    import tensorflow_datasets as tfds

    web = [address for address in builder.url_infos or () if address.startswith("http")]
    addresses = web or [builder.info.homepage]
    if not any_answers(addresses, _PATIENCE):
        raise ConnectionError(
            f"Data set {builder.name!r} is not in {builder.data_dir_root} and cannot be "
            f"downloaded: no server answers. {_WAYS_OUT}"
        )
    try:
        with quiet_tensorflow() if _has_tensorflow() else nullcontext():
            builder.download_and_prepare(
                download_config=tfds.download.DownloadConfig(try_download_gcs=False),
                file_format=None if _has_tensorflow() else "array_record",
            )
    except Exception as error:  # Every builder has code of its own, and so errors of its own.
        advice = _WAYS_OUT
        if not _has_tensorflow():
            advice = f"Most builders need TensorFlow: install kerae[tensorflow]. {advice}"
        raise RuntimeError(
            f"TFDS could not prepare data set {builder.name!r} in {builder.data_dir_root} "
            f"({type(error).__name__}: {error}). {advice}"
        ) from error


def _read_split(builder, split):
    import tensorflow_datasets as tfds

    if builder.info.file_format.value == "array_record":
        source = builder.as_data_source(split)
        examples = source.__getitems__(range(len(source)))
        x = np.stack([example["image"] for example in examples])
        y = np.array([example["label"] for example in examples])
    elif _has_tensorflow():
        with quiet_tensorflow():
            batch = tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))
        x, y = batch["image"], batch["label"]
    else:
        raise ImportError(
            f"Data set {builder.name!r} in {builder.data_dir_root} is prepared as "
            f"{builder.info.file_format.value}, which needs TensorFlow: install "
            'kerae[tensorflow], or prepare it with file_format="array_record".'
        )
    return scale_pixels(x, builder.name), y.astype(np.int64)


def _has_tensorflow():
    return importlib.util.find_spec("tensorflow") is not None
