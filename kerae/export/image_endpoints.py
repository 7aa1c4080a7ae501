"""Endpoints for the bytes of image files, beside those for arrays."""

import io
from typing import Any

import numpy as np

from ..checks.types import Shape
from .endpoint import Endpoint, Input


def image_endpoints(endpoints: dict, shape: Shape, decode: Any = None) -> dict[str, Any]:
    """`encode_image` and `score_image`: as `encode` and `score`, of PNG or JPEG files.

    Args:
        endpoints: Dict of `Endpoint` by name.
        shape: Tuple, the shape of the model's examples.
        decode: From string tensors `(batch,)` to images of values from 0 to 1; not needed where
            the endpoints are only described.
    Returns:
        Dict of `Endpoint` by name.
    Raises:
        ValueError: If the model's examples are no gray or RGB images.
    """
    if len(shape) != 3 or shape[-1] not in (1, 3):
        raise ValueError(
            "Expected a model of images of shape (height, width, 1) or (height, width, 3) for "
            f"`image_bytes`. Received: examples of shape {shape}."
        )
    return {
        f"{name}_image": _of_files(endpoints[name], decode, shape) for name in ("encode", "score")
    }


def _of_files(endpoint, decode, shape):
    height, width, channels = shape
    file = Input(
        (),
        "string",
        f"PNG or JPEG files, resized to {height} x {width} pixels, "
        f"made {'gray' if channels == 1 else 'RGB'} and divided by 255.",
    )
    inputs = {"image_bytes": file} | endpoint.inputs
    del inputs["x"]

    def function(image_bytes, **others):
        return endpoint.function(x=decode(image_bytes), **others)

    return Endpoint(endpoint.description, inputs, endpoint.outputs, function)


def png_files(images: Any):
    """Images of values from 0 to 1 as an array of the bytes of PNG files."""
    from PIL import Image

    files = []
    for image in np.round(images * 255).astype("uint8"):
        file = io.BytesIO()
        Image.fromarray(image.squeeze(axis=2) if image.shape[2] == 1 else image).save(file, "PNG")
        files.append(file.getvalue())
    return np.array(files)
