"""What tests of quantizers have in common."""

import keras
import numpy as np
from gradients import gradient, loss_gradients
from keras import ops

import kerae


def model_of(latent, likelihood="normal", commitment=0.25, **arguments):
    """Codes of the very input, which the decoder leaves as they are but for a factor."""
    dim = latent.code_dim
    model = kerae.VQVAE(
        (dim,),
        quantizer=latent,
        commitment=commitment,
        likelihood=likelihood,
        encoder=keras.layers.Identity(),
        decoder=keras.layers.Dense(dim, use_bias=False),
        **arguments,
    )
    latent.head.set_weights([np.eye(dim), np.zeros(dim)])
    model.decoder.set_weights([np.diag(np.arange(1.0, dim + 1))])
    return model


def small_vqvae(**arguments):
    """A map of 2x2 codes of 3 dimensions; of 7 codes if no quantizer is given."""
    networks = {
        "encoder": kerae.networks.residual_encoder((8, 8, 1), width=4, num_blocks=1),
        "decoder": kerae.networks.residual_decoder((2, 2, 3), (8, 8, 1), width=4, num_blocks=1),
    }
    if "quantizer" not in arguments:
        arguments |= {"num_codes": 7, "code_dim": 3}
    return kerae.VQVAE((8, 8, 1), **networks | arguments)


def array(tensor):
    return ops.convert_to_numpy(tensor)


def choices(x, codes):
    """By brute force, in double precision: the first one of the nearest."""
    distances = ((x[:, None].astype("float64") - codes) ** 2).sum(axis=-1)
    return distances.argmin(axis=1)


def slopes_of_codes(estimated, upstream, x, codes):
    """What the gradient for codes becomes for the vectors that they stand for."""
    codes, upstream = map(ops.convert_to_tensor, (codes, upstream))
    return gradient(lambda x: ops.sum(estimated(x, codes) * upstream), x)


def slopes(model, x):
    """The gradients of the model's objective, by the paths of its variables."""
    names = [variable.path for variable in model.trainable_variables]
    return dict(zip(names, loss_gradients(model, (x,)), strict=True))


def train_step(model, x):
    """One step, in which nothing moves by gradient."""
    model.compile(keras.optimizers.SGD(0.0))
    model.fit(x, batch_size=len(x), epochs=1, verbose=0, shuffle=False)
