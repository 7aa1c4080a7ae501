"""SAELens' dictionaries, trained by its own trainer."""

import itertools

import torch
from sae_lens import (
    BatchTopKTrainingSAE,
    BatchTopKTrainingSAEConfig,
    StandardTrainingSAE,
    StandardTrainingSAEConfig,
    TopKTrainingSAE,
    TopKTrainingSAEConfig,
)
from sae_lens.config import SAETrainerConfig
from sae_lens.training.sae_trainer import SAETrainer

KINDS = {
    "topk": (TopKTrainingSAE, TopKTrainingSAEConfig),
    "batchtopk": (BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig),
    "relu": (StandardTrainingSAE, StandardTrainingSAEConfig),
}


class Trainer:
    """`train(x)` is one pass, in order; `codes(x)` and `reconstruct(x)` are those of inference."""

    def __init__(self, kind, input_dim, latent_dim, k, rate, sparsity, batch_size, steps):
        dictionary, config = KINDS[kind]
        own = {"l1_coefficient": sparsity} if kind == "relu" else {"k": k}
        self.dictionary = dictionary(config(d_in=input_dim, d_sae=latent_dim, **own))
        samples = steps * batch_size
        asked = SAETrainerConfig(samples, batch_size, lr=rate, lr_end=rate)
        self.trainer = SAETrainer(asked, self.dictionary, itertools.repeat(None))
        self.batch_size = batch_size

    def train(self, x):
        for batch in torch.from_numpy(x).split(self.batch_size):
            self.trainer.step(batch)
            self.trainer.n_training_steps += 1

    @torch.no_grad()
    def codes(self, x):
        return self.dictionary.eval().encode(torch.from_numpy(x)).numpy()

    @torch.no_grad()
    def reconstruct(self, x):
        return self.dictionary.eval()(torch.from_numpy(x)).numpy()
