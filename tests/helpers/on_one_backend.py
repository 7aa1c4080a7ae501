"""Computes on the backend KERAS_BACKEND what `test_across_backends.py` compares.

    python on_one_backend.py FOLDER MODEL…

Writes its results and models to the folder, prints "saved", and when a line comes in reads the
models of the other backends and writes what they predict.
"""

import sys
from pathlib import Path

import keras
import numpy as np
from gradients import loss_gradients
from keras import ops

import kerae

BACKENDS = ("tensorflow", "jax", "torch")


def dense_vae():
    return kerae.VAE(
        (5, 4, 1),
        3,
        num_samples=2,
        beta=0.7,
        encoder=keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(16, "tanh")]),
        preprocessing=kerae.data.Binarize("fixed"),
    )


def convolutional_vae():
    """Of odd sides, where backends could pad convolutions differently."""
    return kerae.VAE((21, 18, 3), 4, likelihood="continuous_bernoulli")


def autoencoder():
    return kerae.AE((6,), 2, likelihood=kerae.likelihoods.Normal("learned"))


def denoising_autoencoder():
    return kerae.DenoisingAE((6,), 2, corruption="salt_and_pepper")


def tied_stack():
    return kerae.StackedAE((6,), 2, widths=(5, 4), tied=True)


def adversarial():
    return kerae.AAE(
        (6,), 2, critic=keras.Sequential([keras.layers.Dense(4), keras.layers.Dense(1)])
    )


MODELS = {
    "adversarial": adversarial,
    "dense": dense_vae,
    "convolutional": convolutional_vae,
    "ae": autoencoder,
    "denoising": denoising_autoencoder,
    "tied": tied_stack,
}


OPTIMIZERS = {
    "adversarial": keras.optimizers.RMSprop,
    "dense": keras.optimizers.Adam,
    "ae": keras.optimizers.AdamW,
    "tied": keras.optimizers.Lion,
}  # of the models that are trained


def examples(model):
    return np.random.default_rng(1).random((5, *model.input_shape), dtype="float32")


def with_known_weights(model):
    generator = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(generator.normal(0, np.prod(variable.shape[:-1]) ** -0.5, variable.shape))
    return model


def answers(model):
    x = examples(model)
    model.compile()
    yield "loss", model.evaluate(x, verbose=0, return_dict=True)["loss"]
    yield "encode", model.encode(x)
    yield "predict", model.predict(x, verbose=0)
    for index, slope in enumerate(loss_gradients(model, x)):
        yield f"gradient {index}", slope
    if isinstance(model, kerae.DenoisingAE):
        yield "corrupt", model.corrupt(x, seed=3)
        yield "denoise", model.denoise(x - 0.5)
    if isinstance(model, kerae.VAE):
        codes = model.propagate(x)["z"]
        yield "codes", ops.convert_to_numpy(codes)
        yield "sample", model.sample(4, seed=0)
        yield "log_likelihood", model.log_likelihood(x, num_samples=10)


def trained(model):
    """What a trained model predicts, and the state of its optimizer."""
    variables = map(ops.convert_to_numpy, model.optimizer.variables)
    state = {f"optimizer {index}": value for index, value in enumerate(variables)}
    return state | {"predict": model.predict(examples(model), verbose=0)}


def main(folder, names):
    backend, read = keras.backend.backend(), {}
    for name in names:
        model = with_known_weights(MODELS[name]())
        np.savez(folder / f"{backend}-{name}.npz", **dict(answers(model)))
        if name in OPTIMIZERS:
            adversary = None if model.adversary is None else keras.optimizers.SGD(1e-3)
            model.compile(OPTIMIZERS[name](1e-3), adversary, steps_per_execution=10)
            model.fit(examples(model), verbose=0)
        np.savez(folder / f"trained-{backend}-{name}.npz", **trained(model))
        model.save(folder / f"{backend}-{name}.keras")
        read[f"{backend}-{name} is jit compiled"] = model.jit_compile
    print("saved", flush=True)
    sys.stdin.readline()
    for path in folder.glob("*.keras"):
        if path.stem.startswith(backend):
            continue
        loaded = kerae.load(path)
        np.savez(folder / f"{path.stem}-read-{backend}.npz", **trained(loaded))
        read[f"{path.stem} is jit compiled"] = loaded.jit_compile
        if path.stem.split("-")[1] in OPTIMIZERS:
            read[f"{path.stem} loss"] = loaded.fit(examples(loaded), verbose=0).history["loss"]
    np.savez(folder / f"{backend}.npz", **read)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
