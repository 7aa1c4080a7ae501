"""kerae's VQ-VAE with the networks of `keras_maps`."""

from contenders import INPUT_SHAPE

import kerae

from . import CODES
from .kerae_models import Trainer
from .keras_networks import keras_maps


def trainer(name, batch_size):
    encoder, decoder = keras_maps(CODES["code_dim"])
    codebook = {name: CODES[name] for name in ("num_codes", "code_dim", "decay")}
    model = kerae.VQVAE(
        INPUT_SHAPE,
        quantizer=kerae.latents.VectorQuantizer(**codebook),
        commitment=CODES["commitment"],
        encoder=encoder,
        decoder=decoder,
    )
    model.compile("adam")
    return Maps(model, batch_size)


class Maps(Trainer):
    def decoded(self, x):
        """The logits of the codes of images, and the numbers of the codes."""
        logits = self.model.decoder.predict(self.model.encode(x), verbose=0)
        return logits, self.model.encode_indices(x)
