"""What each term of the ELBO does: the same VAE trained with one, the other, and both.

    KERAS_BACKEND=jax python recipes/latent_losses_mnist.py --out saved_models/latent_losses_mnist

Draws `panels.png`, codes z ~ q(z|x) of the test images under reconstruction only, KL only, and
both; `manifold.png`, what the plane of codes of the last one decodes to; and
`stroke_width.png`, where an attribute vector (thick minus thin strokes) is added to digits.
"""

import argparse
from pathlib import Path

import keras
import numpy as np

import kerae
from kerae import figures, latent_space
from kerae.files import replacing

EPOCHS = 10
BATCH_SIZE = 128
LEARNING_RATE = 1e-3  # of Adam, at the start; falls to 0 along a cosine
WIDTHS = (512, 256)  # units of the encoder's layers; the decoder mirrors them
WEIGHTS = {  # of reconstruction and KL
    "reconstruction only": (1.0, 0.0),
    "KL only": (0.0, 1.0),
    "both: the ELBO": (1.0, 1.0),
}
STRENGTHS = np.linspace(-1.0, 1.0, 10)  # of the attribute vector
SEED = 0


def vae(shape, latent_dim, weights):
    reconstruction, kl = weights
    return kerae.Autoencoder(
        shape,
        latent=kerae.latents.Normal(latent_dim),
        terms=[kerae.Reconstruction(reconstruction), kerae.terms.KLDivergence(kl)],
        encoder=kerae.networks.dense_encoder(shape, WIDTHS),
        decoder=kerae.networks.dense_decoder((latent_dim,), shape, WIDTHS[::-1]),
    )


def train(model):
    steps = args.epochs * len(data.x_train) // BATCH_SIZE
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
    model.start_at_mean(data.x_train)
    model.compile(keras.optimizers.Adam(schedule))
    model.fit(data.x_train, epochs=args.epochs, batch_size=BATCH_SIZE, verbose=2)
    return model


def save(figure, name):
    with replacing(Path(args.out) / name) as partial:
        figure.savefig(partial, format="png")
    print(Path(args.out) / name)


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets")
parser.add_argument("--epochs", type=int, default=EPOCHS)
parser.add_argument("--out", default="saved_models/latent_losses_mnist")
parser.add_argument("--strategy", default="none", choices=kerae.distribution.STRATEGIES)
parser.add_argument("--devices", type=int, help="how many to use; see docs/distributed.md")
args = parser.parse_args()

with kerae.distribution.strategy(args.strategy, args.devices):
    data = kerae.data.load(args.data, args.data_dir)
    codes = []
    for name, weights in WEIGHTS.items():
        print(name)
        kerae.set_random_seed(SEED)
        model = train(vae(data.input_shape, 2, weights))
        codes.append(keras.ops.convert_to_numpy(model.propagate(data.x_test)["z"][:, 0]))
    save(figures.latent_panels(codes, data.y_test, data.class_names, list(WEIGHTS)), "panels.png")
    save(figures.manifold(model), "manifold.png")

    print("stroke width, with 16 latent dimensions")
    kerae.set_random_seed(SEED)
    model = train(vae(data.input_shape, 16, WEIGHTS["both: the ELBO"]))
    thin, thick = [], []
    for label in range(
        len(data.class_names)
    ):  # a tenth of each class, or the vector would turn 1 to 0
        members = data.x_train[data.y_train == label]
        by_ink = members[np.argsort(members.mean(axis=(1, 2, 3)))]
        thin.append(by_ink[: len(members) // 10])
        thick.append(by_ink[-len(members) // 10 :])
    vector = latent_space.attribute_vector(model, np.concatenate(thick), np.concatenate(thin))
    digits = [np.flatnonzero(data.y_test == label)[0] for label in range(len(data.class_names))]
    moved = latent_space.apply_attribute(model.encode(data.x_test[digits]), vector, STRENGTHS)
    images = model.decode(moved.reshape(-1, moved.shape[-1]))
    title = "each digit, from thinner to thicker strokes"
    save(figures.samples(images, title), "stroke_width.png")
