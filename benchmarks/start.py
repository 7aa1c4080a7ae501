"""How long `import kerae` takes beside `import keras`.

    python benchmarks/start.py

Prints a table in Markdown: a fresh process imports Keras with its backend, then kerae, and then
asks for its first model, which is when kerae loads the rest of itself. What the first step of
training costs is in `training.py`.
"""

import argparse
import json
import os
import subprocess
import sys

from contenders import BACKENDS, add_thread_option, machine, share_machine, table

ROUNDS = 9
STATEMENTS = ("import keras", "import kerae", "kerae.VAE")
TIMED = """
import json, time
seconds = []
for statement in {}:
    started = time.perf_counter()
    exec(statement)
    seconds.append(time.perf_counter() - started)
print(json.dumps(seconds))
"""

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
parser.add_argument("--rounds", type=int, default=ROUNDS)
add_thread_option(parser)
args = parser.parse_args()


def milliseconds(backend):
    """What each statement takes, in a fresh process."""
    printed = subprocess.run(
        [sys.executable, "-c", TIMED.format(STATEMENTS)],
        env={**os.environ, "KERAS_BACKEND": backend},
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    return {f"`{name}`, ms": 1000 * each for name, each in zip(STATEMENTS, json.loads(printed))}


share_machine(args.threads)
for backend in args.backends:
    milliseconds(backend)  # Python compiles, and disks are read
measured = [
    {"backend": backend, **milliseconds(backend)}
    for _ in range(args.rounds)
    for backend in args.backends
]

print(machine("keras", "jax", "tensorflow", "torch"))
print(f"\nMedians of {args.rounds} rounds.\n")
print(table(measured, ["backend"]))
