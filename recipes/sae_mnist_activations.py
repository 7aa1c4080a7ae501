"""What a classifier of MNIST has learned: a sparse dictionary of a hidden layer.

    KERAS_BACKEND=torch python recipes/sae_mnist_activations.py

Trains a small convolutional classifier, records its last layer of maps, each place a row, trains a
TopK SAE on the rows, and prints how well it describes rows held out, and how many of its units none
of them activates. At the end it writes the pages of the features, with the test images that
activate each.
"""

import argparse
import json
import math
from pathlib import Path

import keras
import numpy as np

import kerae

LATENTS = 512
K = 16  # active latents a row
CLASSIFIER_EPOCHS = 2
EPOCHS = 7  # passes over the rows, of which MNIST has 2.9 million
BATCH_SIZE = 2048
HELD_OUT = 100_000  # rows
LEARNING_RATE = 1e-3  # at the start; a constant one lets units die until the end
PICTURED = 500  # test images on the pages of features
SEED = 0

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")
parser.add_argument("--k", type=int, default=K, help="units that are active at once")
parser.add_argument("--epochs", type=int, default=EPOCHS)
parser.add_argument("--held-out", type=int, default=HELD_OUT, help="rows to evaluate on")
parser.add_argument("--pictured", type=int, default=PICTURED, help="test images on the pages")
parser.add_argument("--out", default="saved_models/sae_mnist_activations")
args = parser.parse_args()
out = Path(args.out)

kerae.set_random_seed(SEED)
data = kerae.data.load(args.data, args.data_dir)
classifier = keras.Sequential(
    [
        keras.Input(data.input_shape),
        keras.layers.Conv2D(32, 3, 2, "same", activation="relu"),
        keras.layers.Conv2D(64, 3, 2, "same", activation="relu", name="maps"),
        keras.layers.Flatten(),
        keras.layers.Dense(len(data.class_names)),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
classifier.compile("adam", loss, metrics=["accuracy"])
classifier.fit(data.x_train, data.y_train, 128, CLASSIFIER_EPOCHS, verbose=2)
print(f"classifier: {classifier.evaluate(data.x_test, data.y_test, verbose=0)[1]:.4f} accuracy")
out.mkdir(parents=True, exist_ok=True)
classifier.save(out / "classifier.keras")

rows = kerae.data.record_activations(
    classifier, "maps", data.x_train, out / "activations", dtype="float16", overwrite=True
)
print(rows, kerae.data.activation_statistics(rows))
rest, held_out = rows.hold_out(args.held_out, seed=SEED)
model = kerae.SAE(rows.input_shape[0], LATENTS, activation="topk", k=args.k)
steps = args.epochs * math.ceil(rest.rows / BATCH_SIZE)
schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
model.compile(keras.optimizers.Adam(schedule))
model.fit(rest, batch_size=BATCH_SIZE, epochs=args.epochs, validation_data=(held_out,), verbose=2)
scores = model.evaluate(held_out, batch_size=BATCH_SIZE, return_dict=True, verbose=0)
frequency = kerae.metrics.firing_frequency(model.encode(held_out))
scores["never_active"] = kerae.metrics.dead_share(frequency)
print(json.dumps(scores, indent=2))
(out / "dictionary").mkdir(exist_ok=True)
model.save(out / "dictionary" / "model.keras")

pictured = slice(args.pictured)
images = kerae.data.record_activations(
    classifier, "maps", data.x_test[pictured], out / "pictured", overwrite=True
)
places = math.prod(images.places)
found = kerae.analysis.features(
    model,
    np.concatenate([images.in_order(number) for number in range(len(images))]),
    np.repeat(data.y_test[pictured], places),
    data.class_names,
    examples=np.repeat(data.x_test[pictured], places, axis=0),
)
print(kerae.analysis.features_page(found, out / "dictionary" / "features"))
