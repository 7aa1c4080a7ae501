"""Modules, a loop over slices of a tensor, and PyTorch's own fused Adam."""

import torch
from torch import nn
from torch.nn import functional as F

from . import BETAS, EPSILON, LEARNING_RATE
from .torch_networks import torch_networks

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def trainer(network, batch_size, steps_per_execution=None, fused=True):
    encoder, heads, decoder = torch_networks(network)
    model = nn.ModuleList([encoder, heads, decoder]).to(DEVICE)
    optimizer = torch.optim.Adam(
        model.parameters(), lr=LEARNING_RATE, betas=BETAS, eps=EPSILON, fused=fused
    )

    def step(x):
        mean, log_variance = heads(encoder(x)).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        error = F.binary_cross_entropy_with_logits(decoder(z), x, reduction="sum")
        kl = 0.5 * torch.sum(mean**2 + torch.exp(log_variance) - 1 - log_variance)
        loss = error + kl
        optimizer.zero_grad()
        (loss / len(x)).backward()
        optimizer.step()
        return loss.detach()

    def train(x, epochs):
        x = torch.from_numpy(x).permute(0, 3, 1, 2).contiguous().to(DEVICE)
        for _ in range(epochs):
            batches = torch.randperm(len(x), device=DEVICE).split(batch_size)
            total = sum(step(x[rows]) for rows in batches)
        return float(total) / len(x)

    return train
