"""Whatever can be trained can be saved and loaded, or says at construction why not."""

import numpy as np

import kerae

X = np.random.default_rng(0).random((8, 6), dtype="float32")


def loaded(model, tmp_path):
    model.save(tmp_path / "model.keras")
    return kerae.load(tmp_path / "model.keras")
