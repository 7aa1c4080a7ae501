"""Whether the models that `classical_mnist.py --all` trained do what their papers say.

    KERAS_BACKEND=jax python recipes/classical_claims_mnist.py

Each claim is measured on the test images and compared with the model that lacks the idea.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
from comparison import folder, record_of
from sklearn.neural_network import MLPClassifier

import kerae
from kerae.files import replacing
from kerae.noise import RepeatableNoise
from kerae.ops import maximum_mean_discrepancy, squared_jacobian_norm

IMAGES = 2_000  # for distances between all pairs and for Jacobians
SEED = 0
PER_DIGIT = 100  # samples of a conditional model

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
parser.add_argument("--data-dir", help="folder of TensorFlow Datasets")
parser.add_argument("--models", default="saved_models/classical_mnist")
args = parser.parse_args()

data = kerae.data.load(args.data, args.data_dir)
x, few = data.x_test, data.x_test[:IMAGES]


def model(name):
    return kerae.load(folder(args.models, name) / "model.keras")


def neighbors(name):
    """How well codes tell the class, as `classical_mnist.py` measured it."""
    return record_of(args.models, name)["measured"]["neighbors"]


def codes_drawn(name):
    """One code for each test image, drawn from q(z|x)."""
    return keras.ops.convert_to_numpy(model(name).propagate(x)["z"][:, 0])


def squared_error(images):
    """Summed over pixels, mean over images."""
    return np.square(images - x).sum(axis=(1, 2, 3)).mean()


def discrepancy(name):
    """The squared MMD between codes drawn and draws of the model's own prior."""
    prior = model(name).prior
    numbers = keras.ops.arange(IMAGES, dtype="int32")
    draws = prior.sample(RepeatableNoise((numbers, keras.ops.zeros_like(numbers)), SEED))
    return float(maximum_mean_discrepancy(codes_drawn(name)[:IMAGES], draws))


def total_correlation(name):
    """KL(q(z) || product of the q(z_j)) in nats, q(z) the mixture of the posteriors of IMAGES."""
    vae, term = model(name), kerae.terms.TotalCorrelation(IMAGES, sampling="stratified")
    return float(keras.ops.mean(term.value(vae, vae.propagate(few))))


def jacobian_norm(name):
    encoder = model(name)
    encode = lambda batch: encoder.latent.mode(encoder.posterior(batch))  # noqa: E731
    tensor = keras.ops.convert_to_tensor(few)
    return float(keras.ops.mean(squared_jacobian_norm(encode, tensor, encoder.latent_dim)))


def recognized(name, classifier):
    """The part of samples of each class that a classifier of real digits takes for that class."""
    labels = np.repeat(np.arange(10), PER_DIGIT)
    samples = model(name).sample(len(labels), y=labels, seed=SEED)
    return classifier.score(samples.reshape(len(labels), -1), labels)


def denoised(name, noisy):
    """What a model makes of noisy images."""
    return squared_error(model(name).reconstruct(np.clip(noisy, 0, 1)))


rows = []


def claim(says, value, compared_with, other, holds):
    rows.append(
        f"| {says} | {value:.4g} | {compared_with}: {other:.4g} | {'yes' if holds else 'no'} |"
    )
    print(rows[-1], flush=True)


for name in ("DenoisingAE", "DenoisingAE, masking"):
    denoiser = model(name)
    noisy = denoiser.corrupt(x, seed=SEED)
    error, of_ae = squared_error(denoiser.denoise(noisy)), denoised("AE", noisy)
    says = f"{name}: squared error of denoised images"
    claim(says, error, "of the noisy images", squared_error(noisy), error < squared_error(noisy))
    claim(says, error, "of a plain AE", of_ae, error < of_ae)

sparse = model("SparseAE")
activation = sparse.encode(x).mean()
says = "SparseAE: mean code activation within 0.02 of rho"
claim(says, activation, "rho", sparse.rho, abs(activation - sparse.rho) < 0.02)

norm, of_ae = jacobian_norm("ContractiveAE"), jacobian_norm("AE, sigmoid code")
says = "ContractiveAE: squared norm of the encoder's Jacobian"
claim(says, norm, "of an AE with the same code", of_ae, norm < of_ae)

of_ae = discrepancy("AE")
for name in ("AAE", "AAE, ring of classes", "WAE, IMQ", "WAE, RBF", "WAE, GAN", "InfoVAE"):
    value = discrepancy(name)
    claim(f"{name}: MMD of codes and prior", value, "of the AE", of_ae, value < of_ae)

beta_vae, vae = (
    model(name).evaluate(x, batch_size=1000, return_dict=True, verbose=0)
    for name in ("BetaVAE", "VAE")
)
for quantity, holds in (
    ("kl", beta_vae["kl"] < vae["kl"]),
    ("reconstruction", beta_vae["reconstruction"] > vae["reconstruction"]),
):
    says = f"BetaVAE, beta = {model('BetaVAE').beta}: {quantity}, nats"
    claim(says, beta_vae[quantity], "of the VAE", vae[quantity], holds)

of_vae = total_correlation("VAE")
for name in ("FactorVAE", "BetaTCVAE", "BetaTCVAE, stratified", "DIPVAE, I", "DIPVAE, II"):
    value = total_correlation(name)
    says = f"{name}: total correlation of the codes, nats"
    claim(says, value, "of the VAE", of_vae, value < of_vae)

classifier = MLPClassifier((256,), early_stopping=True, random_state=SEED)
classifier.fit(data.x_train.reshape(len(data.x_train), -1), data.y_train)
accuracy = classifier.score(x.reshape(len(x), -1), data.y_test)
value = recognized("CVAE", classifier)
claim("CVAE: samples recognized as their digit", value, "real test digits", accuracy, value >= 0.95)

value, of_ae = (neighbors(name) for name in ("CAAE", "AE"))
claim("CAAE: 10-NN accuracy of codes", value, "of the AE", of_ae, value < of_ae)

table = ["| claim | measured | compared with | holds |", "|---|---|---|---|", *rows]
with replacing(Path(args.models) / "claims.md") as partial:
    partial.write_text("\n".join(table) + "\n")
