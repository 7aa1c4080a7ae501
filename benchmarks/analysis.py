"""How the time of `project`, `cluster`, `score` and `report` grows with the number of latents.

    python benchmarks/analysis.py --data mnist --data-dir folder

Prints a table in Markdown. The latents are those of a dense VAE of 16 dimensions that is trained
first. Above the number of codes that a method fits at most, a part is fitted and the others are
placed, as `kerae.analysis` says.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from contenders import (
    BACKENDS,
    INPUT_SHAPE,
    Contender,
    add_data_options,
    add_thread_option,
    machine,
    share_machine,
    table,
)

import kerae

SIZES = (2_000, 10_000, 70_000)
FUNCTIONS = {
    'project, "pca"': {"function": "project", "method": "pca"},
    'project, "umap"': {"function": "project", "method": "umap"},
    'project, "tsne"': {"function": "project", "method": "tsne"},
    'cluster, "kmeans"': {"function": "cluster", "method": "kmeans", "n_clusters": 10},
    'cluster, "gmm"': {"function": "cluster", "method": "gmm", "n_clusters": 10},
    'cluster, "hdbscan"': {"function": "cluster", "method": "hdbscan"},
    "score": {"function": "score"},
    "report": {"function": "report"},
}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backend", choices=BACKENDS, default="jax", help="of the VAE")
parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
parser.add_argument("--functions", nargs="+", choices=FUNCTIONS, default=FUNCTIONS)
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()


def labeled_images(count):
    if args.data:
        data = kerae.data.load(args.data, args.data_dir)
        x = np.concatenate([data.x_train, data.x_test])
        return x[:count], np.concatenate([data.y_train, data.y_test])[:count]
    generator = np.random.default_rng(0)
    return generator.random((count, *INPUT_SHAPE), "float32"), generator.integers(0, 10, count)


share_machine(args.threads)
measured = []
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder, "arrays.npz")
    x, y = labeled_images(max(args.sizes))
    np.savez(file, x=x, y=y)
    with Contender(["analysis_process.py", file], args.backend) as process:
        for name in args.functions:
            row = {"": name}
            for size in sorted(args.sizes):
                row[f"{size} latents, s"] = process.ask(count=size, **FUNCTIONS[name])["seconds"]
            measured.append(row)

print(machine("keras", "scikit-learn", "umap-learn", "numba"))
print(f"\nAll {max(args.sizes)} images are of {args.data or 'random pixels'}.\n")
print(table(measured))
