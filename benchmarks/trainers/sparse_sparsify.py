"""sparsify's dictionaries, in the steps of its trainer, of which it makes no part to be called."""

import torch
from sparsify import SparseCoder
from sparsify.config import SparseCoderConfig


class Trainer:
    """`train(x)` is one pass, in order; `codes(x)` and `reconstruct(x)` are those of inference."""

    def __init__(self, kind, input_dim, latent_dim, k, rate, sparsity, batch_size, steps):
        self.coder = SparseCoder(input_dim, SparseCoderConfig(num_latents=latent_dim, k=k))
        self.optimizer = torch.optim.Adam(self.coder.parameters(), lr=rate)
        self.batch_size, self.begun = batch_size, False

    def train(self, x):
        for batch in torch.from_numpy(x).split(self.batch_size):
            if not self.begun:
                self.coder.b_dec.data = batch.mean(0)
                self.begun = True
            self.coder.set_decoder_norm_to_unit_norm()
            self.coder(batch).fvu.backward()
            self.coder.remove_gradient_parallel_to_decoder_directions()
            self.optimizer.step()
            self.optimizer.zero_grad()

    @torch.no_grad()
    def codes(self, x):
        told = self.coder.encode(torch.from_numpy(x))
        codes = torch.zeros(len(x), self.coder.num_latents)
        return codes.scatter_(1, told.top_indices, told.top_acts).numpy()

    @torch.no_grad()
    def reconstruct(self, x):
        return self.coder(torch.from_numpy(x)).sae_out.numpy()
