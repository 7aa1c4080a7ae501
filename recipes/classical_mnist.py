"""Every autoencoder of the classical line on MNIST, and one table that compares them.

    KERAS_BACKEND=jax python recipes/classical_mnist.py --model FactorVAE
    KERAS_BACKEND=jax python recipes/classical_mnist.py --all

Each model is trained on 55,000 images; 5,000 are held out to choose the epoch. The test images
are read at the end. `--all` skips what is already trained and writes the table.
"""

import numpy as np
from comparison import all_in_turn, arguments, folder, keep
from sklearn.cluster import KMeans

import kerae
from kerae import networks

SHAPE = (28, 28, 1)
CLASSES = 10
LATENT_DIM = 16
STYLE_DIM = 8  # of codes beside which the class is given
SPARSE_DIM = 128  # of the sparse codes, of which few units are active
WIDTHS = (512,)  # units of the dense layers between images and codes
EPOCHS = 10
BATCH_SIZE = 128
STEPS = EPOCHS * 55_000 // BATCH_SIZE
LEARNING_RATE = 1e-3  # of Adam, the largest; see kerae.train
VALIDATION = 1 / 12  # of the training images are held out: 5,000 of MNIST
TRAINING_IMAGES = 55_000
SEED = 0


def dense(latent_dim, parameters=SHAPE):
    """Encoder and decoder of one hidden layer each."""
    return {
        "encoder": networks.dense_encoder(SHAPE, WIDTHS),
        "decoder": networks.dense_decoder((latent_dim,), parameters, WIDTHS),
    }


def of(model, latent_dim=LATENT_DIM, **arguments):
    return lambda: model(SHAPE, latent_dim, **arguments, **dense(latent_dim))


def tutorial_dense():
    """784-64-64-16 with ELU, a tanh code and dropout, and its mirror image."""
    nets = {"widths": (64, 64), "activation": "elu", "dropout": 0.1}
    return kerae.AE(
        SHAPE,
        LATENT_DIM,
        code_activation="tanh",
        encoder=networks.dense_encoder(SHAPE, **nets),
        decoder=networks.dense_decoder((LATENT_DIM,), SHAPE, **nets),
    )


def tutorial_convolutional():
    """Two convolutions and a linear head, and their mirror image."""
    return kerae.AE(
        SHAPE,
        LATENT_DIM,
        encoder=networks.convolutional_encoder(SHAPE, width=None, activation="relu"),
        decoder=networks.convolutional_decoder((LATENT_DIM,), SHAPE, width=None, activation="relu"),
    )


def gaussian_decoder():
    """p(x|z) = N(f_mu(z), f_sigma(z)^2), densities of pixels rather than probabilities."""
    return kerae.VAE(
        SHAPE,
        LATENT_DIM,
        likelihood=kerae.likelihoods.Normal("predicted"),
        **dense(LATENT_DIM, parameters=(28, 28, 2)),
    )


def style_without_class():
    """Codes that look alike for every digit, which the decoder is told."""
    return kerae.CAAE(
        SHAPE,
        STYLE_DIM,
        num_classes=CLASSES,
        adversarial_weight=10.0,
        encoder=networks.dense_encoder(SHAPE, WIDTHS),
        decoder=networks.dense_decoder((STYLE_DIM + CLASSES,), SHAPE, WIDTHS),
    )


def ring_of_classes():
    """Ten normals on a circle, one for each digit, which a critic that sees labels assigns."""
    return kerae.AAE(
        SHAPE,
        2,
        prior=kerae.priors.GaussianMixture.ring(CLASSES),
        adversarial_weight=10.0,
        num_classes=CLASSES,
        **dense(latent_dim=2),
    )


