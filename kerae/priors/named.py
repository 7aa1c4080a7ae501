"""The kinds of priors that are fitted to a trained model, by short names."""

from typing import TYPE_CHECKING, Any

from ..checks.arguments import check_choice, checked
from ..checks.types import ArrayLike
from .causal_transformer import CausalTransformer
from .flow import QUICK, SLOW, Flow
from .gaussian_mixture import GaussianMixture
from .kernel_density import KernelDensity
from .mask_git import MaskGIT
from .pixel_cnn import PixelCNN
from .prior import Prior
from .second_stage import SecondStage
from .vamp import Vamp

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder

NAMED: dict[str, tuple[type[Prior], dict[str, Any]]] = {
    "gmm": (GaussianMixture, {}),
    "kde": (KernelDensity, {}),
    **{flow: (Flow, {"flow": flow}) for flow in (*QUICK, *SLOW)},
    "second_stage": (SecondStage, {}),
    "vamp": (Vamp, {}),
    "pixel_cnn": (PixelCNN, {}),
    "transformer": (CausalTransformer, {}),
    "mask_git": (MaskGIT, {}),
}


@checked
def fitted(
    name: str,
    model: "Autoencoder",
    x: ArrayLike,
    y: ArrayLike | None = None,
    seed: int = 0,
    **options: Any,
) -> Prior:
    """A prior that fits the codes of a trained model, of the kind that goes by a name.

    Args:
        name: `"gmm"` for `kerae.priors.GaussianMixture`, `"kde"` for `KernelDensity`, `"real_nvp"`,
            `"neural_spline"`, `"maf"` or `"iaf"` for `Flow`, `"second_stage"` for `SecondStage`,
            `"vamp"` for `Vamp`; of the codes of a quantizer, `"pixel_cnn"` for `PixelCNN`,
            `"transformer"` for `CausalTransformer`, `"mask_git"` for `MaskGIT`.
        model: As for `kerae.priors.Prior.fitted`, like what follows.
    Returns:
        The prior, to be given to `model.sample(n, prior=…)`.

    Example:

    >>> data, model = kerae.data.load("digits"), kerae.AE((8, 8, 1), latent_dim=2)
    >>> prior = kerae.priors.fitted("kde", model, data.x_train, data.y_train)
    >>> model.sample(5, y=3, prior=prior).shape
    (5, 8, 8, 1)

    Raises:
        ValueError: If there is no such kind, or the data do not fit the model.
    """
    check_choice("name", name, NAMED)
    kind, of_kind = NAMED[name]
    return kind.fitted(model, x, y, seed, **of_kind | options)
