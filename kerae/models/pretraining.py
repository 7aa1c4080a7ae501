"""How a stack of dense layers is trained before it is trained as a whole: layer by layer."""

from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.arguments import checked
from ..checks.data import checked_examples
from ..checks.parts import checked_optimizer
from ..checks.types import ArrayLike, ModelMixin
from ..latents import Deterministic
from ..likelihoods import Normal
from ..networks.tied_dense import TiedDense


class Pretraining(ModelMixin):
    """Greedy layer-wise pre-training of `kerae.StackedAE`."""

    @checked
    def pretrain(
        self,
        x: ArrayLike,
        epochs: int = 10,
        batch_size: int = 32,
        optimizer: keras.Optimizer | str = "adam",
        verbose: bool | int | str = "auto",
    ) -> list[Any]:
        """Trains the layers one after the other, each as an autoencoder of one hidden layer.

            level k:  minimizes  - log p(h_(k-1) | f_(k-1)(V_k h_k + c_k))  by W_k, b_k, V_k, c_k
                      with h_(k-1) from the levels below, which stay as they are

        The first level has the model's own likelihood. The codes above it are real numbers of
        any range: their likelihood is a normal of scale 1, half the squared error and a constant.
        Each level starts from new weights, without dropout. If the model has a corruption, a
        level's input is spoilt by one like it, and what the next level learns from is not. The
        layers take over what their levels have learned; nothing else in the model changes.

        Args:
            x: Array `(n, *input_shape)`.
            epochs: Integer, the passes over the data for each level.
            batch_size: Integer, the examples of a training step.
            optimizer: Keras optimizer or its name; each level gets its own like it.
            verbose: As for `fit`.
        Returns:
            List of what `fit` gives for each level, from the data up.
        Raises:
            ValueError: If the data do not fit the model.
            FloatingPointError: If a loss becomes NaN or infinite.
        Reference:
            Bengio et al., 2007, https://papers.nips.cc/paper/3048;
            with a corruption: Vincent et al., 2010, https://jmlr.org/papers/v11/vincent10a.html
        """
        x = checked_examples(self, x)
        h = self.targets_in_batches(x)
        likelihood = _copy(self.likelihood)
        optimizer = checked_optimizer("optimizer", optimizer)
        histories = []
        for layer, mirrored in self.levels():
            level = self._level(h.shape[1:], likelihood, layer, mirrored)
            level.compile(optimizer=_copy(optimizer))
            histories.append(level.fit(h, batch_size=batch_size, epochs=epochs, verbose=verbose))
            h = level.encode(h)
            layer.set_weights(level.latent.head.get_weights())
            mirrored.set_weights(level.decoder.layers[0].get_weights())
            likelihood = Normal()
        return histories

    def _level(self, shape, likelihood, layer, mirrored):
        """An autoencoder of one layer of the stack and its mirror image, with new weights."""
        own = self.latent if layer is self.latent.head else layer
        latent = Deterministic(layer.units, own.activation)
        if self.tied:
            dense = TiedDense(latent.head, mirrored.activation)
        else:
            dense = keras.layers.Dense(mirrored.units, mirrored.activation)
        output = keras.layers.Reshape(likelihood.parameter_shape(shape))
        return Autoencoder(
            shape,
            latent,
            likelihood,
            encoder=keras.layers.Flatten("channels_last"),
            decoder=keras.Sequential([dense, output]),
            corruption=self.corruption and _copy(self.corruption),
        )


def _copy(thing):
    return type(thing).from_config(thing.get_config())
