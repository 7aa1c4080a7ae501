"""The endpoints of a model under the names that servers know them by."""

from typing import TYPE_CHECKING, Any

from .endpoints import endpoints
from .image_endpoints import image_endpoints

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


def signatures(
    model: "Autoencoder", image_bytes: bool = False, decode: Any = None
) -> dict[str, Any]:
    """All endpoints of a model, with `serving_default`, which is `reconstruct`.

    Args:
        model: `kerae.Autoencoder`.
        image_bytes: Boolean, whether there are some for image files.
        decode: As for `image_endpoints`.
    Returns:
        Dict of `Endpoint` by name.
    Raises:
        ValueError: If the model cannot be exported, or image files are no examples of it.
    """
    result = endpoints(model)
    if image_bytes:
        result |= image_endpoints(result, model.input_shape, decode)
    return {**result, "serving_default": result["reconstruct"]}
