from pathlib import Path

from ..checks.arguments import checked
from ..checks.types import FilePath
from ..latents.sparse import TopK
from ..models import SAE, Transcoder
from .weights import Tensors, dictionary_of, read_json, refuse


@checked
def from_sparsify(folder: FilePath) -> SAE | Transcoder:
    """Reads a dictionary that sparsify (eai-sparsify) wrote: `cfg.json` and `sae.safetensors`.

    A TopK autoencoder, or a transcoder with or without a skip. Neither sparsify nor PyTorch is
    needed, and nothing in the files is run.

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
    if config.get("activation", "topk") != "topk":
        refuse(path, 'the activation "topk"', config["activation"])
    weights = Tensors(folder / "sae.safetensors")
    is_transcoder = bool(config.get("transcode"))
    skip = weights.get("W_skip")
    return dictionary_of(
        TopK(config["k"]),
        weights["encoder.weight"].T,
        weights["W_dec"],
        weights["encoder.bias"],
        weights["b_dec"],
        centered=not is_transcoder,
        w_skip=None if skip is None else skip.T,
        is_transcoder=is_transcoder or skip is not None,
    )
