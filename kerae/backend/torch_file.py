"""Files that PyTorch wrote, on whatever backend."""

from pathlib import Path

import numpy as np

from ..checks.extras import require


def read_torch_file(path: Path) -> dict[str, np.ndarray]:
    """The tensors of a state dict that `torch.save` wrote, as arrays; nothing in the file is run.

    Raises:
        FileNotFoundError: If there is no such file.
        ModuleNotFoundError: If PyTorch is not installed.
        ValueError: If it holds anything else, or is damaged.
    """
    require(f"Reading {path.name}", "torch", "torch")
    import torch

    if not path.is_file():
        raise FileNotFoundError(f"Expected a file at {path}. Received: none. Correct the path.")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        return {name: tensor.float().numpy() for name, tensor in state.items()}
    except Exception as error:
        raise ValueError(
            f"Expected a state dict of PyTorch, tensors by name, in {path}. Received: {error}"
        ) from error
