"""Trains models by a strategy and prints what came out; see test_replicas.py.

python replicas.py STRATEGY DEVICES MODEL…
"""

import json
import os
import sys
from contextlib import contextmanager

import keras
import numpy as np
from small_models import SMALL_MODELS

import kerae

# The last of three batches has one example: none for the other replicas.
x = np.random.default_rng(0).random((33, 8, 8, 1), dtype="float32")
x[-1] = 1.0
y = x.reshape(33, -1)[:, :5]


def clustered():
    terms = [kerae.Reconstruction(), kerae.terms.ClusterAssignment([[1.0, 0.0], [0.0, 1.0]])]
    latent = kerae.latents.Deterministic(2)
    return kerae.Autoencoder((8, 8, 1), latent, terms=terms, encoder=keras.layers.Flatten())


class LostAtLast(kerae.Term):
    """NaN for the last example."""

    label = "lost"

    def value(self, model, outputs):
        means = keras.ops.mean(outputs["x"], axis=(1, 2, 3))
        return keras.ops.where(means == 1, np.nan, 0.0)


def losing():
    latent, terms = kerae.latents.Deterministic(2), [kerae.Reconstruction(), LostAtLast()]
    return kerae.Autoencoder((8, 8, 1), latent, terms=terms, encoder=keras.layers.Flatten())


class LastDoubledInTraining(keras.layers.Layer):
    """What a look at arrays does not tell: values out of range, on one replica."""

    def call(self, x, training=False):
        is_last = keras.ops.mean(x, axis=(1, 2, 3), keepdims=True) == 1
        return keras.ops.where(is_last, 2 * x, x) if training else x


def out_of_range():
    latent = kerae.latents.Deterministic(2)
    spoilt = {"preprocessing": LastDoubledInTraining(), "encoder": keras.layers.Flatten()}
    return kerae.Autoencoder((8, 8, 1), latent, **spoilt)


class Unused(kerae.Term):
    """A term with a weight that gets no gradient."""

    label = "unused"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weight_of_nothing = self.add_weight(shape=(), name="weight_of_nothing")

    def value(self, model, outputs):
        return 0.0 * keras.ops.mean(outputs["x"], axis=(1, 2, 3))


def with_unused():
    latent, terms = kerae.latents.Deterministic(2), [kerae.Reconstruction(), Unused()]
    return kerae.Autoencoder((8, 8, 1), latent, terms=terms, encoder=keras.layers.Flatten())


def multimodal():
    shapes = {"one": (50,), "other": (12,)}  # and two flags
    return kerae.Autoencoder(
        (8, 8, 1),
        kerae.latents.ProductOfExperts(2),
        likelihood=kerae.likelihoods.Multimodal(shapes),
        terms=[kerae.Reconstruction(), kerae.terms.KLDivergence()],
        encoder=kerae.networks.multimodal_encoder(shapes),
        decoder=kerae.networks.multimodal_decoder((2,), shapes),
        preprocessing=keras.layers.Flatten(),
    )


def quantized_by(quantizer):
    map_shape, networks = (2, 2, quantizer.code_dim), kerae.networks
    return kerae.VQVAE(
        (8, 8, 1),
        quantizer=quantizer,
        encoder=networks.residual_encoder((8, 8, 1), width=4, num_blocks=1),
        decoder=networks.residual_decoder(map_shape, (8, 8, 1), width=4, num_blocks=1),
    )


def levels():
    level = kerae.latents.VectorQuantizer(8, 3)
    return quantized_by(kerae.latents.Residual(level, 2, quantizer_dropout=True))


def groups():
    return quantized_by(kerae.latents.Grouped(kerae.latents.VectorQuantizer(8, 3), 2))


def signs():
    # A low temperature would make much of how sums are rounded.
    entropy = kerae.terms.CodeEntropy(temperature=1.0, group_dim=2)
    parts = {"terms": [kerae.Reconstruction(), entropy], "prior": kerae.priors.UniformCodes()}
    latent, encoder = kerae.latents.LookupFree(3), keras.layers.Flatten()
    return kerae.Autoencoder((8, 8, 1), latent, encoder=encoder, **parts)


