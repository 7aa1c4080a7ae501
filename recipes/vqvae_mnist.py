"""A VQ-VAE of MNIST and the PixelCNN of its codes: a bound of log p(x), and digits on demand.

    KERAS_BACKEND=jax python recipes/vqvae_mnist.py

First the VQ-VAE learns maps of codes, 7x7 of 128, of binarized images; then the PixelCNN learns
which maps there are of each digit. Printed is the bound of the test images, in nats and in bits for
each pixel, with all codes alike and with the PixelCNN; a row of samples of each class is saved.

Holds out 5,000 training images to choose the best epoch; reads the test images once, at the end.
"""

import argparse
import math
from pathlib import Path

import numpy as np

import kerae

NUM_CODES = 128
CODE_DIM = 16
WIDTH = 24  # channels of encoder and decoder
EPOCHS = 3  # of the VQ-VAE
PRIOR = {"width": 32, "num_layers": 4}  # of the PixelCNN
PRIOR_EPOCHS = 4
BATCH_SIZE = 128
LEARNING_RATE = 2e-3  # of Adam, the largest; see kerae.train
VALIDATION = 1 / 12  # of the training images are held out: 5,000 of MNIST
SAMPLES = 10  # of each class
SEED = 0

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")
parser.add_argument("--epochs", type=int, default=EPOCHS, help="of the VQ-VAE")
parser.add_argument("--prior-epochs", type=int, default=PRIOR_EPOCHS, help="of the PixelCNN")
parser.add_argument("--seed", type=int, default=SEED)
parser.add_argument("--out", default="saved_models/vqvae_mnist")
parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")
parser.add_argument("--overwrite", action="store_true", help="replace an earlier run")
args = parser.parse_args()


def tell(prior):
    """Prints the bound of the test images, under the model's prior as it is now."""
    log_p = model.log_likelihood(data.x_test, num_samples=1)
    nats = -np.mean(log_p, dtype="float64")
    bits = np.mean(kerae.metrics.bits_per_dimension(log_p, math.prod(data.input_shape)))
    print(f"- log p(x) at most {nats:.2f} nats, {bits:.4f} bits per dimension, {prior}")


kerae.set_random_seed(args.seed)
data = kerae.data.load(args.data, args.data_dir)
encoder = kerae.networks.residual_encoder(data.input_shape, WIDTH)
map_shape = (*encoder.output_shape[1:-1], CODE_DIM)
model = kerae.VQVAE(
    data.input_shape,
    NUM_CODES,
    CODE_DIM,
    encoder=encoder,
    decoder=kerae.networks.residual_decoder(map_shape, data.input_shape, WIDTH),
    preprocessing=kerae.data.Binarize("fixed"),
    prior=kerae.priors.PixelCNN(len(data.class_names), **PRIOR),
)
model.start_at_mean(data.x_train)
kerae.train(
    model,
    data,
    args.out,
    epochs=args.epochs,
    batch_size=BATCH_SIZE,
    learning_rate=LEARNING_RATE,
    validation=VALIDATION,
    seed=args.seed,
    resume=args.resume,
    overwrite=args.overwrite,
    source={"name": args.data, "data_dir": args.data_dir},
)
tell("with all codes alike")

model.prior.fit(
    model.encode_indices(data.x_train),
    data.y_train,
    epochs=args.prior_epochs,
    batch_size=BATCH_SIZE,
    learning_rate=LEARNING_RATE,
    verbose=2,
    seed=args.seed,
)
model.save(Path(args.out) / "model.keras")
tell("with the PixelCNN")

classes = np.repeat(np.arange(len(data.class_names)), SAMPLES)
images = model.sample(len(classes), y=classes, seed=args.seed, prior=model.prior)
title = "samples of each class, decoded"
kerae.figures.samples(images, title, path=Path(args.out) / "samples_by_class.png")
