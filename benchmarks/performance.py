"""Runs all benchmarks but serving, and prints their tables as one page in Markdown.

    python benchmarks/performance.py --data mnist --data-dir folder > docs/results/performance.md
    python benchmarks/performance.py --quick
    python benchmarks/performance.py --gpu --data mnist > docs/results/performance_gpu.md

Ends with an error where a benchmark does.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from contenders import add_data_options

# Title, script, whether it takes `--data`, and options, of the first for a quick look.
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
# What JAX and PyTorch need no others for, and where a GPU counts.
BRIEF = "--backends jax torch --epochs 5 --rounds 2 --contenders"
LARGE = f"--networks convolutional --batch-size 4096 {BRIEF}"
GPU_SECTIONS = (
    ("Training", "training.py", True, f"{BRIEF} hand_written kerae_fit pythae_trainer"),
    (
        "Dictionaries",
        "dictionaries.py",
        False,
        "--sizes 768x24576 --kinds topk --backends jax torch --steps 20",
    ),
    ("Training in large batches", "training.py", True, f"{LARGE} hand_written kerae_fit"),
    ("Mixed precision", "training.py", True, f"{LARGE} kerae_fit --policy mixed_bfloat16"),
)

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--quick", action="store_true")
parser.add_argument("--gpu", action="store_true", help="what there is to tell of one, instead")
parser.add_argument("--only", nargs="+", metavar="SCRIPT", help="all by default")
add_data_options(parser)
args = parser.parse_args()

print("# Performance on a GPU\n" if args.gpu else "# Performance\n")
section = "on-a-gpu" if args.gpu else "how-near-to-the-limit"
print(f"What was wanted, what is missed, and why: [speed.md](../speed.md#{section}).")
for title, script, takes_data, chosen in GPU_SECTIONS if args.gpu else SECTIONS:
    if args.only and script not in args.only:
        continue
    options = shlex.split(chosen) if args.quick or args.gpu else []
    if takes_data and args.data:
        options += ["--data", args.data]
    command = shlex.join(["python", f"benchmarks/{script}", *options])
    print(f"\n## {title}\n\n```\n{command}\n```\n", flush=True)
    if takes_data and args.data_dir:  # which is nobody else's
        options += ["--data-dir", args.data_dir]
    subprocess.run([sys.executable, Path(__file__).with_name(script), *options], check=True)
