"""One replica, or all, of a VAE that trains on several logical devices; `scaling.py` starts it.

On PyTorch `torchrun` starts a process for each device, of which the first is told what to do.
"""

import argparse
import os
import time

import keras
import numpy as np
from contenders import INPUT_SHAPE, answer, images
from trainers.keras_networks import keras_networks

import kerae

STRATEGIES = {"jax": "data_parallel", "tensorflow": "mirrored", "torch": "torchrun"}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("devices", type=int)
parser.add_argument("batch_size", type=int, help="of each device")
parser.add_argument("steps", type=int, help="of an epoch")
args = parser.parse_args()
backend = keras.backend.backend()


def sums_on_jax(shapes):
    import jax
    from jax import numpy as jnp
    from jax.sharding import NamedSharding, PartitionSpec

    mesh = jax.make_mesh((args.devices,), ("replica",))
    replicated, apart = (NamedSharding(mesh, PartitionSpec(*axes)) for axes in ([], ["replica"]))
    values = [jax.device_put(np.ones((args.devices, *s), "float32"), apart) for s in shapes]
    summed = jax.jit(lambda v: [jnp.sum(x, 0) for x in v], out_shardings=replicated)
    return lambda: jax.block_until_ready(summed(values))


def sums_on_tensorflow(shapes):
    import tensorflow as tf

    strategy = tf.distribute.get_strategy()
    values = [tf.ones(shape) for shape in shapes]

    def summed():
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, values)

    run = tf.function(lambda: strategy.run(summed))
    return lambda: run()


def sums_on_torch(shapes):
    import torch
    from torch import distributed

    values = [torch.ones(shape) for shape in shapes]

    def summed():
        works = [distributed.all_reduce(value, async_op=True) for value in values]
        for work in works:
            work.wait()

    return summed


def milliseconds(function):
    started = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - started) / args.steps


def measured():
    def train():
        model.fit(x, batch_size=batch_size, verbose=0)

    def communicate():
        for _ in range(args.steps):
            sum_gradients()

    return {"step": milliseconds(train), "communication": milliseconds(communicate)}


def told():
    """What the first process is told, by all: one call after another, until it is told no more."""
    from torch import distributed

    while True:
        go = [None]
        distributed.broadcast_object_list(go, src=0)
        if not go[0]:
            return
        measured()


def asked():
    from torch import distributed

    distributed.broadcast_object_list([True], src=0)
    return measured()


with kerae.distribution.strategy(STRATEGIES[backend], None if backend == "torch" else args.devices):
    batch_size = args.batch_size * args.devices
    x = images(batch_size * args.steps)
    encoder, decoder, latent_dim = keras_networks("dense")
    model = kerae.VAE(INPUT_SHAPE, latent_dim, encoder=encoder, decoder=decoder)
    model.compile("adam")
    sums = {"jax": sums_on_jax, "tensorflow": sums_on_tensorflow, "torch": sums_on_torch}[backend]
    sum_gradients = sums([variable.shape for variable in model.trainable_variables])
    if backend != "torch":
        answer(measured)
    elif os.environ["RANK"] == "0":
        from torch import distributed

        answer(asked)
        distributed.broadcast_object_list([False], src=0)
    else:
        told()
