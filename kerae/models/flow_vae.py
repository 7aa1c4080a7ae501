from typing import Any

import keras

from ..autoencoder.autoencoder import Autoencoder
from ..checks.types import Shape
from ..latents import FlowPosterior
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import REPLACEABLE, composed


@keras.saving.register_keras_serializable("kerae")
class FlowVAE(Autoencoder):
    """VAE with normalizing flows: codes are sent through them, for a q(z|x) of any shape.

        loss = - E_q(z|x)[log p(x|z)] + beta * KL(q(z|x) || p(z))        nats per example
        z = f(z_0; h(x)),   log q(z|x) = log q(z_0|x) - log |det df/dz_0|

    with a normal q(z_0|x) of diagonal covariance, flows f that the encoder tells of the example,
    and the prior p(z) = N(0, I). The KL is estimated from the codes drawn. With beta = 1 and no
    free bits, `loss` is the negative ELBO. All flows start near the identity, a plain VAE.

    Args:
        input_shape: Tuple, the shape of one example.
        latent_dim: Integer, the number of latent dimensions.
        flow: `"planar"`, `"radial"` (Rezende and Mohamed, 2015), `"iaf"` (Kingma et al., 2016),
            `"real_nvp"`, `"neural_spline"` or `"maf"`, of which drawing codes takes a pass of a
            network for each dimension; see `kerae.flows`. Defaults to `"planar"`.
        num_flows: Integer, how many of them, one after the other. Defaults to 4.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL, which the paper raises
            while training. Defaults to 1.
        free_bits: Float or schedule, nats of KL that cost nothing, as
            `kerae.terms.KLDivergence` says. Defaults to 0.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        **kwargs: `likelihood`, `encoder`, `decoder`, `corruption` and `preprocessing`, as for
            `kerae.Autoencoder`; `latent`, `prior` and `terms`, in the place of the paper's.

    Example:

    >>> model = kerae.FlowVAE(input_shape=(8, 8, 1), latent_dim=2, flow="iaf")
    >>> model.compile(optimizer="adam")
    >>> logs = model.evaluate(np.zeros((3, 8, 8, 1), "float32"), return_dict=True, verbose=0)
    >>> sorted(logs)
    ['kl', 'loss', 'reconstruction']

    Raises:
        ValueError: If the flow is unknown, the encoder or the decoder does not fit, or a weight is
            negative.
    Reference:
        Rezende and Mohamed, 2015, https://arxiv.org/abs/1505.05770;
        Kingma et al., 2016, https://arxiv.org/abs/1606.04934 (inverse autoregressive flows)
    """

    parts = (FlowPosterior, KLDivergence, Reconstruction)
    passed_on = REPLACEABLE

    def __init__(
        self,
        input_shape: Shape,
        latent_dim: int,
        flow: str = "planar",
        num_flows: int = 4,
        beta: Weight = 1.0,
        free_bits: Weight = 0.0,
        num_samples: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_shape,
            **composed(
                self,
                kwargs,
                FlowPosterior(latent_dim, flow, num_flows, num_samples),
                [Reconstruction(), KLDivergence(beta, free_bits=free_bits)],
                of_latent={"flow": flow, "num_flows": num_flows, "num_samples": num_samples},
                beta=beta,
                free_bits=free_bits,
            ),
        )
        self.latent_dim = latent_dim
        self.flow = flow
        self.num_flows = num_flows
        self.beta = beta
        self.free_bits = free_bits
        self.num_samples = num_samples
