"""A sparse dictionary of vectors in files that are larger than the memory given to them.

    KERAS_BACKEND=torch python recipes/sae_shards.py
    KERAS_BACKEND=torch python recipes/sae_shards.py --resume

The first command writes shards of vectors that are sums of few atoms of a known dictionary, 1 GiB
by default, and trains a TopK SAE on them with a buffer of 64 MiB. Stopped at any time, the second
goes on at the batch after the last checkpoint. Printed are the mean maximum cosine between the
known atoms and their nearest learned ones, and the peak of the process's memory, before and after.
"""

import argparse
import resource
from pathlib import Path

import keras
import numpy as np

import kerae
from kerae.files import replacing

FEATURES = 128
ATOMS = 512  # of the known dictionary
ACTIVE = 8  # atoms a vector, of values from 0.5 to 1.5
SHARD = 2**16  # vectors, 32 MiB
MEMORY = 2**26  # bytes of the mixing buffer
BATCH_SIZE = 2048
STEPS = 100  # an epoch, after which a checkpoint is written
EPOCHS = 20
LEARNING_RATE = 1e-3
SEED = 0

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--shards", type=int, default=32, help="of 32 MiB each")
parser.add_argument("--epochs", type=int, default=EPOCHS, help="of 100 steps")
parser.add_argument("--out", default="saved_models/sae_shards")
parser.add_argument("--resume", action="store_true", help="go on with an interrupted run")
args = parser.parse_args()
out = Path(args.out)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def unit_rows(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def write_shards(folder, atoms):
    """Whatever is there already stays."""
    for shard in range(args.shards):
        path, random = folder / f"{shard:05d}.npy", np.random.default_rng([SEED, shard])
        if path.exists():
            continue
        x = np.zeros((SHARD, FEATURES), "float32")
        for part in np.split(x, SHARD // 2048):
            order = random.random((len(part), ATOMS), "float32").argpartition(ACTIVE, axis=1)
            for column in order[:, :ACTIVE].T:
                part += random.uniform(0.5, 1.5, (len(part), 1)).astype("float32") * atoms[column]
        with replacing(path) as partial, partial.open("wb") as file:
            np.save(file, x)


atoms = unit_rows(np.random.default_rng(SEED).normal(size=(ATOMS, FEATURES)).astype("float32"))
write_shards(out / "shards", atoms)
data = kerae.data.Activations(out / "shards", BATCH_SIZE, memory=MEMORY, seed=SEED)
print(f"{data.rows:,} vectors, {data.rows * FEATURES * 4 / 2**20:.0f} MiB in files")

kerae.set_random_seed(SEED)
model = kerae.SAE(FEATURES, ATOMS, activation="topk", k=ACTIVE)
model.compile(keras.optimizers.Adam(LEARNING_RATE))
checkpoint = kerae.callbacks.Checkpoint(out / "checkpoints")
done = checkpoint.restore(model) if args.resume else 0
before = peak()
model.fit(
    data,
    steps_per_epoch=STEPS,
    epochs=args.epochs,
    initial_epoch=done,
    callbacks=[checkpoint],
    verbose=2,
)
cosines = unit_rows(model.atoms) @ atoms.T
print(f"- mean maximum cosine {cosines.max(axis=0).mean():.4f} of {ATOMS} atoms")
print(f"- at most {peak():.0f} MiB of memory, {before:.0f} before training")
