from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.types import Shape, Tensor
from ..networks import default_encoder
from ..ops.frozen import frozen
from .adversary import Adversary

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.adversaries")
class FeatureCritic(Adversary):
    """Tells data from what the model decodes, and lends its features to compare the two by.

        loss = - log sigmoid(D(x)) - 1/2 log(1 - sigmoid(D(x_z))) - 1/2 log(1 - sigmoid(D(x_p)))
        x_z = mean of p(x|z), z ~ q(z|x);   x_p = mean of p(x|z_p), z_p ~ p(z)
        D(x) = w^T features(x) + b

    in nats per example. Terms that judge by its logits, such as `Deception`, teach the decoder
    alone: no gradient of theirs reaches the code z.

    Args:
        features: Keras model or layer from data to features of any shape `(batch, …)`. Defaults
            to a network like the default encoder (convolutional for images of 16 pixels a side
            and more, else dense), normalized for each example to mean 0 and variance 1.

    Example:

    >>> adversary = kerae.adversaries.FeatureCritic()
    >>> terms = [kerae.terms.FeatureReconstruction(), kerae.terms.Deception()]
    >>> latent = kerae.latents.Deterministic(2)
    >>> model = kerae.Autoencoder((4,), latent, terms=terms, adversary=adversary)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['adversarial', 'critic', 'feature_reconstruction', 'loss']

    Reference:
        Larsen et al., 2016, https://arxiv.org/abs/1512.09300
    """

    def __init__(self, features: keras.Layer | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.features = features

    def critic_for(self, model: "Autoencoder"):
        features = self.features or default_features(model.target_shape)
        head = keras.layers.Dense(1, dtype=self.dtype_policy)
        network = keras.Sequential([features, keras.layers.Flatten(), head])
        network(keras.KerasTensor((None, *model.target_shape)))
        return network

    def real(self, model: "Autoencoder", outputs: dict[str, Any]):
        return outputs["target"]

    def fakes(self, model: "Autoencoder", outputs: dict[str, Any]):
        codes = (ops.stop_gradient(outputs["z"][:, 0]), outputs["prior"].sample(outputs["noise"]))
        return [decoded(model, z, outputs) for z in codes]

    def features_of(self, x: Tensor, outputs: dict[str, Any]):
        """The features of data, `(batch, features)`, without gradients for the critic."""
        features = frozen(self.critic.layers[0])(x, training=outputs["training"])
        return ops.cast(ops.reshape(features, (ops.shape(x)[0], -1)), self.variable_dtype)


def default_features(data_shape: Shape):
    # Normalized, or their scale, which the critic does not care about, would weigh them
    # against the KL.
    scaled = keras.layers.LayerNormalization(epsilon=1e-6, center=False, scale=False)
    return keras.Sequential([default_encoder(data_shape), scaled], name="features")


def decoded(model: "Autoencoder", z: Tensor, outputs: dict[str, Any]):
    """The mean of p(x|z) for codes `(batch, *event_shape)`, with gradients."""
    parameters = model.likelihood_parameters(z, outputs["condition"], outputs["training"])
    return model.likelihood.mean(parameters)
