"""The rows of papers' tables that `papers.py` reproduces: models, protocols, published figures."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras

import kerae
from kerae import networks


def constant(rate, **others):
    return lambda steps: keras.optimizers.Adam(rate, **others)


def cosine(rate):
    return lambda steps: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps))


def burda(steps):
    """Eight stages of 3^i parts of the steps, each with a rate of 10^(-1/7) of the one before."""
    ends = [(3 ** (i + 1) - 1) // 2 * steps // 3280 for i in range(7)]
    rates = [1e-3 * 10 ** (-i / 7) for i in range(8)]
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay(ends, rates)
    return keras.optimizers.Adam(schedule, epsilon=1e-4)


@dataclass(frozen=True)
class Protocol:
    """How the models of a table are trained and measured.

    `widths` are those of the encoder; the decoder has them in reverse. `adam` takes the number of
    steps, and `codes` is how many an image the likelihood is estimated from.
    """

    text: str
    widths: tuple
    activation: str
    batch_size: int
    epochs: int
    adam: Callable
    codes: int
    train: int = 60_000
    at_mean: bool = True  # where the decoder's last bias starts; otherwise at 0


PROTOCOLS = {
    "A": Protocol(
        "Burda et al., 2016: 784-200-200-50, tanh, batches of 20, Adam with epsilon 1e-4, eight "
        "stages of 3^i epochs with rates from 1e-3 to 1e-4, 59,600 training images, 5,000 codes.",
        *((200, 200), "tanh", 20, 3280, burda, 5000, 59_600),
    ),
    "A in a ninth": Protocol(
        "As A in 364 epochs, with the stages as many times shorter.",
        *((200, 200), "tanh", 20, 364, burda, 5000, 59_600),
    ),
    "B": Protocol(
        "Networks of Davidson et al., 2018: 784-256-128, ReLU, batches of 64, Adam, 500 codes. "
        "Theirs trains at a rate of 1e-3 until the loss of held-out images has not fallen for a "
        "while; here it falls from there to 0 along a cosine in 300 epochs of all training images, "
        "and the weight of the KL rises from 0 to 1 in the first 100 (in the first half of 100 "
        "where a row has no more).",
        *((256, 128), "relu", 64, 300, cosine(1e-3), 500),
    ),
    "C": Protocol(
        "400,000 steps of 100 images: 784-200-200-50, ReLU, Adam at 1e-4, 5,000 codes. The public "
        "figures beside it are of gray pixels, with a factor of 2 missing in log p(z) and "
        "log q(z|x): they are no likelihood of binary images, and stand here as a landmark only. "
        "The decoder's last bias starts at 0: from the mean image on, these networks fall silent "
        "at this rate with one code (a KL below 0.001 nats after the third epoch). A row with "
        "fewer steps, as its column tells, is not at its end, and no match for its figure.",
        *((200, 200), "relu", 100, 667, constant(1e-4), 5000),
        at_mean=False,
    ),
    "short": Protocol(
        "The networks of A at a short budget, the same for all: batches of 100, 15 epochs, Adam "
        "from 1e-3 to 0 along a cosine, 1,000 codes. To compare with each other alone.",
        *((200, 200), "tanh", 100, 15, cosine(1e-3), 1000),
    ),
}


def ladder(**others):
    """Two layers more than the code that the decoder reads."""

    def made(input_shape, latent_dim, **networks):
        dims = (latent_dim, 20, 10)
        return kerae.LadderVAE(input_shape, dims, width=200, **others, **networks)

    return made


@dataclass(frozen=True)
class Row:
    """A model of a table: `model(input_shape, latent_dim, **networks)`, and the paper's figure."""

    protocol: str
    model: Callable
    latent_dim: int = 50
    published: str = ""
    beside: str = ""  # the row that it is compared with, image by image

    def made(self, data):
        """The model, before it is trained."""
        protocol = PROTOCOLS[self.protocol]
        shape, widths = data.input_shape, protocol.widths
        model = self.model(
            shape,
            self.latent_dim,
            encoder=networks.dense_encoder(shape, widths, protocol.activation),
            decoder=networks.dense_decoder(
                (self.latent_dim,), shape, widths[::-1], protocol.activation
            ),
            preprocessing=kerae.data.Binarize("dynamic"),
        )
        return model.start_at_mean(data.x_train) if protocol.at_mean else model


BURDA = {
    ("VAE", 1): "86.76",
    ("VAE", 5): "86.47",
    ("VAE", 50): "86.35",
    ("IWAE", 5): "85.54",
    ("IWAE", 50): "84.78",
}
NORMAL = {2: "135.73", 5: "110.21", 10: "93.84", 20: "88.90", 40: "88.93"}
SPHERE = {10: "93.16 (0.31)"}  # the others could not be checked
LANDMARKS = {1: "90.26", 5: "88.49", 50: "87.34"}
SHORT = {
    "VAE, 5": partial(kerae.VAE, num_samples=5),
    "IWAE, 5": partial(kerae.IWAE, num_samples=5),
    "IWAE, 50": partial(kerae.IWAE, num_samples=50),
    "VampPrior, 500": kerae.VampVAE,
    "planar flows, 8": partial(kerae.FlowVAE, flow="planar", num_flows=8),
    "inverse autoregressive flows, 4": partial(kerae.FlowVAE, flow="iaf"),
    "flow prior": lambda *shapes, **others: kerae.VAE(*shapes, prior=kerae.priors.Flow(), **others),
}
# Of the weight of the KL, in the first two thirds of the steps of a ladder and 100 epochs of B.
WARM_UP = kerae.schedules.Linear(0.0, 1.0, steps=6000)
LONG_WARM_UP = kerae.schedules.Linear(0.0, 1.0, steps=93_800)

ROWS = {"VAE": Row("short", kerae.VAE)}
for name, model in SHORT.items():
    ROWS[name] = Row("short", model, beside="VAE")
ROWS["ladder, 3 layers"] = Row("short", ladder(), beside="VAE")
ROWS["ladder, 3 layers, warm-up"] = Row("short", ladder(beta=WARM_UP), beside="ladder, 3 layers")
normal, sphere = (partial(each, beta=LONG_WARM_UP) for each in (kerae.VAE, kerae.SVAE))
for d, figure in NORMAL.items():
    ROWS[f"N-VAE, d = {d}"] = Row("B", normal, d, figure)
    ROWS[f"S-VAE, d = {d}"] = Row("B", sphere, d + 1, SPHERE.get(d, ""), f"N-VAE, d = {d}")
for codes, figure in LANDMARKS.items():
    model = kerae.VAE if codes == 1 else partial(kerae.IWAE, num_samples=codes)
    ROWS[f"IWAE, {codes}, 400,000 steps"] = Row("C", model, published=figure)
for (kind, codes), figure in BURDA.items():
    model = partial(getattr(kerae, kind), num_samples=codes)
    ROWS[f"{kind}, {codes}, 3,280 epochs"] = Row("A", model, published=figure)
    ROWS[f"{kind}, {codes}, 364 epochs"] = Row("A in a ninth", model, published=figure)
