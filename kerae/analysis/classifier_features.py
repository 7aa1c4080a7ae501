"""Features of images from a small classifier that is trained here."""

import hashlib
import math
import warnings
from typing import Any

import keras
import numpy as np
from keras import layers

from ..checks.arguments import checked
from ..checks.numbers import check_count
from ..checks.short import short
from ..checks.types import Tensor
from ..data.dataset import Dataset
from ..files import cache_folder, is_whole, replacing

VERSION = 1  # of the network and its training
WIDTHS, UNITS = (16, 32), 64
BATCH_SIZE, MOST_STEPS, MOST_EPOCHS, LEARNING_RATE = 128, 1_000, 20, 1e-3
STEPS_AT_ONCE = 100


class ClassifierFeatures:
    """What a classifier makes of examples in the layer before its classes; see
    `classifier_features`.

    Args:
        classifier: `keras.Model` that has a layer named `features`.
        about: String, what it classifies, and how well.

    Attributes:
        name: String, `about` and some digits that are others for other weights.
    """

    def __init__(self, classifier: keras.Model, about: str) -> None:
        self.classifier = classifier
        self._features = keras.Model(classifier.input, classifier.get_layer("features").output)
        digest = hashlib.sha256(b"".join(each.tobytes() for each in classifier.get_weights()))
        self.name = f"{about}, weights {digest.hexdigest()[:8]}"

    def __call__(self, x: Any) -> Tensor:
        """Features `(n, 64)` of examples."""
        return self._features(x, training=False)


@checked
def classifier_features(data: Dataset, seed: int = 0) -> ClassifierFeatures:
    """Features that tell the classes of a data set, for scores of images like those.

    A small network, of two convolutions for images, is trained to tell the classes of the training
    part, in some ten seconds for MNIST, and the 64 activations before its last layer are the
    features. It is kept in `~/.cache/kerae/classifiers`, or in the folder that the variable
    `KERAE_CACHE` names, and found there for the same data. Where it is trained again, on another
    machine or backend, its weights are others, and so is its name: do not compare numbers of
    different names.

    Args:
        data: `kerae.data.Dataset` of two classes or more.
        seed: Integer, of weights and batches.
    Returns:
        Function of an array of examples `(n, ...)` that gives `(n, 64)`, with a `name` that tells
        the part of the test examples of which it tells the class.

    Example:

    >>> data = kerae.data.load("digits")
    >>> features = kerae.analysis.classifier_features(data)
    >>> features(data.x_test[:5]).shape[1], features.name[:23]
    (64, 'a classifier of digits,')

    Raises:
        ValueError: If there is one class only.
    """
    check_count("seed", seed, least=0)
    if not isinstance(data, Dataset):
        raise ValueError(f"Expected `data` to be a kerae.data.Dataset. Received: {short(data)}.")
    if len(np.unique(data.y_train)) < 2:
        raise ValueError(
            "Expected `data` of two classes or more, for a classifier. Received: "
            f"{data!r}. Pass other `features`, such as a Keras model."
        )
    path = _folder() / f"{data.digest}_{seed}_{VERSION}.keras"
    if is_whole(path):
        classifier = keras.saving.load_model(path, compile=False)
    else:
        classifier = _trained(data, seed)
        try:
            with replacing(path) as partial:
                classifier.save(partial)
        except OSError as error:
            warnings.warn(f"The classifier is not kept: {error}", stacklevel=3)
    told = classifier.predict(data.x_test, batch_size=1000, verbose=0).argmax(axis=1)
    accuracy = np.mean(told == data.y_test)
    return ClassifierFeatures(classifier, f"a classifier of {data.name}, {accuracy:.1%} right")


def _folder():
    return cache_folder() / "classifiers"


def _trained(data, seed):
    classifier = _network(data.input_shape, len(data.class_names), seed)
    classifier.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    generator = np.random.default_rng(seed)
    left = min(MOST_STEPS, MOST_EPOCHS * math.ceil(len(data.x_train) / BATCH_SIZE))
    while left > 0:
        steps = min(left, STEPS_AT_ONCE)
        rows = generator.integers(len(data.x_train), size=steps * BATCH_SIZE)
        arrays = data.x_train[rows], data.y_train[rows]
        classifier.fit(*arrays, batch_size=BATCH_SIZE, shuffle=False, verbose=0)
        left -= steps
    return classifier


def _network(input_shape, num_classes, seed):
    def started():  # each layer from a seed of its own
        nonlocal seed
        seed += 1
        return {"kernel_initializer": keras.initializers.GlorotUniform(seed)}

    x = inputs = keras.Input(input_shape)
    if len(input_shape) == 3:
        for width in WIDTHS:
            x = layers.Conv2D(width, 3, 2, "same", activation="relu", **started())(x)
    x = layers.Dense(UNITS, "relu", name="features", **started())(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(num_classes, **started())(x))
