from pathlib import Path
from typing import Any

import numpy as np

from ..backend.torch_file import read_torch_file
from ..checks.arguments import checked
from ..checks.types import FilePath
from ..latents.sparse import BatchTopK, Gated, JumpReLU, ReLU, TopK
from ..models import SAE
from .weights import Tensors, dictionary_of, read_json, refuse

# The classes of dictionary_learning by what they are.
KINDS = {
    "AutoEncoder": "relu",
    "AutoEncoderNew": "relu",
    "AutoEncoderTopK": "topk",
    "BatchTopKSAE": "batchtopk",
    "MatryoshkaBatchTopKSAE": "batchtopk",
    "GatedAutoEncoder": "gated",
    "JumpReluAutoEncoder": "jumprelu",
}
NAMES_OF_GATES = {"gate_biases": "gate_bias", "magnitude_biases": "mag_bias", "log_scales": "r_mag"}


@checked
def from_dictionary_learning(folder: FilePath) -> SAE:
    """Reads a dictionary that dictionary_learning wrote: `config.json` and `ae.pt`.

    Of the classes AutoEncoder, AutoEncoderNew, AutoEncoderTopK, BatchTopKSAE,
    MatryoshkaBatchTopKSAE, GatedAutoEncoder and JumpReluAutoEncoder. `ae.pt` is a file of PyTorch,
    which has to be installed, on whatever backend; it reads weights alone, and runs nothing in it.

    Args:
        folder: Path of the folder.
    Returns:
        `kerae.SAE`, ready to encode, and to be trained further.
    Raises:
        FileNotFoundError: If a file is missing.
        ModuleNotFoundError: If PyTorch is.
        ValueError: If a file is damaged or lacks an array, or the dictionary is of a kind that
            kerae has not.
    """
    folder = Path(folder)
    path = folder / "config.json"
    config = read_json(path).get("trainer", {})
    name = config.get("dict_class")
    if name not in KINDS:
        refuse(path, f"one of {', '.join(KINDS)} as `dict_class`", name)
    weights = Tensors(folder / "ae.pt", read_torch_file)
    kind, w_dec = KINDS[name], _w_dec(weights)
    common: dict[str, Any] = {"w_enc": _w_enc(weights), "w_dec": w_dec}
    if kind == "gated":
        # Codes are multiplied by the lengths of the atoms, and these divided by them.
        lengths = np.linalg.norm(w_dec, axis=1)
        of_units = {name: weights[other] for name, other in NAMES_OF_GATES.items()}
        for each in ("gate_biases", "magnitude_biases"):
            of_units[each] = of_units[each] * lengths
        return dictionary_of(
            Gated(),
            **common,
            b_enc=None,
            b_dec=weights["decoder_bias"],
            centered=True,
            lengths="divided",
            of_units=of_units,
        )
    if kind == "jumprelu":
        lengths = np.linalg.norm(w_dec, axis=1)
        return dictionary_of(
            JumpReLU(bandwidth=config.get("bandwidth") or 0.001),
            **common,
            b_enc=weights["b_enc"],
            b_dec=weights["b_dec"],
            centered=False,
            lengths="divided",
            of_units={"thresholds": weights["threshold"] * lengths},
        )
    b_enc = weights["b_enc"] if "b_enc" in weights else weights["encoder.bias"]
    names = ("bias", "decoder.bias", "b_dec")
    b_dec = weights[next((name for name in names if name in weights), "b_dec")]
    activation, of_units = ReLU(), None
    if kind != "relu":
        k = int(weights["k"])
        activation = TopK(k) if kind == "topk" else BatchTopK(k)
        if kind == "batchtopk":
            of_units = {
                "threshold": np.maximum(0.0, weights["threshold"]),
                "updates": np.float32(1000),
            }
    return dictionary_of(
        activation,
        **common,
        b_enc=b_enc,
        b_dec=b_dec,
        centered="decoder.bias" not in weights,
        of_units=of_units,
    )


def _w_enc(weights):
    return weights["W_enc"] if "W_enc" in weights else weights["encoder.weight"].T


def _w_dec(weights):
    return weights["W_dec"] if "W_dec" in weights else weights["decoder.weight"].T
