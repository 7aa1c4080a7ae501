from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from .. import flows
from ..checks.numbers import check_count
from ..checks.types import Shape, Tensor
from .latent import Latent
from .linear_head import LinearHead
from .normal import Normal

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

CONTEXT_DIM = 64  # of each flow with a network


@keras.saving.register_keras_serializable("kerae.latents")
class FlowPosterior(Latent):
    """A normal code that is sent through flows, which the encoder tells of the example.

        z_0 ~ N(mu(x), diag(sigma(x)^2)),   z = f(z_0; h(x))
        log q(z|x) = log q(z_0|x) - log |det df/dz_0|        nats

    The context h(x) is linear in the encoder's features. To the parameters of planar and radial
    flows it is added; flows with a network read it beside the codes. All start near the identity.

    The deterministic code is f(mu(x)), which is neither the mean nor the mode of q(z|x). The KL is
    estimated from the codes drawn, in one group of all dimensions.

    Args:
        latent_dim: Integer, the number of latent dimensions.
        flow: `kerae.flows.Flow`, or `"planar"`, `"radial"`, `"iaf"`, `"maf"`, `"real_nvp"` or
            `"neural_spline"`. Defaults to `"planar"`.
        num_flows: Integer, how many of that name, one after the other. Defaults to 4.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.

    Example:

    >>> latent = kerae.latents.FlowPosterior(latent_dim=2, flow="iaf")
    >>> sorted(latent(np.zeros((5, 8), "float32")))
    ['context', 'log_variance', 'mean']

    Raises:
        ValueError: If `flow` is unknown or has other dimensions, a count is below 1, `num_flows`
            comes with an object, or the encoder's features are not of shape `(batch, features)`.
    Reference:
        Rezende and Mohamed, 2015, https://arxiv.org/abs/1505.05770;
        Kingma et al., 2016, https://arxiv.org/abs/1606.04934 (the context)
    """

    has_density = True
    served = {"mean": "The code: the mean of the normal, sent through the flows."}

    def __init__(
        self,
        latent_dim: int,
        flow: str | flows.Flow = "planar",
        num_flows: int | None = None,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_count("latent_dim", latent_dim)
        check_count("num_samples", num_samples)
        self.latent_dim = latent_dim
        self.flow = flow
        self.num_flows = num_flows
        self.num_samples = num_samples
        self.event_shape = (latent_dim,)
        self.normal = Normal(latent_dim, num_samples, dtype=self.dtype_policy)
        self.chain = flows.get(flow, latent_dim, num_flows, CONTEXT_DIM)
        self.context_head = None
        if self.chain.context_dim > 0:
            small = keras.initializers.RandomNormal(stddev=0.01)
            self.context_head = LinearHead(
                self.chain.context_dim,
                use_bias=False,  # the flows have their own
                kernel_initializer=small,
                dtype=self.dtype_policy,
            )

    def build(self, input_shape: Shape) -> None:
        self.normal.build(input_shape)
        if self.context_head is not None:
            self.context_head.build(input_shape)

    def call(self, features: Tensor):
        posterior = self.normal(features)
        if self.context_head is not None:
            posterior["context"] = self.context_head(features)
        return posterior

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return self.chain.forward(posterior["mean"], posterior.get("context"))[0]

    def sample(
        self, posterior: dict[str, Any], noise: Any, num_samples: int | None = None
    ) -> Tensor:
        return self._drawn(posterior, noise, num_samples)[0]

    def log_prob(self, posterior: dict[str, Any], z: Tensor) -> Tensor:
        start, log_det = self.chain.inverse(z, _per_sample(posterior))
        return self.normal.log_prob(posterior, start) + log_det

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        z, log_posterior = self._drawn(outputs["posterior"], outputs["noise"], num_samples)
        return {"z": z, "log_posterior": log_posterior}

    def log_posterior(self, outputs: dict[str, Any]) -> Tensor:
        return outputs["log_posterior"]

    def _drawn(self, posterior, noise, num_samples):
        start = self.normal.sample(posterior, noise, num_samples)
        z, log_det = self.chain.forward(start, _per_sample(posterior))
        return z, self.normal.log_prob(posterior, start) - log_det


def _per_sample(posterior):
    """The context with an axis for samples, `(batch, 1, context_dim)`, or `None`."""
    return ops.expand_dims(posterior["context"], 1) if "context" in posterior else None
