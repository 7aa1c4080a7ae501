"""How much memory training, `encode` and `log_likelihood` take of more and more images.

    python benchmarks/memory.py

Prints a table in Markdown: the most memory that a process holds of its own while it works, above
what it held before, when it had done the same with 1000 images. The images are a file that is
mapped, whose pages are not counted. What streams takes as much for many as for few, apart from the
results and one number an example for the order of training.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from contenders import (
    BACKENDS,
    INPUT_SHAPE,
    Contender,
    add_thread_option,
    machine,
    share_machine,
    table,
)

IMAGES = (10_000, 60_000, 600_000)
TASKS = ("fit", "encode", "log_likelihood")
ROWS_AT_ONCE = 10_000

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
parser.add_argument("--images", nargs="+", type=int, default=IMAGES)
add_thread_option(parser)
args = parser.parse_args()


def write_images(file, count):
    """Writes binary images, a part at a time."""
    shape = (count, *INPUT_SHAPE)
    mapped = np.lib.format.open_memmap(file, mode="w+", dtype="float32", shape=shape)
    generator = np.random.default_rng(0)
    for start in range(0, count, ROWS_AT_ONCE):
        part = mapped[start : start + ROWS_AT_ONCE]
        part[:] = generator.integers(0, 2, part.shape, "uint8")
    mapped.flush()


share_machine(args.threads)
measured = []
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "images.npy")
    write_images(file, max(args.images))
    for backend in args.backends:
        for task in args.tasks:
            for images in args.images:
                with Contender(["memory_process.py", file], backend) as process:
                    taken = process.ask(task=task, images=images)
                measured.append({"backend": backend, "": task, "images": images, **taken})

print(machine("keras", "jax", "tensorflow", "torch"), "\n")
print("Mebibytes above those before, and seconds, by the number of images.\n")
print(table(measured))
