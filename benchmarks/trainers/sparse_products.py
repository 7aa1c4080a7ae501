"""Not a dictionary: the five products of matrices that a step of one has at least, and no more."""

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class Trainer:
    """`train(x)` computes as many as a pass has; there are no codes."""

    def __init__(self, kind, input_dim, latent_dim, k, rate, sparsity, batch_size, steps):
        self.atoms = torch.randn(input_dim, latent_dim, device=DEVICE)
        self.batch_size = batch_size

    def train(self, x):
        for batch in torch.from_numpy(x).to(DEVICE).split(self.batch_size):
            codes = batch @ self.atoms
            codes @ self.atoms.T
            batch @ self.atoms  # in the place of the gradient of codes
            batch.T @ codes
            batch.T @ codes
        if DEVICE == "cuda":
            torch.cuda.synchronize()
