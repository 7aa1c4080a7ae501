"""The weights of a dictionary as matrices of the literature, and a model of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from ..data.stored.safetensors import read_safetensors
from ..latents.sparse import BatchTopK, Gated, JumpReLU, Sparse
from ..models import SAE, Transcoder


def dictionary_of(
    activation: Sparse,
    w_enc: np.ndarray,
    w_dec: np.ndarray,
    b_enc: np.ndarray | None,
    b_dec: np.ndarray,
    centered: bool,
    lengths: str = "free",
    w_skip: np.ndarray | None = None,
    is_transcoder: bool = False,
    of_units: dict[str, np.ndarray] | None = None,
    **arguments: Any,
) -> SAE | Transcoder:
    """A model of such weights, with the scale 1.

    Args:
        activation: The latent.
        w_enc: Array `(input_dim, latent_dim)`.
        w_dec: Array `(latent_dim, output_dim)`, the atoms.
        b_enc: Array `(latent_dim,)`, or `None` where the latent has biases of its own.
        b_dec: Array `(output_dim,)`.
        centered: Boolean, whether `b_dec` is subtracted from the input.
        lengths: As for `kerae.SAE`.
        w_skip: Array `(input_dim, output_dim)`, of a transcoder.
        is_transcoder: Boolean.
        of_units: Dict of the values of variables of the latent by name.
        **arguments: Of the model.
    """
    center = "mean" if centered else None
    arguments = {"lengths": lengths, "center": center, **arguments}
    (input_dim, latent_dim), output_dim = w_enc.shape, w_dec.shape[1]
    if is_transcoder:
        skip = w_skip is not None
        model = Transcoder(input_dim, output_dim, latent_dim, activation, skip=skip, **arguments)
    else:
        model = SAE(input_dim, latent_dim, activation, scaled=False, **arguments)
    values = [(model.decoder.rows, w_dec), (model.decoder.bias, b_dec)]
    values += [(model.encoder.kernel, w_enc), (model.decoder.started, 1)]
    if b_enc is not None:
        values.append((model.encoder.bias, b_enc))
    if w_skip is not None:
        values.append((model.encoder.skip_kernel, w_skip))
    values += [(getattr(model.latent, name), value) for name, value in (of_units or {}).items()]
    for variable, value in values:
        value = np.asarray(value)
        if value.shape != tuple(variable.shape):
            raise ValueError(
                f"Expected an array of shape {tuple(variable.shape)} for the {variable.name} of "
                f"the dictionary. Received: {value.shape}. The files do not fit each other."
            )
        variable.assign(value.astype(variable.dtype))
    return model


def folded(model: SAE | Transcoder) -> dict[str, Any]:
    """The weights of a model that does the same without a scale, and without dividing its rows.

    Returns:
        Dict of the arrays `w_enc`, `w_dec`, `b_enc` and `b_dec`, and where there are such `w_skip`
        and, by the names of its variables, those `of_units` of the latent.
    """
    encoder, decoder, latent = model.encoder, model.decoder, model.latent
    scale, rows = (_array(each) for each in (decoder.scale, decoder.rows))
    w_enc = rows.T if encoder.tied else _array(encoder.kernel)
    b_enc = _array(encoder.bias) if encoder.use_bias else np.zeros(len(rows), "float32")
    if decoder.lengths == "divided":
        lengths = np.linalg.norm(rows, axis=1)
        w_enc, b_enc, rows = w_enc * lengths, b_enc * lengths, rows / lengths[:, None]
    kinds = {
        BatchTopK: ("threshold", "updates"),
        Gated: ("gate_biases", "magnitude_biases", "log_scales"),
        JumpReLU: ("thresholds",),
    }
    names = next((kinds[kind] for kind in kinds if isinstance(latent, kind)), ())
    result: dict[str, Any] = {
        "w_enc": scale * w_enc,
        "w_dec": rows / scale,
        "b_enc": b_enc,
        "b_dec": _array(decoder.bias) / scale,
        "of_units": {name: _array(getattr(latent, name)) for name in names},
    }
    return result | ({"w_skip": _array(encoder.skip_kernel)} if encoder.skip else {})


def with_scale_folded(model: SAE | Transcoder) -> SAE | Transcoder:
    """The same function of data as a model without a scale, with atoms of any length."""
    weights = folded(model)
    activation: Any = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(model.latent)
    )
    if activation.has_biases:
        weights["b_enc"] = None
    weights |= {"centered": model.encoder.centered, "is_transcoder": isinstance(model, Transcoder)}
    return dictionary_of(activation, **weights)


def _array(variable):
    return np.asarray(ops.convert_to_numpy(variable))


def read_json(path: Path) -> dict[str, Any]:
    """What a JSON file holds.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is none.
    """
    _check_there(path)
    try:
        found = json.loads(path.read_text())
        if not isinstance(found, dict):
            raise ValueError(f"{type(found).__name__} in the place of a table of settings")
        return found
    except ValueError as error:
        raise ValueError(f"Expected JSON in {path}. Received: {error}. Fetch it again.") from error


class Tensors(dict):
    """The arrays of a file by their names, as `read` gives them for its path.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged; or when one is asked for that it lacks, or that is none of
            finite floats, or a single integer.
    """

    def __init__(self, path: Path, read: Callable[[Path], Any] = read_safetensors) -> None:
        _check_there(path)
        super().__init__(read(path))
        self.path = path

    def __missing__(self, name: str) -> Any:
        raise ValueError(
            f"Expected a tensor {name} in {self.path}. Received: {', '.join(sorted(self))}. Fetch "
            "it again."
        )

    def __getitem__(self, name: str) -> np.ndarray:
        array = super().__getitem__(name)
        is_number = array.dtype.kind == "f" or (array.dtype.kind in "iu" and not array.ndim)
        if not is_number or not np.isfinite(array).all():
            what = "NaN or infinity" if is_number else str(array.dtype)
            raise ValueError(
                f"Expected finite floats as {name} of {self.path}. Received: {what}. Fetch it "
                "again."
            )
        return array


def _check_there(path):
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a dictionary with {path.name} in {path.parent}. Received: no such file. "
            "Give the folder that it lies in."
        )


def refuse(path: Path, expected: str, received: Any) -> None:
    """Raises a `ValueError` of a dictionary that is of a kind that is not read."""
    raise ValueError(f"Expected {expected} in {path}. Received: {received!r}, which is not read.")
