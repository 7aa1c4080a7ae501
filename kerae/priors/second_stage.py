from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import keras
from keras import layers, ops

from ..checks.arrays import check_array
from ..checks.codes import as_codes
from ..checks.numbers import check_count
from ..checks.parts import checked_shape
from ..checks.types import ArrayLike, Tensor
from ..likelihoods import Normal
from .fitting import falling_adam, seeded
from .prior import Prior, check_vectors, refuse_labels
from .standard_normal import StandardNormal

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class SecondStage(Prior):
    """A VAE of codes, trained once the model is: what codes are drawn from, in two steps.

        u ~ N(0, I),   z ~ N(f(u), gamma^2 I)

    While the model is trained, and where examples are scored, the prior is the standard normal.
    `fit` trains the second VAE, and its variance gamma^2, on codes of that model, whose mean
    posterior is not quite the standard normal; samples are drawn from it. Its networks have the
    code beside the features of their last layer.

    Args:
        second_dim: Integer, the dimensions of u. Defaults to those of z, as in the paper.
        widths: Sequence of integers, the units of the layers of each network. Defaults to three of
            1,024, as in the paper's code.

    Example:

    >>> z = np.random.default_rng(0).normal(size=(100, 2)).astype("float32")
    >>> prior = kerae.priors.SecondStage(widths=(32,)).fit(z, epochs=2)
    >>> kerae.VAE((8, 8, 1), latent_dim=2).sample(5, prior=prior).shape
    (5, 8, 8, 1)

    Raises:
        ValueError: If a number is too small, or the codes of a model are no vectors.
    Reference:
        Dai and Wipf, 2019, https://arxiv.org/abs/1903.05789
    """

    def __init__(
        self,
        second_dim: int | None = None,
        widths: Sequence[int] = (1024, 1024, 1024),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if second_dim is not None:
            check_count("second_dim", second_dim)
        self.second_dim = second_dim
        self.widths = checked_shape("widths", widths, least_axes=0)
        self.first_stage = StandardNormal()
        self.likelihood = Normal("learned", trainable=False)
        self.decoder: Any = None
        self.is_fitted = self.add_weight(
            name="is_fitted", shape=(), initializer="zeros", trainable=False
        )

    def fit_to(self, model: "Autoencoder") -> None:
        check_vectors(self, model.latent.event_shape)
        super().fit_to(model)
        self.first_stage.fit_to(model)
        if self.decoder is None:
            self._make(*model.latent.event_shape)

    def _make(self, latent_dim):
        from ..latents import Normal

        self.event_shape = (latent_dim,)
        second_dim = self.second_dim or latent_dim
        self.encoder = _network(latent_dim, self.widths)
        self.latent = Normal(second_dim)
        self.latent.build(self.encoder.output_shape)
        self.decoder = _network(second_dim, self.widths, latent_dim)
        self._train(False)

    def _train(self, trainable):
        for part in (self.encoder, self.latent, self.decoder, self.likelihood):
            part.trainable = trainable

    def given(self, model: "Autoencoder", outputs: dict):
        return self.first_stage if "posterior" in outputs else self

    def log_prob(self, z: Tensor) -> Tensor:
        raise ValueError(
            "SecondStage is sampled alone: the density of its draws has no closed form. Ask that "
            "of the model, which scores examples under the standard normal."
        )

    def sample(self, noise: Any, labels: Tensor = None) -> Tensor:
        refuse_labels(self, labels)
        u, epsilon = (
            ops.cast(noise.normal(shape), self.compute_dtype)
            for shape in (self.latent.event_shape, self.event_shape)
        )
        mean = ops.cast(self.decoder(u), self.compute_dtype)
        return mean + ops.exp(self.likelihood.log_scale) * epsilon

    def check_fitted(self) -> None:
        if not float(ops.convert_to_numpy(self.is_fitted)):
            raise ValueError(
                "Expected a SecondStage that is fitted to codes, to draw samples of it. Received: "
                "one that is not. Call `fit_prior(x_train)` of the model, or `fit(z)` of the prior."
            )

    def fit(
        self,
        z: ArrayLike,
        epochs: int = 100,
        batch_size: int = 256,
        learning_rate: float = 1e-3,
        verbose: int = 0,
        seed: int = 0,
    ) -> Self:
        """Trains the VAE of codes, from where it is, by Adam, whose rate falls along a cosine.

            loss = - E_q(u|z)[log N(z; f(u), gamma^2 I)] + KL(q(u|z) || N(0, I))        nats

        Args:
            z: Array `(n, latent_dim)` of codes that are drawn, z ~ q(z|x).
            epochs: Integer.
            batch_size: Integer.
            learning_rate: Float, at the start.
            verbose: As for `keras.Model.fit`.
            seed: Integer, of the order of the codes and of what is drawn.
        Returns:
            The prior itself.
        Raises:
            ValueError: If the codes are of another shape or not finite, or an argument is too
                small.
        """
        from ..autoencoder import Autoencoder
        from ..terms import KLDivergence, Reconstruction

        z = as_codes(z).astype(self.compute_dtype)
        optimizer = falling_adam(len(z), epochs, batch_size, learning_rate)
        if self.decoder is None:
            self._make(z.shape[1])
        check_array(z, self.event_shape, "z")
        self._train(True)
        try:
            with seeded(seed):
                vae = Autoencoder(
                    self.event_shape,
                    self.latent,
                    self.likelihood,
                    terms=[Reconstruction(), KLDivergence()],
                    encoder=self.encoder,
                    decoder=self.decoder,
                    dtype=self.dtype_policy,
                )
                vae.compile(optimizer)
                vae.fit(z, batch_size=batch_size, epochs=epochs, verbose=verbose)
        finally:
            self._train(False)
        self.is_fitted.assign(1.0)
        return self


def _network(input_dim, widths, output_dim=None):
    """Dense layers, whose last sees their input too; without `output_dim` what it would see."""
    x = h = keras.Input((input_dim,))
    for width in widths:
        h = layers.Dense(width, "relu")(h)
    h = layers.Concatenate()([x, h]) if widths else h
    return keras.Model(x, h if output_dim is None else layers.Dense(output_dim)(h))
