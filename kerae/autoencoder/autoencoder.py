"""The one model: corrupt, encode, draw a latent, decode; trained on a sum of named terms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import keras

from .. import likelihoods
from ..checks.data import check_label_readers
from ..checks.parts import check_network, checked_shape
from ..checks.seen import NOTHING, names_of_seen
from ..checks.types import Shape
from ..configurable import OF_KERAS, Configurable
from ..networks import default_decoder, default_encoder
from ..priors import StandardNormal
from ..targets import Target
from ..terms import Reconstruction
from .compilation import Compilation
from .description import description
from .indexing import Indexing
from .inference import Inference
from .parts import check_kinds, check_state, labels_of
from .propagation import Propagation, applied
from .sampling import Sampling
from .saving import Saving
from .scoring import Scoring
from .training import Training

if TYPE_CHECKING:
    from ..adversaries.adversary import Adversary
    from ..conditions.condition import Condition
    from ..latents.latent import Latent
    from ..priors.prior import Prior
    from ..terms.term import Term


class _OfOnePrecision(type(Configurable)):
    """Makes the networks and parts of a model that are not given in the precision of the model."""

    def __call__(cls, *args: Any, dtype: Any = None, **kwargs: Any):
        if dtype is None:
            return super().__call__(*args, **kwargs)
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(keras.dtype_policies.get(dtype))
        try:
            return super().__call__(*args, dtype=dtype, **kwargs)
        finally:
            keras.config.set_dtype_policy(before)


@keras.saving.register_keras_serializable("kerae")
class Autoencoder(
    Propagation,
    Inference,
    Indexing,
    Sampling,
    Scoring,
    Training,
    Compilation,
    Saving,
    Configurable,
    keras.Model,
    metaclass=_OfOnePrecision,
):
    """Composes a corruption, encoder, latent, decoder, likelihood, prior and terms.

        x' ~ corruption(x),   h = encoder(x'),   z ~ q(z|h),   p(x|z) = likelihood(decoder(z))
        loss = mean over the batch of  sum over terms of  weight * value        nats per example

    With a condition c(y), the encoder takes x' with c(y) appended to its last axis, and the
    decoder z with c(y) appended. An adversary is trained beside the model, on its own loss.

    Calling the model gives the reconstruction, deterministically. `fit` and `evaluate` compute
    the terms and log each under its name, beside their weighted sum, `loss`. Evaluation draws
    codes too, but the same ones for the same example at every call, in whatever batch and on
    whatever backend.

    The models of the literature are subclasses that choose `latent`, `prior` and `terms`, and pass
    the arguments about the data and the networks on.

    Args:
        input_shape: Tuple, the shape of one example.
        latent: `kerae.latents.Latent`.
        likelihood: `kerae.likelihoods.Likelihood`, or its name: `"bernoulli"`,
            `"continuous_bernoulli"`, `"normal"`, `"laplace"`.
        prior: `kerae.priors.Prior`. Defaults to a standard normal.
        terms: List of `kerae.Term`. Defaults to the reconstruction alone.
        encoder: Keras model or layer from data to what the latent takes, for most features
            `(batch, features)`. Defaults to a network that suits `input_shape`; see
            `kerae.networks`.
        decoder: Keras model or layer from codes to the parameters of the likelihood, without
            an activation at its end. Defaults to the encoder's mirror image.
        corruption: Layer that spoils the encoder's input in training, such as
            `keras.layers.GaussianNoise`; the target stays clean.
        preprocessing: Layer applied to input and target alike, such as `kerae.data.Binarize`.
        condition: `kerae.conditions.Condition`, what is known about an example and given as `y`.
        adversary: `kerae.adversaries.Adversary`, a critic that terms can refer to.
        target: `kerae.targets.Target`, what comes back. Defaults to the preprocessed input.
        input_dtype: String, the dtype of what encoder and preprocessing get: an integer type for
            tokens. Defaults to that of the model's variables.
        **kwargs: `name` and `dtype`, as for `keras.Model`: the precision of the model and of what
            it makes itself. Networks and parts that are given have theirs.

    Example:

    >>> model = kerae.Autoencoder(input_shape=(8, 8, 1), latent=kerae.latents.Normal(2))
    >>> model.encode(np.zeros((3, 8, 8, 1), "float32")).shape
    (3, 2)

    Raises:
        ValueError: If an argument is of another kind, the encoder does not fit the latent, the
            decoder not the likelihood, or a term not the model.
    """

    input_dtype = None  # in the place of Keras' property, which has no setter
    passed_on = ("likelihood", "encoder", "decoder", "corruption", "preprocessing")

    def __new__(cls, *args, **kwargs):
        unknown = [name for name in kwargs if name not in (*cls.argument_names(), *OF_KERAS)]
        if unknown:
            raise TypeError(
                f"{cls.__name__} has no argument {unknown[0]!r}. It takes: "
                f"{', '.join(cls.argument_names())}."
            )
        return super().__new__(cls, *args, **kwargs)

    @classmethod
    def _names_for_children(cls):
        return cls.passed_on if cls is Autoencoder else super()._names_for_children()

    def __init__(
        self,
        input_shape: Shape,
        latent: "Latent",
        likelihood: str | likelihoods.Likelihood = "bernoulli",
        prior: "Prior | None" = None,
        terms: "Sequence[Term] | None" = None,
        encoder: keras.Layer | None = None,
        decoder: keras.Layer | None = None,
        corruption: keras.Layer | None = None,
        preprocessing: keras.Layer | None = None,
        condition: "Condition | None" = None,
        adversary: "Adversary | None" = None,
        target: Target | None = None,
        input_dtype: str | None = None,
        **kwargs: Any,
    ) -> None:
        check_kinds(
            latent=latent,
            prior=prior,
            terms=terms,
            encoder=encoder,
            decoder=decoder,
            corruption=corruption,
            preprocessing=preprocessing,
            condition=condition,
            adversary=adversary,
            target=target,
        )
        for name, layer in (
            ("encoder", encoder),
            ("decoder", decoder),
            ("corruption", corruption),
            ("preprocessing", preprocessing),
        ):
            check_network(name, layer)
        super().__init__(**kwargs)
        # The networks cast their own inputs; data and densities keep full precision.
        self.autocast = False
        self.input_shape = checked_shape("input_shape", input_shape)
        self.input_dtype = input_dtype or self.variable_dtype
        self.preprocessing = preprocessing
        self.corruption = corruption
        data = applied(preprocessing, self._placeholder(self.input_shape, self.input_dtype))
        self.data_shape, self.data_dtype = data.shape[1:], data.dtype
        self.condition = condition
        self.target = target or Target()
        # As of now: a later version may have others.
        self.networks_kept = [
            name for name, given in (("encoder", encoder), ("decoder", decoder)) if given is None
        ]
        self.encoder = encoder or default_encoder(self.encoded_shape)
        self.latent = latent
        self._build_encoder()  # from then on the latent knows the shape of its codes
        self.likelihood = likelihoods.get(likelihood)
        self.parameter_shape = self.likelihood.parameter_shape(self.target_shape)
        self.decoder = decoder or default_decoder(self.decoded_shape, self.parameter_shape)
        self.prior = prior or StandardNormal()
        self.terms = tuple(terms) if terms is not None else (Reconstruction(),)
        self.adversary = adversary

        self.seed_generator = keras.random.SeedGenerator()
        self.step = self._counter("step", ())
        self.labels = labels_of([*self.terms, *([] if adversary is None else [adversary])])
        self.first_non_finite = self._counter("first_non_finite", (len(self.labels),), start=-1)
        self.names_of_seen = names_of_seen(self)
        self.seen = self.add_weight(
            name="seen",
            shape=(2 * len(self.names_of_seen),),
            initializer=keras.initializers.Constant(NOTHING),
            dtype="float32",
            trainable=False,
            aggregation="only_first_replica",
        )
        self.looks_at_data = True
        self.build((None, *self.input_shape))

    def _placeholder(self, shape, dtype=None):
        return keras.KerasTensor((None, *shape), dtype=dtype or self.variable_dtype)

    def _with_condition(self, shape):
        size = 0 if self.condition is None else self.condition.size
        return (*shape[:-1], shape[-1] + size)

    @property
    def encoded_shape(self):
        """The shape of what the encoder gets of one example, its condition included."""
        conditional = self.encoder_is_conditional
        return self._with_condition(self.data_shape) if conditional else self.data_shape

    @property
    def decoded_shape(self):
        """The shape of what the decoder gets of one example, its condition included."""
        return self._with_condition(self.latent.decoder_shape)

    def _build_encoder(self):
        if self.condition is not None:
            self.condition(self._placeholder(self.condition.y_shape, self.condition.y_dtype))
        applied(self.corruption, self._placeholder(self.data_shape, self.data_dtype))
        features = self.encoder(self._placeholder(self.encoded_shape, self.data_dtype))
        self.features_shape = keras.tree.map_structure(lambda each: tuple(each.shape[1:]), features)
        self.latent(features)

    def _counter(self, name, shape, start=0):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=keras.initializers.Constant(start),
            dtype="int32",
            trainable=False,
            aggregation="only_first_replica",
        )

    def build(self, input_shape: Any) -> None:
        if self.built:
            return
        parameters = self.decoder(self._placeholder(self.decoded_shape))
        if tuple(parameters.shape[1:]) != self.parameter_shape:
            raise ValueError(
                f"Expected a decoder that gives shape {('batch', *self.parameter_shape)}, the "
                f"parameters of {type(self.likelihood).__name__} for data of shape "
                f"{self.target_shape}. Received: {('batch', *parameters.shape[1:])}. "
                "Change the decoder's last layer, or pass no `decoder` to get one that fits."
            )
        check_label_readers(self.label_readers)
        parts = (self.latent, self.likelihood, self.prior, self.target, self.adversary, *self.terms)
        parts = [part for part in (self.condition, *parts) if part is not None]
        for part in parts:
            part.fit_to(self)
        for part in parts:
            check_state(part)
        of_adversary = [] if self.adversary is None else [keras.metrics.Mean(self.adversary.label)]
        of_terms = [term.tracker(term.label) for term in self.terms]
        self.trackers = [keras.metrics.Mean("loss"), *of_terms, *of_adversary]
        if all(term.is_watched for term in self.terms):
            raise ValueError(
                f"Expected a term to train on. Received: {self.labels}, each of weight 0. Give "
                "one of them another weight."
            )

    def __str__(self):
        return description(self)

    def _is_kept(self, name, value):
        return name in self.networks_kept or super()._is_kept(name, value)

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Does nothing: the constructor has built the model."""


def data_shape(input_shape: Shape, preprocessing: Any):
    """The shape of one example after preprocessing."""
    shape = checked_shape("input_shape", input_shape)
    check_network("preprocessing", preprocessing)
    return applied(preprocessing, keras.KerasTensor((None, *shape))).shape[1:]