MODELS = {
    "AE": of(kerae.AE),
    "AE, sigmoid code": of(kerae.AE, code_activation="sigmoid"),
    "AE, convolutional": tutorial_convolutional,
    "AE, dense 64-64": tutorial_dense,
    "StackedAE": lambda: kerae.StackedAE(SHAPE, LATENT_DIM),
    "StackedAE, tied": lambda: kerae.StackedAE(SHAPE, LATENT_DIM, tied=True),
    "SparseAE": of(kerae.SparseAE, latent_dim=SPARSE_DIM),
    "SparseAE, L1": of(kerae.SparseAE, latent_dim=SPARSE_DIM, penalty="l1"),
    "DenoisingAE": of(kerae.DenoisingAE),
    "DenoisingAE, masking": of(kerae.DenoisingAE, corruption="masking"),
    "ContractiveAE": of(kerae.ContractiveAE, num_probes=2),
    "RAE, L2": of(kerae.RAE),
    "RAE, gradient": of(kerae.RAE, regularizer="gradient", num_probes=2),
    "RAE, spectral": of(kerae.RAE, regularizer="spectral"),
    "AAE": of(kerae.AAE),
    "AAE, ring of classes": ring_of_classes,
    "CAAE": style_without_class,
    "WAE, IMQ": of(kerae.WAE),
    "WAE, RBF": of(kerae.WAE, divergence="rbf"),
    "WAE, GAN": of(kerae.WAE, divergence="gan"),
    "SWAE": of(kerae.SWAE),
    "VAE": of(kerae.VAE),
    "VAE, normal decoder": gaussian_decoder,
    "VAE, KL annealed": of(
        kerae.VAE, beta=kerae.schedules.Cyclical(0.0, 1.0, steps=STEPS, cycles=4)
    ),
    "BetaVAE": of(kerae.BetaVAE),
    "AnnealedVAE": of(kerae.AnnealedVAE, gamma=100.0, capacity=25.0, steps=STEPS // 2),
    "InfoVAE": of(kerae.InfoVAE),
    "FactorVAE": of(kerae.FactorVAE),
    "BetaTCVAE": of(kerae.BetaTCVAE, dataset_size=TRAINING_IMAGES),
    "BetaTCVAE, stratified": of(
        kerae.BetaTCVAE, dataset_size=TRAINING_IMAGES, sampling="stratified"
    ),
    "DIPVAE, I": of(kerae.DIPVAE),
    "DIPVAE, II": of(kerae.DIPVAE, kind="ii"),
    "CVAE": lambda: kerae.CVAE(SHAPE, STYLE_DIM, num_classes=CLASSES),
    "VAEGAN": of(kerae.VAEGAN),
}
PARTS_OF_KL = ("mutual_information", "total_correlation", "dimension_wise_kl")
COLUMNS = {
    "reconstruction": "reconstruction, nats",
    "kl": "KL, nats",
    "negative_elbo": "negative ELBO, nats",
    "active_units": "active units",
    "neighbors": "10-NN accuracy",
    "clusters": "k-means accuracy",
    "seconds": "seconds",
}


def train(name):
    """Trains one model and adds what is measured on its codes to its run.json."""
    kerae.set_random_seed(SEED)
    model = MODELS[name]().start_at_mean(data.x_train)
    if isinstance(model, kerae.StackedAE):
        model.pretrain(data.x_train, epochs=2, batch_size=BATCH_SIZE, verbose=0)
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
    )
    keep(args.out, name, record, measure(model))


def measure(model):
    """What the codes of the test images tell, beside those of the training images."""
    labels = (lambda y: y) if model.condition is not None else (lambda y: None)
    z_train = model.encode(data.x_train, labels(data.y_train))
    z_test = model.encode(data.x_test, labels(data.y_test))
    clusters = KMeans(CLASSES, n_init=10, random_state=SEED).fit_predict(z_test)
    return {
        "active_units": int(np.sum(kerae.metrics.active_units(z_test))),
        "neighbors": kerae.metrics.neighbor_accuracy(
            z_train, data.y_train, z_test, data.y_test, num_neighbors=10
        ),
        "clusters": kerae.metrics.cluster_accuracy(data.y_test, clusters),
    }


def cells(record):
    test, codes = record["metrics"]["test"], record["measured"]
    values = {
        "reconstruction": f"{test['reconstruction']:.1f}",
        "active_units": f"{codes['active_units']}",
        "neighbors": f"{codes['neighbors']:.1%}",
        "clusters": f"{codes['clusters']:.1%}",
        "seconds": f"{record['seconds_trained_now']:.0f}",
    }
    if "mutual_information" in test:
        test["kl"] = sum(test[part] for part in PARTS_OF_KL)
    if "kl" in test:
        values["kl"] = f"{test['kl']:.1f}"
        values["negative_elbo"] = f"{test['reconstruction'] + test['kl']:.1f}"
    return values


args = arguments(__doc__, MODELS, "saved_models/classical_mnist", EPOCHS)
with kerae.distribution.strategy(args.strategy, args.devices):
    data = kerae.data.load(args.data, args.data_dir)
    if args.model:
        train(args.model)
    else:
        all_in_turn(args.out, MODELS, train, COLUMNS, cells)
