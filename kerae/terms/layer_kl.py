from typing import TYPE_CHECKING, Any

import keras

from ..checks.numbers import check_count
from ..checks.types import Tensor
from ..schedules import Weight
from .term import Term

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.terms")
class LayerKL(Term):
    """The KL of one layer of codes: what the layer tells of an example beside those above it.

        value = KL( q(z_i | z_(i+1), …, x) || p(z_i | z_(i+1), …) )        nats per example

    In the logs it is `kl_1`, `kl_2` and so on. By default it is watched: it adds nothing to the
    loss, which the sum of all layers, `kerae.terms.KLDivergence`, does.

    Args:
        layer: Integer, the number i of the layer, from 1 for the lowest.
        weight: Float or `kerae.schedules.Schedule`. Defaults to 0.

    Example:

    >>> terms = [kerae.Reconstruction(), kerae.terms.LayerKL(1, 1.0), kerae.terms.LayerKL(2, 0.5)]
    >>> prior = kerae.priors.Hierarchical()
    >>> model = kerae.Autoencoder((4,), kerae.latents.Ladder((3, 2)), prior=prior, terms=terms)
    >>> model.compile()
    >>> sorted(model.evaluate(np.zeros((8, 4), "float32"), return_dict=True, verbose=0))
    ['kl_1', 'kl_2', 'loss', 'reconstruction']

    Raises:
        ValueError: If `layer` is below 1 or above the layers of the model's latent, or latent or
            prior has none.
    """

    def __init__(self, layer: int, weight: Weight = 0.0, **kwargs: Any) -> None:
        super().__init__(weight, **kwargs)
        check_count("layer", layer)
        self.layer = layer
        self.label = f"kl_{layer}"

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Ladder
        from ..priors import Hierarchical
        from .reconstruction import Reconstruction

        latent = Ladder((2,) * self.layer)
        return {"latent": latent, "prior": Hierarchical(), "terms": [Reconstruction(), self]}

    def fit_to(self, model: "Autoencoder") -> None:
        from ..latents import Hierarchical
        from ..priors import Hierarchical as HierarchicalPrior

        latent, prior = model.latent, model.prior
        if not (isinstance(latent, Hierarchical) and isinstance(prior, HierarchicalPrior)):
            raise ValueError(
                f"Expected codes in layers, and a prior of such, for the KL of layer {self.layer}. "
                f"Received: {type(latent).__name__} and {type(prior).__name__}. Use "
                "kerae.latents.Ladder or TopDown with kerae.priors.Hierarchical, or leave the "
                "term out."
            )
        if self.layer > len(latent.layers):
            raise ValueError(
                f"Expected `layer` to be one of the {len(latent.layers)} of the model's latent. "
                f"Received: layer={self.layer}. The lowest is 1."
            )

    def value(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        return model.latent.kl_divergence(outputs)[:, self.layer - 1]
