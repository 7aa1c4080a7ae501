"""A loop by hand around the codebook of vector-quantize-pytorch, on the objective of kerae's.

The codebook starts on clusters of the first batch, and codes that few vectors choose are put on
others, as its authors advise.
"""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from vector_quantize_pytorch import VectorQuantize

from . import BETAS, CODES, EPSILON, LEARNING_RATE
from .torch_networks import torch_maps

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def trainer(name, batch_size):
    return Loop(batch_size)


class Loop:
    def __init__(self, batch_size):
        self.batch_size = batch_size
        self.encoder, self.head, self.decoder = torch_maps(CODES["code_dim"])
        self.codebook = VectorQuantize(
            CODES["code_dim"],
            CODES["num_codes"],
            decay=CODES["decay"],
            commitment_weight=CODES["commitment"],
            accept_image_fmap=True,
            kmeans_init=True,
            threshold_ema_dead_code=2,
            rotation_trick=False,
        )
        parts = [self.encoder, self.head, self.codebook, self.decoder]
        self.model = nn.ModuleList(parts).to(DEVICE)
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), lr=LEARNING_RATE, betas=BETAS, eps=EPSILON, fused=True
        )

    def __call__(self, x, epochs):
        self.model.train()
        x = self._on_device(x)
        for _ in range(epochs):
            batches = torch.randperm(len(x), device=DEVICE).split(self.batch_size)
            total = sum(self._step(x[rows]) for rows in batches)
        return float(total) / len(x)

    def _step(self, x):
        before = self.head(self.encoder(x))
        z, _, commitment = self.codebook(before)
        nats = binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        loss = nats + before.numel() * commitment.sum()  # which is a mean
        self.optimizer.zero_grad()
        (loss / len(x)).backward()
        self.optimizer.step()
        return loss.detach()

    @torch.no_grad()
    def decoded(self, x):
        """The logits of the codes of images, and the numbers of the codes."""
        self.model.eval()
        z, indices, _ = self.codebook(self.head(self.encoder(self._on_device(x))))
        return self.decoder(z).cpu().numpy(), indices.cpu().numpy()

    def _on_device(self, x):
        return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous().to(DEVICE)
