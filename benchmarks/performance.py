"""Runs all benchmarks but serving, and prints their tables as one page in Markdown.

    python benchmarks/performance.py --data mnist --data-dir folder > docs/results/performance.md
    python benchmarks/performance.py --quick

Ends with an error where a benchmark does.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from contenders import add_data_options

# Title, script, whether it takes `--data`, and options for a quick look.
SECTIONS = (
    ("Training", "training.py", True, "--networks dense --images 6000 --rounds 1 --epochs 1"),
    ("Profile", "step_profile.py", True, "--networks dense --steps 100 --rounds 1"),
    (
        "Overhead",
        "overhead.py",
        False,
        "--backends jax --steps 128 --rounds 1 --steps-per-execution 1 16",
    ),
    ("Scaling", "scaling.py", False, "--devices 1 2 --steps 10 --rounds 1"),
    ("Memory", "memory.py", False, "--backends jax --images 2000"),
    ("Analysis", "analysis.py", True, "--sizes 500 2000"),
    ("Start", "start.py", False, "--backends jax --rounds 1"),
)

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--quick", action="store_true")
parser.add_argument("--only", nargs="+", default=[section[1] for section in SECTIONS])
add_data_options(parser)
args = parser.parse_args()

print("# Performance\n")
print("What was wanted, what is missed, and why: [speed.md](../speed.md#how-near-to-the-limit).")
for title, script, takes_data, quick in SECTIONS:
    if script not in args.only:
        continue
    options = shlex.split(quick) if args.quick else []
    if takes_data and args.data:
        options += ["--data", args.data]
    command = shlex.join(["python", f"benchmarks/{script}", *options])
    print(f"\n## {title}\n\n```\n{command}\n```\n", flush=True)
    if takes_data and args.data_dir:  # which is nobody else's
        options += ["--data-dir", args.data_dir]
    subprocess.run([sys.executable, Path(__file__).with_name(script), *options], check=True)
