"""Probabilistic models on MNIST: bounds, flows, trained priors and curved codes, in one table.

    KERAS_BACKEND=jax python recipes/probabilistic_mnist.py --model "IWAE, 5"
    KERAS_BACKEND=jax python recipes/probabilistic_mnist.py --all

Dynamically binarized images. Each model is trained on 55,000 of them; 5,000 are held out to choose
the epoch. The test images, binarized once, are read at the end. `--all` skips what is already
trained and writes the table.
"""

import numpy as np
from comparison import all_in_turn, arguments, folder, keep

import kerae
from kerae import networks

LATENT_DIM = 50
WIDTHS = (200, 200)  # units of the layers of encoder and decoder, as in the paper of the IWAE
EPOCHS = 10
BATCH_SIZE = 100
LEARNING_RATE = 1e-3  # of Adam, the largest; see kerae.train
VALIDATION = 1 / 12  # of the training images are held out: 5,000 of MNIST
CODES = 200  # an image, from which its likelihood is estimated
SEED = 0


def with_own_networks(model, **arguments):
    """A model whose codes are layers or maps, with the networks that it makes for them."""

    def made():
        binary = kerae.data.Binarize("dynamic")
        return model(data.input_shape, preprocessing=binary, **arguments).start_at_mean(
            data.x_train
        )

    return made


def of(model, latent_dim=LATENT_DIM, **arguments):
    """The model with its decoder's last bias at the mean of the data."""

    def made():
        shape = data.input_shape
        return model(
            shape,
            latent_dim,
            encoder=networks.dense_encoder(shape, WIDTHS, "tanh"),
            decoder=networks.dense_decoder((latent_dim,), shape, WIDTHS, "tanh"),
            preprocessing=kerae.data.Binarize("dynamic"),
            **arguments,
        ).start_at_mean(data.x_train)

    return made


DOUBLY = "doubly_reparameterized"
MODELS = {
    "VAE": of(kerae.VAE),
    "VAE, 5": of(kerae.VAE, num_samples=5),
    "VAE, 50": of(kerae.VAE, num_samples=50),
    "IWAE, 5": of(kerae.IWAE, num_samples=5),
    "IWAE, 50": of(kerae.IWAE, num_samples=50),
    "IWAE, 5, doubly reparameterized": of(kerae.IWAE, num_samples=5, gradient=DOUBLY),
    "IWAE, 50, doubly reparameterized": of(kerae.IWAE, num_samples=50, gradient=DOUBLY),
    "MIWAE, 8 of 8": of(kerae.MIWAE, num_samples=64, num_groups=8),
    "PIWAE, 8 of 8": of(kerae.PIWAE, num_samples=64, num_groups=8),
    "CIWAE, 64": of(kerae.CIWAE, num_samples=64),
    "planar flows, 8": of(kerae.FlowVAE, flow="planar", num_flows=8),
    "RealNVP flows, 4": of(kerae.FlowVAE, flow="real_nvp"),
    "IAF flows, 4": of(kerae.FlowVAE, flow="iaf"),
    "Hamiltonian, 3 steps": of(kerae.HVAE),
    "Riemannian, 3 steps": of(kerae.RHVAE),
    "flow prior": of(kerae.VAE, prior=kerae.priors.Flow()),
    "autoregressive prior": of(kerae.VAE, prior=kerae.priors.Autoregressive()),
    "VampPrior, 500": of(kerae.VampVAE),
    "mixture prior, 10": of(kerae.GMVAE),
    "two stages": of(kerae.TwoStageVAE, likelihood="bernoulli"),
    "sphere": of(kerae.SVAE, LATENT_DIM + 1),
    "ball": of(kerae.PoincareVAE, curvature=0.1),  # of 50 dimensions, within the reach of floats
    "ladder, 32 16 8": with_own_networks(kerae.LadderVAE),
    "top-down, 4 layers": with_own_networks(kerae.TopDownVAE),
    "categorical, 20 of 10": with_own_networks(kerae.CategoricalVAE),
    "joint, 10 and 10 categories": with_own_networks(kerae.JointVAE),
    "quantized, 512 codes": with_own_networks(kerae.VQVAE),
}
COLUMNS = {
    "negative_bound": "negative bound of its own, nats",
    "negative_elbo": "negative ELBO, nats",
    "likelihood": f"- log p(x) of {CODES} codes, nats",
    "effective_sample_size": "effective sample size",
    "active_units": "active units",
    "seconds": "seconds",
}


def train(name):
    """Trains one model and adds what is measured of it to its run.json."""
    kerae.set_random_seed(SEED)
    model = MODELS[name]()
    record = kerae.train(
        model,
        data,
        folder(args.out, name),
        epochs=args.epochs,
        batch_size=BATCH_SIZE,
        learning_rate=LEARNING_RATE,
        validation=VALIDATION,
        seed=SEED,
        overwrite=True,
        source={"name": args.data, "data_dir": args.data_dir},
    )
    keep(args.out, name, record, measure(model))


def measure(model):
    """What the scores of the test images are in the mean, and how sure of the likelihood one is."""
    scores = model.score(data.x_test, num_samples=CODES)
    bound = scores["importance_weighted_bound"]
    active = kerae.metrics.active_units(model.encode(data.x_test))
    return {
        **{key: float(np.mean(values, dtype="float64")) for key, values in scores.items()},
        "standard_error": float(np.std(bound, dtype="float64") / np.sqrt(len(bound))),
        "active_units": int(np.sum(active)),
    }


def cells(record):
    measured = record["measured"]
    likelihood = -measured["importance_weighted_bound"]
    own = measured.get("negative_bound", measured["negative_elbo"])
    return {
        "negative_bound": f"{own:.2f}",
        "negative_elbo": f"{measured['negative_elbo']:.2f}",
        "likelihood": f"{likelihood:.2f} ± {measured['standard_error']:.2f}",
        "effective_sample_size": f"{measured['effective_sample_size']:.1f}",
        "active_units": f"{measured['active_units']}",
        "seconds": f"{record['seconds_trained_now']:.0f}",
    }


args = arguments(__doc__, MODELS, "saved_models/probabilistic_mnist", EPOCHS)
with kerae.distribution.strategy(args.strategy, args.devices):
    data = kerae.data.load(args.data, args.data_dir)
    if args.model:
        train(args.model)
    else:
        all_in_turn(args.out, MODELS, train, COLUMNS, cells)
