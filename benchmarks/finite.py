r"""Every model with its defaults, in float32 and in mixed bfloat16: does it stay finite, and learn?

    KERAS_BACKEND=jax python benchmarks/finite.py --data mnist --data-dir folder
    KERAS_BACKEND=jax python benchmarks/finite.py --models HVAE --epochs 50 --data mnist …
    python benchmarks/finite.py --page > docs/results/finite.md

Adam at 1e-3, batches of 128. A loss that is not finite ends `fit` with an error, which is noted.
What is measured of a model is appended to a file, a line of JSON each, which `--page` draws; what
is in the file is left out.
"""

import argparse
import inspect
import sys
from pathlib import Path

from contenders import add_data_options, add_thread_option, device, machine, share_machine, table
from records import RESULTS, append, read

POLICIES = "float32", "mixed_bfloat16"
SEED = 0

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--models", nargs="+", metavar="NAME", help="all that read images by default")
parser.add_argument("--policies", nargs="+", choices=POLICIES, default=POLICIES)
parser.add_argument("--images", type=int, default=60_000)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--results", type=Path, default=RESULTS / "finite.jsonl")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
if not args.page:
    share_machine(args.threads)

import keras  # noqa: E402 - the threads are chosen before
from seconds import Seconds  # noqa: E402

import kerae  # noqa: E402

LATENT_DIM, CLASSES = 16, 10  # where there is no default


def of_images():
    """The models that are made of the shape of an image, by name."""
    for name, entry in kerae.models.catalogue().items():
        _, first, *others = inspect.signature(entry.model.__init__).parameters.values()
        if first.name == "input_shape":
            required = {each.name for each in others if each.default is each.empty}
            given = {"latent_dim": LATENT_DIM} if "latent_dim" in required else {}
            if "condition_shape" in entry.model.argument_names():
                given["num_classes"] = CLASSES
            yield name, entry.model, given


def trained(model, given, policy, data):
    """What is to be told of a training with defaults."""
    keras.config.set_dtype_policy(policy)
    kerae.set_random_seed(SEED)
    made = model(data.input_shape, **given)
    made.compile(keras.optimizers.Adam(1e-3))
    x, y = data.x_train[: args.images], data.y_train[: args.images]
    examples = (x, y) if "num_classes" in given else (x,)
    error, seconds = "", Seconds()
    try:
        history = made.fit(
            *examples, batch_size=128, epochs=args.epochs, verbose=2, callbacks=[seconds]
        ).history
    except FloatingPointError as raised:
        history, error = made.history.history, str(raised)
    # An epoch that ends with an error is in no history.
    losses, taken = (history.get(key, []) for key in ("loss", "seconds"))
    return {"error": error, "losses": losses, "seconds": sum(taken)}


def page(records):
    """A row a model, a column a policy."""
    for (images, epochs), group in by_budget(records).items():
        yield f"\n`--images {images} --epochs {epochs}`\n"
        names = dict.fromkeys(record["model"] for record in group)
        yield table([{"model": name, **cells(name, group)} for name in names])


def by_budget(records):
    groups = {}
    for record in records:
        groups.setdefault((record["images"], record["epochs"]), []).append(record)
    return groups


def cells(name, group):
    """Loss in the first and the last epoch, or what was raised, by policy and backend."""
    return {
        f"{record['policy']}, {record['backend']}": record["error"]
        or f"{record['losses'][0]:.2f} → {record['losses'][-1]:.2f}"
        for record in group
        if record["model"] == name
    }


if args.page:
    print(
        "# Every model with its defaults\n\nThe training loss of MNIST in the first and in the "
        "last epoch: Adam at 1e-3, batches of 128, 16 latent dimensions where a model has no "
        "default. A loss that is not finite would end the training and stand here as an error."
        "\n\n```\n"
        "KERAS_BACKEND=jax python benchmarks/finite.py --data mnist --data-dir folder\n"
        "python benchmarks/finite.py --page > docs/results/finite.md\n```"
    )
    print("\n".join(page(read(args.results))))
    sys.exit()

data = kerae.data.load(args.data or "mnist", args.data_dir)
budget = {"images": args.images, "epochs": args.epochs, "backend": keras.backend.backend()}
done = [
    (record["model"], record["policy"])
    for record in read(args.results)
    if all(record[key] == value for key, value in budget.items())
]
for name, model, given in of_images():
    for policy in args.policies:
        if (name, policy) in done or name not in (args.models or [name]):
            continue
        record = {"model": name, "policy": policy, **budget, "device": device()}
        record["machine"] = machine("keras", keras.backend.backend())
        append(args.results, record | trained(model, given, policy, data))
