import math
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.arguments import check_choice
from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..latents.latent import Latent
from ..ops.frozen import frozen_in
from ..ops.gradients import scaled_gradient, with_gradient_of
from ..schedules import Weight
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

GRADIENTS = ("reparameterized", "doubly_reparameterized", "sticking_the_landing")
# A weight that adds nothing in the precision of the decoder, and by which others can be divided.
LEAST = {"float16": 1e-4}
LEAST_ELSE = 1e-20


@keras.saving.register_keras_serializable("kerae.terms")
class ImportanceWeightedBound(Term):
    """The importance-weighted bound of - log p(x), of the codes that the latent draws.

        value = - 1/M * sum over groups m of  log( 1/K sum over k of w_mk )        nats per example

        w_mk = p(x|z_mk) p(z_mk) / q(z_mk|x),   z_mk ~ q(z|x)

    of L = M K codes. With K = 1 it is the negative ELBO, each KL estimated from the codes; it gets
    tighter with K. What is logged is the bound, whatever its gradient is made of:

    - `"reparameterized"`: that of the value.
    - `"sticking_the_landing"`: without the part that reaches the encoder through the parameters of
      log q(z|x), whose mean is 0 for K = 1: no noise is left where q(z|x) = p(z|x). For K > 1 it is
      biased.
    - `"doubly_reparameterized"`: without that part, and unbiased: each code moves the encoder by
      the square of v_mk = w_mk / sum over k of w_mk, in the place of v_mk. Its noise does not
      outgrow it as K does. For K = 1 it is the one before.

    With `encoder_groups` the encoder is moved by another bound, of the same codes in so many
    groups, than the decoder and what else depends on codes, such as the variables of a prior. For
    that, as for the doubly reparameterized gradient, codes are decoded a second time in training;
    XLA finds that it has done so before.

    Args:
        num_groups: Integer, the number M, a divisor of the number L of codes that the latent draws.
        gradient: One of the three. Defaults to `"reparameterized"`.
        encoder_groups: Integer, the number of groups of the bound that moves the encoder. Defaults
            to `num_groups`.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 1.

    Example:

    >>> term = kerae.terms.ImportanceWeightedBound(gradient="doubly_reparameterized")
    >>> latent = kerae.latents.Normal(2, num_samples=5)
    >>> model = kerae.Autoencoder((4,), latent, terms=[term])
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['loss', 'negative_bound']

    Raises:
        ValueError: If an argument is out of range; if the model's latent has no density, or draws
            another number of codes than a multiple of the groups; if q(z|x) is known only along the
            way that codes were drawn, and the gradient is not `"reparameterized"`; or if the
            decoder draws noise, as by dropout, and codes are decoded twice.
    Reference:
        Burda et al., 2016, https://arxiv.org/abs/1509.00519 (bound);
        Rainforth et al., 2018, https://arxiv.org/abs/1802.04537 (groups, and other ones of
        the encoder);
        Roeder et al., 2017, https://arxiv.org/abs/1703.09194 (sticking the landing);
        Tucker et al., 2019, https://arxiv.org/abs/1810.04152 (doubly reparameterized; and why
        the one before is biased)
    """

    label = "negative_bound"
    is_bound = True

    def __init__(
        self,
        num_groups: int = 1,
        gradient: str = "reparameterized",
        encoder_groups: int | None = None,
        weight: Weight = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(weight, **kwargs)
        check_count("num_groups", num_groups)
        if encoder_groups is not None:
            check_count("encoder_groups", encoder_groups)
        check_choice("gradient", gradient, GRADIENTS)
        self.num_groups = num_groups
        self.gradient = gradient
        self.encoder_groups = encoder_groups

    @property
    def _groups(self):
        """The numbers of groups of the two bounds: that of the decoder, that of the encoder."""
        return self.num_groups, self.encoder_groups or self.num_groups

    @property
    def _decodes_twice(self):
        of_decoder, of_encoder = self._groups
        return self.gradient == "doubly_reparameterized" or of_encoder != of_decoder

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Normal

        return {"latent": Normal(2, num_samples=2 * math.lcm(*self._groups)), "terms": [self]}

    def fit_to(self, model: "Autoencoder") -> None:
        name = type(model.latent).__name__
        if not model.latent.has_density:
            raise ValueError(
                "Expected a latent with a density q(z|x), of which the weights are made. Received: "
                f"{name}. Use a stochastic latent such as kerae.latents.Normal."
            )
        known_by_draw = type(model.latent).log_posterior is not Latent.log_posterior
        if self.gradient != "reparameterized" and known_by_draw:
            raise ValueError(
                f"Expected a latent whose `log_prob` is that of any code, for gradient="
                f"{self.gradient!r}. Received: {name}, which knows that of codes on the way that "
                'it drew them. Take gradient="reparameterized".'
            )
        if self._decodes_twice:
            _check_repeatable(model.decoder)
        self._check_count(getattr(model.latent, "num_samples", None))

    def _check_count(self, num_samples):
        if num_samples is not None and num_samples % math.lcm(*self._groups):
            raise ValueError(
                "Expected a number of codes that can be put into groups of the same size, of which "
                f"there are {' and '.join(map(str, sorted({*self._groups})))}. Received: "
                f"{num_samples} codes an example. Change `num_samples`, or the groups."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        log_q = self._log_posterior(model, outputs)
        log_weights = outputs["log_likelihood"] + outputs["prior"].log_prob(outputs["z"]) - log_q
        self._check_count(log_weights.shape[1])
        groups = _grouped(log_weights, self.num_groups)
        log_means = ops.logsumexp(groups, axis=2) - math.log(groups.shape[2])
        bound = -ops.mean(log_means, axis=1)
        if self.is_watched or not (self._decodes_twice and outputs["training"]):
            return bound
        log_weights = ops.stop_gradient(log_weights)
        return with_gradient_of(bound, self._of_two_bounds(model, outputs, log_weights, log_q))

    def _log_posterior(self, model, outputs):
        """log q(z|x) of the codes; of its parameters they alone may get a gradient."""
        if self.gradient == "reparameterized":
            return model.latent.log_posterior(outputs)
        stopped = keras.tree.map_structure(ops.stop_gradient, outputs["posterior"])
        log_posterior = frozen_in(model, model.latent, model.latent.log_posterior)
        return log_posterior(outputs | {"posterior": stopped})

    def _of_two_bounds(self, model, outputs, log_weights, log_q):
        """What has the gradient of one bound for what is made of codes, and of another for codes.

        d bound / d log w is a weight; codes pass on that of the encoder's bound in the place of
        the one that they get. Where that is next to nothing the other need not be.
        """
        of_decoder, of_encoder = (_weights(log_weights, groups) for groups in self._groups)
        if self.gradient == "doubly_reparameterized":
            of_encoder = self._groups[1] * ops.square(of_encoder)
        least = LEAST.get(model.decoder.compute_dtype, LEAST_ELSE)
        of_decoder = ops.maximum(of_decoder, least)
        axes = tuple(range(2, 2 + len(model.latent.event_shape)))
        scale = ops.expand_dims(of_encoder / of_decoder, axes)
        z = scaled_gradient(outputs["z"], scale)
        decode = frozen_in(model, None, model.parameters_of_codes)
        parameters = decode(z, outputs["condition"], outputs["training"])
        target, count = outputs["target"], z.shape[1]
        log_likelihood = model.log_likelihood_of_parameters(target, parameters, count)
        log_p = log_likelihood + outputs["prior"].log_prob(z)
        return ops.sum(of_encoder * log_q - of_decoder * log_p, axis=1)


def _grouped(values, num_groups):
    """Those of each code, `(batch, L)`, as `(batch, M, K)`."""
    return ops.reshape(values, (-1, num_groups, values.shape[1] // num_groups))


def _weights(log_weights, num_groups):
    """The derivatives of a bound of so many groups by the logarithms of the weights."""
    groups = _grouped(log_weights, num_groups)
    weights = ops.exp(groups - ops.logsumexp(groups, axis=2, keepdims=True)) / num_groups
    return ops.reshape(weights, (-1, log_weights.shape[1]))


def _check_repeatable(decoder):
    drawing = [
        type(layer).__name__
        for layer in decoder._flatten_layers()
        if getattr(layer, "seed_generator", None) is not None
    ]
    if drawing:
        raise ValueError(
            "Expected a decoder that decodes a code alike twice, as the doubly reparameterized "
            "gradient and `encoder_groups` need. Received: one with noise of its own, by "
            f"{drawing[0]}. Leave it out, or take "
            'gradient="reparameterized" without `encoder_groups`.'
        )
