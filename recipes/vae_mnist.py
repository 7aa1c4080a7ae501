"""A convolutional VAE on MNIST: negative ELBO of the test images, gray pixels, Bernoulli.

    KERAS_BACKEND=jax python recipes/vae_mnist.py --out saved_models/vae_mnist

Holds out 5,000 training images to choose the best epoch; reads the test images once, at the end.
"""

import argparse

import kerae

LATENT_DIM = 16
EPOCHS = 25
BATCH_SIZE = 128
VALIDATION = 1 / 12  # of the training images are held out: 5,000 of MNIST
SEED = 0

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets or of the IDX files")
parser.add_argument("--epochs", type=int, default=EPOCHS)
parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)
parser.add_argument("--latent-dim", type=int, default=LATENT_DIM)
parser.add_argument("--seed", type=int, default=SEED)
parser.add_argument("--out", default="saved_models/vae_mnist")
parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")
parser.add_argument("--overwrite", action="store_true", help="replace an earlier run")
parser.add_argument("--strategy", default="none", choices=kerae.distribution.STRATEGIES)
parser.add_argument("--devices", type=int, help="how many to use; see docs/distributed.md")
args = parser.parse_args()

with kerae.distribution.strategy(args.strategy, args.devices):
    kerae.set_random_seed(args.seed)
    data = kerae.data.load(args.data, args.data_dir)
    model = kerae.VAE(data.input_shape, latent_dim=args.latent_dim)
    record = kerae.train(
        model,
        data,
        args.out,
        epochs=args.epochs,
        batch_size=args.batch_size,
        validation=VALIDATION,
        seed=args.seed,
        resume=args.resume,
        overwrite=args.overwrite,
        source={"name": args.data, "data_dir": args.data_dir},
    )
    print(args.out, record["metrics"]["test"])
