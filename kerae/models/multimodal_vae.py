from typing import Any

import keras
import numpy as np

from ..autoencoder.autoencoder import Autoencoder
from ..checks.arguments import check_choice
from ..checks.types import ArrayLike
from ..data import ModalityDropout
from ..latents import MixtureOfExperts, ProductOfExperts
from ..likelihoods import Multimodal
from ..networks import multimodal_decoder, multimodal_encoder
from ..schedules import Weight
from ..terms import KLDivergence, Reconstruction
from .composition import composed

EXPERTS = {"product": ProductOfExperts, "mixture": MixtureOfExperts}


@keras.saving.register_keras_serializable("kerae")
class MultimodalVAE(Autoencoder):
    """Multimodal VAE: one code of several kinds of data, of which any may be missing.

        loss = - E_q(z|x)[sum over m of weight_m log p(x_m|z)] + beta * KL(q(z|x) || p(z))

    in nats per example, where m are the modalities that are there, as images and their labels, and
    q(z|x) is the prior times a normal of each, or a mixture of these normals; see
    `kerae.latents.ProductOfExperts` and `MixtureOfExperts`. With weights and beta of 1 it is the
    negative ELBO of what is there.

    The model takes one array, which `pack` makes of all modalities; `unpack` does the reverse. What
    is missing of an example is decoded nevertheless: from images, `predict` gives labels, too.

    A product tells little of one modality if it has been trained on all together alone: with
    `modality_dropout` it is trained on subsets of them, as in the paper.

    `score` compares packed arrays: its `reconstruction_error` takes what is missing for zeros.

    Args:
        modalities: Dict of the shape of one example of each modality, by its name.
        latent_dim: Integer, the number of latent dimensions.
        experts: `"product"` or `"mixture"`. Defaults to the former.
        likelihoods: Dict of `kerae.likelihoods.Likelihood`, or their names, by modality. Defaults,
            also for each that it lacks, to `"bernoulli"`.
        modality_weights: Dict of positive floats by modality. Defaults, also for each that it
            lacks, to 1; with others there is no `log_likelihood`.
        modality_dropout: Boolean, whether each example keeps a random subset of its modalities at
            every step, by `kerae.data.ModalityDropout`. Defaults to `False`.
        beta: Float or `kerae.schedules.Schedule`, the weight of the KL. Defaults to 1.
        num_samples: Integer, the number of codes drawn per example. Defaults to 1.
        encoder: Keras model from packed arrays to a list of features of each modality and of flags.
            Defaults to `kerae.networks.multimodal_encoder`, which can be made of encoders of one's
            own.
        decoder: Keras model from codes to the parameters of all modalities. Defaults to
            `kerae.networks.multimodal_decoder`.
        **kwargs: `latent`, `prior` and `terms`, in the place of the papers'.

    Example:

    >>> model = kerae.MultimodalVAE({"image": (8, 8, 1), "label": (10,)}, latent_dim=2)
    >>> x = model.pack({"image": np.zeros((3, 8, 8, 1), "float32"), "label": None})
    >>> model.unpack(model.reconstruct(x))["label"].shape
    (3, 10)

    Raises:
        ValueError: If `modalities` is no dict of shapes, another dict has a name that is none of
            them, the encoder or the decoder does not fit, or a number is out of range.
    Reference:
        Wu and Goodman, 2018, https://arxiv.org/abs/1802.05335 (product);
        Shi et al., 2019, https://arxiv.org/abs/1911.03393 (mixture; there trained on an
        importance-weighted bound: `terms=[kerae.terms.ImportanceWeightedBound()]`)
    """

    parts = (KLDivergence, MixtureOfExperts, ProductOfExperts, Reconstruction)
    passed_on = ("latent", "prior", "terms")

    def __init__(
        self,
        modalities: dict,
        latent_dim: int,
        experts: str = "product",
        likelihoods: dict | None = None,
        modality_weights: dict | None = None,
        modality_dropout: bool = False,
        beta: Weight = 1.0,
        num_samples: int = 1,
        encoder: keras.Layer | None = None,
        decoder: keras.Layer | None = None,
        **kwargs: Any,
    ) -> None:
        check_choice("experts", experts, EXPERTS)
        likelihood = Multimodal(modalities, likelihoods, modality_weights)
        latent = EXPERTS[experts](latent_dim, num_samples)
        if encoder is None:
            encoder = multimodal_encoder(modalities)
        if decoder is None:
            decoder = multimodal_decoder(latent.event_shape, likelihood.parameter_shapes)
        super().__init__(
            (likelihood.packing.size,),
            likelihood=likelihood,
            encoder=encoder,
            decoder=decoder,
            preprocessing=ModalityDropout(modalities) if modality_dropout else None,
            **composed(
                self,
                kwargs,
                latent,
                [Reconstruction(), KLDivergence(beta)],
                of_latent={"experts": experts, "num_samples": num_samples},
                beta=beta,
            ),
        )
        self.modalities = likelihood.packing.shapes
        self.latent_dim = latent_dim
        self.experts = experts
        self.modality_weights = modality_weights
        self.modality_dropout = modality_dropout
        self.beta = beta
        self.num_samples = num_samples

    @property
    def likelihoods(self) -> dict | None:
        """As given. The likelihood holds them: a model takes no more layers once it is built."""
        return self.likelihood.likelihoods  # pyright: ignore[reportAttributeAccessIssue]

    def pack(self, examples: dict) -> np.ndarray:
        """The array of all modalities that the model takes.

        Args:
            examples: Dict of arrays `(n, *shape)` by modality. One that is left out or `None` is
                missing of all examples, rows of NaN alone are missing of theirs.
        Returns:
            Array of float32 `(n, *input_shape)`: the modalities, flat, with zeros for what is
            missing, then a flag for each, 1 where it is there.

        Example:

        >>> model = kerae.MultimodalVAE({"a": (2,), "b": (1,)}, latent_dim=2)
        >>> model.pack({"a": np.array([[0.1, 0.2], [np.nan, np.nan]]), "b": np.ones((2, 1))})
        array([[0.1, 0.2, 1. , 1. , 1. ],
               [0. , 0. , 1. , 0. , 1. ]], dtype=float32)

        Raises:
            ValueError: If a name or a shape is none of the modalities', or the lengths differ.
        """
        return self.likelihood.packing.pack(examples)  # pyright: ignore[reportAttributeAccessIssue]

    def unpack(self, packed: ArrayLike) -> dict[str, np.ndarray]:
        """The modalities of such an array, as of a reconstruction or of samples.

        Args:
            packed: Array `(n, *input_shape)`.
        Returns:
            Dict of arrays `(n, *shape)` by modality, with rows of NaN for what is missing.
        Raises:
            ValueError: If the array has another shape, or numbers that are not finite.
        """
        return self.likelihood.packing.unpack(packed)  # pyright: ignore[reportAttributeAccessIssue]
