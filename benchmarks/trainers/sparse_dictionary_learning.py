"""dictionary_learning's dictionaries, trained by its own trainers."""

import torch
from dictionary_learning.trainers.batch_top_k import BatchTopKTrainer
from dictionary_learning.trainers.standard import StandardTrainer
from dictionary_learning.trainers.top_k import TopKTrainer

KINDS = {"topk": TopKTrainer, "batchtopk": BatchTopKTrainer, "relu": StandardTrainer}
NAMES = {"layer": 0, "lm_name": "none"}


class Trainer:
    """`train(x)` is one pass, in order; `codes(x)` and `reconstruct(x)` are those of inference."""

    def __init__(self, kind, input_dim, latent_dim, k, rate, sparsity, batch_size, steps):
        own = (
            {"l1_penalty": sparsity, "sparsity_warmup_steps": None} if kind == "relu" else {"k": k}
        )
        self.trainer = KINDS[kind](
            steps=steps,
            activation_dim=input_dim,
            dict_size=latent_dim,
            lr=rate,
            warmup_steps=0,
            **own,
            **NAMES,
        )
        self.batch_size, self.step = batch_size, 0

    def train(self, x):
        for batch in torch.from_numpy(x).split(self.batch_size):
            self.trainer.update(self.step, batch)
            self.step += 1

    @torch.no_grad()
    def codes(self, x):
        return self.trainer.ae.encode(torch.from_numpy(x)).numpy()

    @torch.no_grad()
    def reconstruct(self, x):
        return self.trainer.ae(torch.from_numpy(x)).numpy()
