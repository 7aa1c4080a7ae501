from pathlib import Path
from typing import Any

import numpy as np

from ..checks.arguments import checked
from ..checks.types import FilePath
from ..latents.sparse import BatchTopK, Gated, JumpReLU, ReLU, TopK
from ..models import SAE, Transcoder
from .weights import Tensors, dictionary_of, read_json, refuse

# Those of transcoders, and what they are but for that.
TRANSCODERS = {
    "transcoder": "standard",
    "skip_transcoder": "standard",
    "jumprelu_transcoder": "jumprelu",
    "jumprelu_skip_transcoder": "jumprelu",
}
ARCHITECTURES = ("standard", "topk", "batchtopk", "matryoshka_batchtopk", "jumprelu", "gated")
UNSCALED = (None, False, "none")
FOLDABLE = (True, "expected_average_only_in")  # a factor, which files do not hold
NAMES_OF_GATES = {"gate_biases": "b_gate", "magnitude_biases": "b_mag", "log_scales": "r_mag"}


@checked
def from_saelens(folder: FilePath) -> SAE | Transcoder:
    """Reads a dictionary that SAELens wrote: `cfg.json` and `sae_weights.safetensors`.

    Of the architectures standard, topk, batchtopk, matryoshka_batchtopk, jumprelu, gated, and
    transcoder, skip_transcoder, jumprelu_transcoder and jumprelu_skip_transcoder; in files for
    inference, in those of its training, and in those of versions before 6. Neither SAELens nor
    PyTorch is needed, and nothing in the files is run.

    Dictionaries that scale by the mean norm of activations ("expected_average_only_in") are read as
    they are: of data scaled like those that they were trained on.

    Args:
        folder: Path of the folder.
    Returns:
        `kerae.SAE` or `kerae.Transcoder`, ready to encode, and to be trained further.
    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is damaged, or the dictionary is of a kind that kerae has not.
    """
    folder = Path(folder)
    path = folder / "cfg.json"
    config = read_json(path)
    weights = Tensors(folder / "sae_weights.safetensors")
    kind, k = _kind(config, path)
    _check(config, kind, path)
    is_transcoder = kind in TRANSCODERS
    kind = TRANSCODERS.get(kind, kind)
    weight = config.get("l1_coefficient", config.get("l0_coefficient"))
    b_enc, of_units, arguments = None if kind == "gated" else weights["b_enc"], {}, {}
    if kind in ("topk", "batchtopk", "matryoshka_batchtopk"):
        activation = TopK(k) if kind == "topk" else BatchTopK(k)
        if kind != "topk":
            of_units = {"threshold": weights["topk_threshold"], "updates": 100.0}
    elif kind == "jumprelu":
        activation = JumpReLU(bandwidth=config.get("jumprelu_bandwidth", 0.05))
        of_units = {"thresholds": _thresholds(weights)}
        arguments = {"sparsity_weight": weight}
    elif kind == "gated":
        activation = Gated()
        of_units = {name: weights[other] for name, other in NAMES_OF_GATES.items()}
        arguments = {"sparsity_weight": weight}
    else:
        activation, arguments = ReLU(), {"sparsity_weight": weight}
    skip = weights.get("W_skip")
    w_enc = weights["W_enc"]
    for name, size in zip(("d_in", "d_sae"), w_enc.shape):
        if config.get(name, size) != size:
            refuse(path, f"{name} = {size}, as W_enc has", config[name])
    return dictionary_of(
        activation,
        w_enc,
        weights["W_dec"],
        b_enc,
        weights["b_dec"],
        centered=bool(config.get("apply_b_dec_to_input", not is_transcoder)) and not is_transcoder,
        lengths="divided" if config.get("rescale_acts_by_decoder_norm") else "free",
        w_skip=None if skip is None else skip.T,
        is_transcoder=is_transcoder,
        of_units=of_units,
        **arguments,
    )


def _kind(config: dict[str, Any], path: Path) -> tuple[str, Any]:
    """The architecture, of versions before 6 too, and the k of those that have one."""
    kind = config.get("architecture", "standard")
    activation = config.get("activation_fn", config.get("activation_fn_str", "relu"))
    k = config.get("k", (config.get("activation_fn_kwargs") or {}).get("k"))
    if kind == "standard" and activation == "topk":
        kind = "topk"
    elif activation not in ("relu", "topk"):
        refuse(path, 'the activation "relu" or "topk"', activation)
    if "topk" in kind and k is None:
        refuse(path, f"a number `k` beside the architecture {kind}", k)
    return kind, k


def _check(config: dict[str, Any], kind, path):
    if kind not in (*ARCHITECTURES, *TRANSCODERS):
        refuse(path, f"one of the architectures {', '.join((*ARCHITECTURES, *TRANSCODERS))}", kind)
    scaling = config.get("normalize_activations")
    if scaling not in (*UNSCALED, *FOLDABLE):
        refuse(path, "activations that are not normalized one by one", scaling)
    if config.get("finetuning_scaling_factor"):
        refuse(path, "no finetuning_scaling_factor", True)


def _thresholds(weights):
    if "threshold" in weights:
        return weights["threshold"]
    return np.exp(weights["log_threshold"])
