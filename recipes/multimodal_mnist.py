"""Images and their labels in one code: what a multimodal VAE knows of one from the other.

    KERAS_BACKEND=jax python recipes/multimodal_mnist.py

Trains a product of experts on binarized images with their labels, once with subsets of the two as
in the paper and once on both alone, and a mixture of experts. Of the test images a table is
printed: - log p, in nats, of the images, the labels and both, how many labels the images give, and
how many images that labels give have the class of the label, as said from the image by that model.
"""

import argparse

import keras
import numpy as np
from rich.console import Console
from rich.table import Table

import kerae

LATENT_DIM = 32
EPOCHS = 10
BATCH_SIZE = 128
LEARNING_RATE = 1e-3  # of Adam, at the start; falls to 0 along a cosine
CODES = 100  # an example, from which its likelihood is estimated
SEED = 0
MODELS = {
    "product, of subsets": {"modality_dropout": True},
    "product, of both alone": {},
    "mixture": {"experts": "mixture"},
}


def modalities(x, y):
    return {"image": kerae.data.binarize(x), "label": np.eye(num_classes, dtype="float32")[y]}


def trained(**options):
    kerae.set_random_seed(SEED)
    shapes = {"image": data.input_shape, "label": (num_classes,)}
    model = kerae.MultimodalVAE(shapes, LATENT_DIM, **options)
    x = model.pack(modalities(data.x_train, data.y_train))
    steps = args.epochs * -(-len(x) // BATCH_SIZE)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    model.compile(keras.optimizers.Adam(schedule))
    model.fit(x, batch_size=BATCH_SIZE, epochs=args.epochs, verbose=2)
    return model


def labels(model, images):
    """Those that a model gives of images alone."""
    packed = model.pack({"image": images})
    return model.unpack(model.predict(packed, verbose=0))["label"].argmax(axis=1)


def measure(model):
    test = modalities(data.x_test, data.y_test)
    parts = {"image": ["image"], "label": ["label"], "both": ["image", "label"]}
    measured = {
        f"- log p of {title}": -model.log_likelihood(
            model.pack({name: test[name] for name in names}), num_samples=CODES
        ).mean()
        for title, names in parts.items()
    }
    of_labels = model.unpack(model.predict(model.pack({"label": test["label"]}), verbose=0))
    return measured | {
        "labels of images": np.mean(labels(model, test["image"]) == data.y_test),
        "images of labels": np.mean(labels(model, of_labels["image"]) == data.y_test),
    }


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")
parser.add_argument("--epochs", type=int, default=EPOCHS)
args = parser.parse_args()

data = kerae.data.load(args.data, args.data_dir)
num_classes = len(data.class_names)
rows = {name: measure(trained(**options)) for name, options in MODELS.items()}
table = Table("model", *next(iter(rows.values())))
for name, measured in rows.items():
    table.add_row(name, *(f"{value:.4g}" for value in measured.values()))
Console().print(table)
