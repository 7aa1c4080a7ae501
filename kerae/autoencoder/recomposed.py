"""The same networks under another objective."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .autoencoder import Autoencoder

if TYPE_CHECKING:
    from ..terms.term import Term


def recomposed(model: Autoencoder, terms: "Sequence[Term]", **parts: Any):
    """A plain `kerae.Autoencoder` around the parts of a model, which trains them on other terms.

    Variables are shared: what one of the two learns, the other knows. Step, seed and optimizer
    are not.

    Args:
        model: `kerae.Autoencoder`, also of a subclass.
        terms: List of `kerae.Term`.
        **parts: Arguments of `kerae.Autoencoder` to take in the place of the model's.
    """
    own = {name: getattr(model, name) for name in Autoencoder.argument_names()}
    return Autoencoder(**own | {"terms": terms, "dtype": model.dtype_policy} | parts)