def of(model, latent_dim, *arguments, **named):
    return lambda: model((8, 8, 1), latent_dim, *arguments, **named, encoder=keras.layers.Flatten())


MODELS = {
    "VAE": of(kerae.VAE, 2),
    "SparseAE": of(kerae.SparseAE, 4),
    "RAE": of(kerae.RAE, 3, regularizer="spectral"),
    "DIPVAE": of(kerae.DIPVAE, 2, 1.0, 1.0, "ii"),
    "clusters": clustered,
    "AAE": of(kerae.AAE, 2),
    "WAE": of(kerae.WAE, 2),
    "SWAE": of(kerae.SWAE, 2, weight=1.0),
    "BetaTCVAE": of(kerae.BetaTCVAE, 2, dataset_size=33),
    "FactorVAE": of(kerae.FactorVAE, 2),
    "HVAE": of(kerae.HVAE, 2),
    "RHVAE": of(kerae.RHVAE, 2),
    "multimodal": multimodal,
    "VQVAE": lambda: quantized_by(kerae.latents.VectorQuantizer(16, 3)),
    "Residual": levels,
    "Grouped": groups,
    "CodeEntropy": signs,
    "CategoricalVAE": of(kerae.CategoricalVAE, 3, 4),
    "JointVAE": of(kerae.JointVAE, 2, 2, 3, gamma=0.1, steps=5),
    "VQVAE2": lambda: kerae.VQVAE2((8, 8, 1), 16, 3),
    "DenoisingAE": of(kerae.DenoisingAE, 2),
    "unused": with_unused,
    "losing": losing,
    "out of range": out_of_range,
    **SMALL_MODELS,
}


def train(make, seed):
    kerae.set_random_seed(seed)
    model = make()
    model.compile(keras.optimizers.SGD(1e-2))
    data = (x, y) if model.label_readers else (x,)
    held_out = tuple(each[:21] for each in data)
    try:
        logs = model.fit(*data, batch_size=16, epochs=3, verbose=0, validation_data=held_out)
    except (FloatingPointError, ValueError) as error:
        return str(error)
    evaluated = model.evaluate(*data, batch_size=16, return_dict=True, verbose=0)
    statistics = [v for v in model.latent.non_trainable_variables if v.dtype == "float32"]
    variables = [model.step, *model.trainable_variables, *statistics]
    step, *weights = [keras.ops.convert_to_numpy(each).tolist() for each in variables]
    return {
        "logs": logs.history,
        "evaluated": evaluated,
        "weights": weights,
        "step": step,
        "encoded": model.encode(x, batch_size=16).tolist(),
        "reconstructed": model.reconstruct(x[:3]).tolist(),
    }


@contextmanager
def layers_spread(devices):
    """The code units of a model on as many devices of JAX."""
    import jax

    jax.config.update("jax_num_cpu_devices", devices)
    mesh = keras.distribution.DeviceMesh((1, devices), ("batch", "model"))
    layout = keras.distribution.LayoutMap(mesh)
    layout[".*linear_head.*kernel"] = (None, "model")
    layout[".*linear_head.*bias"] = ("model",)
    layout["decoder/dense.*kernel"] = ("model", None)
    with keras.distribution.ModelParallel(layout_map=layout, batch_dim_name="batch").scope():
        head = MODELS["SparseAE"]().latent.head.kernel.value
        assert head.addressable_data(0).shape[1] == head.shape[1] // devices
        yield


if __name__ == "__main__":
    strategy, devices, *names = sys.argv[1:]
    # On PyTorch only what the first process makes of its seed should count.
    seed = int(os.environ.get("RANK", 0))
    devices = int(devices) or None
    spread = strategy == "model_parallel"
    with layers_spread(devices) if spread else kerae.distribution.strategy(strategy, devices):
        print(kerae.distribution.replicas())
        print(json.dumps({name: train(MODELS[name], seed) for name in names}))
