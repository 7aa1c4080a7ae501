"""How long `import kerae` takes beside `import keras`, each in a fresh process.

    python benchmarks/start.py

Prints a table in Markdown. What the first step of training costs is in `training.py`.
"""

import argparse
import os
import subprocess
import sys
import time

from contenders import BACKENDS, add_thread_option, machine, share_machine, table

ROUNDS = 9
STATEMENTS = ("import keras", "import kerae", "import keras, kerae; kerae.VAE")

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
parser.add_argument("--rounds", type=int, default=ROUNDS)
add_thread_option(parser)
args = parser.parse_args()


def seconds(statement, backend):
    environment = {**os.environ, "KERAS_BACKEND": backend}
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], env=environment, check=True)
    return time.perf_counter() - started


share_machine(args.threads)
measured = []
for backend in args.backends:
    for number in range(-1, args.rounds):  # before the first, Python compiles and disks are read
        took = {statement: seconds(statement, backend) for statement in STATEMENTS}
        if number < 0:
            continue
        for statement, own in took.items():
            more = 1000 * (own - took["import keras"])
            measured.append(
                {"backend": backend, "": statement, "seconds": own, "more than keras, ms": more}
            )

print(machine("keras", "jax", "tensorflow", "torch"))
print(f"\nMedians of {args.rounds} rounds.\n")
print(table(measured, ["backend", ""]))
