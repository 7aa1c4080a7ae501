import json
from pathlib import Path
from typing import Any

import numpy as np

from ..checks.arguments import checked
from ..checks.types import FilePath
from ..data.stored.safetensors import write_safetensors
from ..files import replacing
from ..latents.sparse import BatchTopK, Gated, JumpReLU, ReLU, TopK
from ..models import SAE, MatryoshkaSAE, Transcoder
from .from_saelens import NAMES_OF_GATES
from .weights import folded

KINDS = {
    ReLU: "standard",
    TopK: "topk",
    BatchTopK: "jumprelu",
    JumpReLU: "jumprelu",
    Gated: "gated",
}
OF_TRANSCODERS = {  # without a skip and with one
    "standard": ("transcoder", "skip_transcoder"),
    "jumprelu": ("jumprelu_transcoder", "jumprelu_skip_transcoder"),
}


@checked
def to_saelens(model: Any, folder: FilePath, metadata: dict | None = None) -> None:
    """Writes a dictionary as SAELens does for inference: `cfg.json` and `sae_weights.safetensors`.

    The scale of the model is folded into its weights, so that codes are of data as they are; a
    threshold of `kerae.latents.BatchTopK` becomes that of each unit, as SAELens has it. What the
    files hold gives the codes and reconstructions of the model.

    Args:
        model: `kerae.SAE`, `kerae.MatryoshkaSAE` or `kerae.Transcoder`.
        folder: Path of the folder, which is made where missing.
        metadata: Dict of what SAELens is to know of the data, such as `model_name` and `hook_name`.

    Example:

    >>> import tempfile
    >>> model, folder = kerae.SAE(16, 64, k=4), tempfile.mkdtemp()
    >>> kerae.interchange.to_saelens(model, folder, {"model_name": "gpt2"})
    >>> again = kerae.interchange.from_saelens(folder)
    >>> x = np.random.default_rng(0).normal(size=(5, 16)).astype("float32")
    >>> bool(np.allclose(again.encode(x), model.encode(x), atol=1e-5))
    True

    Raises:
        ValueError: If the model is of a kind that SAELens has not.
    """
    if not isinstance(model, SAE | MatryoshkaSAE | Transcoder):
        raise ValueError(
            "Expected a kerae.SAE, kerae.MatryoshkaSAE or kerae.Transcoder. Received: "
            f"{type(model).__name__}. SAELens has none like it: use `model.save`."
        )
    latent, is_transcoder = model.latent, isinstance(model, Transcoder)
    kind = next((name for each, name in KINDS.items() if isinstance(latent, each)), None)
    weights = folded(model)
    if is_transcoder:
        kind = OF_TRANSCODERS.get(str(kind), (None, None))["w_skip" in weights]
    if kind is None:
        raise ValueError(
            f"Expected a {type(model).__name__} that SAELens has. Received: one with {latent}. "
            "Use `model.save`."
        )
    config = {
        "architecture": kind,
        "d_in": model.input_dim,
        "d_sae": model.latent_dim,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": model.encoder.centered,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {"training_architecture": type(latent).__name__.lower(), **(metadata or {})},
    }
    if is_transcoder:
        config["d_out"] = model.output_dim
    if isinstance(latent, TopK):
        config |= {"k": latent.k, "rescale_acts_by_decoder_norm": False}
    tensors = {
        "W_enc": weights["w_enc"],
        "W_dec": weights["w_dec"],
        "b_enc": weights["b_enc"],
        "b_dec": weights["b_dec"],
        **_of_units(latent, weights["of_units"]),
    }
    if isinstance(latent, Gated):
        del tensors["b_enc"]
    if "w_skip" in weights:
        tensors["W_skip"] = weights["w_skip"].T
    folder = Path(folder)
    arrays = {name: np.ascontiguousarray(each, "float32") for name, each in tensors.items()}
    write_safetensors(folder / "sae_weights.safetensors", arrays)
    with replacing(folder / "cfg.json") as partial:
        partial.write_text(json.dumps(config, indent=2) + "\n")


def _of_units(latent, values):
    if isinstance(latent, BatchTopK):
        return {"threshold": np.full(latent.latent_dim, values["threshold"], "float32")}
    if isinstance(latent, JumpReLU):
        return {"threshold": values["thresholds"]}
    return {NAMES_OF_GATES[name]: each for name, each in values.items()}
