"""What is printed at the end of a run."""

import os
import shutil
import sys
from pathlib import Path

WRITTEN = {
    "model.keras": "the model: kerae.load(…)",
    "run.json": "configuration, data digest, seed, versions, metrics",
    "history.csv": "what was logged, an epoch a row",
    "figures/": "loss curves, reconstructions, samples, codes",
}


def report(out, record, is_dictionary=False):
    """Prints the metrics, where everything lies, and what to try next."""
    from rich.console import Console
    from rich.table import Table

    out = Path(out)
    console = Console(highlight=False)
    console.print()
    console.print(metrics_table(record["metrics"]))
    places = Table(show_header=False, box=None)
    for name, what in WRITTEN.items():
        if (out / name).exists():  # there are no figures without the packages that draw them
            places.add_row(f"  {out / name}", what)
    console.print(places)
    kerae = _command()
    console.print("\nNext:")
    of_codes = "features" if is_dictionary else "sample"
    for command in ("report", "explore", of_codes, "evaluate", "export"):
        console.print(f"  {kerae} {command} {out}", markup=False)


def _command():
    """How a shell in this folder finds the command of this environment."""
    command = Path(sys.executable).with_name("kerae")
    return "kerae" if shutil.which("kerae") == str(command) else os.path.relpath(command)


def metrics_table(metrics):
    """A table with a row for each set of examples: means per example, of losses in nats."""
    from rich.table import Table

    names = sorted(next(iter(metrics.values())), key=lambda name: name != "loss")
    table = Table("mean per example", *names)
    for examples, values in metrics.items():
        table.add_row(examples, *(f"{values[name]:.2f}" for name in names))
    return table
