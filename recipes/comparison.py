"""What the recipes share that train several models, each into its folder, and compare them."""

import argparse
import json
from pathlib import Path

from rich.progress import Progress

import kerae
from kerae.files import replacing


def arguments(description, models, out, epochs):
    """The command line: which model, or all of them, on what."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--model", choices=models)
    chosen.add_argument("--all", action="store_true", help="each in turn, and the table")
    parser.add_argument("--data", default="mnist", help="name or path for kerae.data.load")
    parser.add_argument("--data-dir", help="folder of TensorFlow Datasets")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--out", default=out)
    parser.add_argument("--strategy", default="none", choices=kerae.distribution.STRATEGIES)
    parser.add_argument("--devices", type=int, help="how many to use; see docs/distributed.md")
    return parser.parse_args()


def folder(out, name):
    return Path(out) / name.lower().replace(",", "").replace(" ", "_")


def record_of(out, name):
    """What is known of a model that was trained and measured, else an empty dict."""
    path = folder(out, name) / "run.json"
    record = json.loads(path.read_text()) if path.exists() else {}
    return record if "measured" in record else {}


def keep(out, name, record, measured):
    """Adds what was measured on a trained model to its run.json."""
    with replacing(folder(out, name) / "run.json") as partial:
        partial.write_text(json.dumps(record | {"measured": measured}, indent=2) + "\n")
    kerae.distribution.barrier()  # until the first process has written it
    print(folder(out, name), record["metrics"]["test"])


def all_in_turn(out, models, train, columns, cells):
    """Trains what is not trained yet, and writes the table: a row of cells for each model."""
    with Progress() as progress:
        for name in progress.track(models, description="models"):
            if not record_of(out, name):
                train(name)
    table = [f"| model | {' | '.join(columns.values())} |", "|---" * (len(columns) + 1) + "|"]
    for name in models:
        row = cells(record_of(out, name))
        table.append(f"| {name} | {' | '.join(row.get(column, '-') for column in columns)} |")
    with replacing(Path(out) / "table.md") as partial:
        partial.write_text("\n".join(table) + "\n")
    print("\n".join(table))
