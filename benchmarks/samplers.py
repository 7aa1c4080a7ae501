r"""What samples of models are like, by the prior that codes are drawn from.

    python benchmarks/samplers.py --data mnist --data-dir folder
    python benchmarks/samplers.py --page > docs/results/samplers.md

Trains each model once, fits each prior to the codes of its training examples, by class, and
measures samples of the classes of the test examples beside these. What is measured is appended to a
file, a line of JSON a pair, which `--page` draws; a pair that is in the file is left out. A picture
of each model has a row of samples a prior.
"""

import argparse
import sys
import time
from pathlib import Path

from contenders import add_data_options, add_thread_option, device, machine, share_machine
from contenders import table as markdown
from records import RESULTS, append, read

LATENT_DIM, SEED, SHOWN = 16, 0, 10  # in a row, as `kerae.figures.samples` has them
OWN = "own"

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--models", nargs="+", help="of `MODELS`; all by default")
parser.add_argument("--samplers", nargs="+", help=f"{OWN}, or as kerae.priors.fitted names them")
parser.add_argument("--images", type=int, default=60_000, help="to train on")
parser.add_argument("--samples", type=int, default=10_000, help="and as many test examples")
parser.add_argument("--epochs", type=int, default=30, help="of the models")
parser.add_argument("--page", action="store_true", help="print what has been measured")
parser.add_argument("--out", type=Path, default=Path("saved_models/samplers"), help="of the models")
parser.add_argument("--results", type=Path, default=RESULTS / "samplers.jsonl")
parser.add_argument("--pictures", type=Path, default=RESULTS.parent / "images")
add_data_options(parser)
add_thread_option(parser)
args = parser.parse_args()
if not args.page:
    share_machine(args.threads)

import keras  # noqa: E402 - the threads are chosen before
import numpy as np  # noqa: E402

import kerae  # noqa: E402
from kerae.priors.named import NAMED  # noqa: E402

MODELS = {
    **{kind.__name__: kind for kind in (kerae.AE, kerae.VAE, kerae.RAE, kerae.WAE, kerae.VampVAE)},
    "VQVAE": lambda shape, latent_dim: kerae.VQVAE(shape, num_codes=128, code_dim=latent_dim),
}
SAMPLERS = (OWN, *NAMED)


def records():
    """What has been measured, by model and prior; the last of each counts."""
    return {(record["model"], record["sampler"]): record for record in read(args.results)}


def picture_of(name):
    return args.pictures / f"samplers_{name.lower()}.png"


def trained(name, x):
    """A model, trained now or before."""
    path = args.out / f"{name}.keras"
    if path.is_file():
        return kerae.load(path)
    kerae.set_random_seed(SEED)
    model = MODELS[name](x.shape[1:], latent_dim=LATENT_DIM)
    steps = args.epochs * -(-len(x) // 128)
    model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, steps)))
    model.fit(x, batch_size=128, epochs=args.epochs, verbose=2)
    if isinstance(model, kerae.RAE):
        model.fit_prior(x)
    model.save(path)
    return model


def sampled(model, sampler, examples, labels):
    """Samples, of classes where the prior has some, and the seconds of fitting and drawing."""
    started = time.perf_counter()
    prior = None if sampler == OWN else kerae.priors.fitted(sampler, model, *examples, seed=SEED)
    fitted = time.perf_counter()
    y = labels if prior else None
    made = model.sample(len(labels), y, seed=SEED, prior=prior)
    return made, round(fitted - started, 1), round(time.perf_counter() - fitted, 1)


def recognized(made, labels, features):
    """The part of samples that a classifier takes for the class that they were drawn for."""
    told = features.classifier.predict(made, batch_size=1000, verbose=0).argmax(axis=1)
    return float(np.mean(told == labels))


def compare(name, data):
    """Measures each prior of a model that is not in the file, and draws what was measured now."""
    known = records()
    missing = [each for each in args.samplers or SAMPLERS if (name, each) not in known]
    if not missing:
        return
    features = kerae.analysis.classifier_features(data)
    x, y = data.x_train[: args.images], data.y_train[: args.images]
    real, labels = data.x_test[: args.samples], data.y_test[: args.samples]
    model, shown = trained(name, x), {}
    for sampler in missing:
        try:
            made, seconds_to_fit, seconds_to_sample = sampled(model, sampler, (x, y), labels)
        except ValueError as error:  # a prior that makes no sense for the model
            print(f"{name}, {sampler}: {error}")
            continue
        shown[sampler] = made[:SHOWN]
        record = {
            "model": name,
            "sampler": sampler,
            "data": data.name,
            "backend": keras.backend.backend(),
            "machine": machine("keras", keras.backend.backend()),
            "device": device(),
            "images": len(x),
            "epochs": args.epochs,
            "samples": len(made),
            "seconds_to_fit": seconds_to_fit,
            "seconds_to_sample": seconds_to_sample,
            "features": features.name,
            "recognized": None if sampler == OWN else recognized(made, labels, features),
            **kerae.analysis.image_scores(made, real, features),
        }
        append(args.results, record)
        print(record, flush=True)
    if shown:
        title = f"{name}, a row each: {', '.join(shown)}"
        kerae.figures.samples(np.concatenate(list(shown.values())), title, path=picture_of(name))


def cells(record):
    of_class = record["recognized"]
    return {
        "codes from": record["sampler"],
        "Fréchet distance": record["frechet_distance"],
        "kernel distance": record["kernel_distance"],
        "precision": record["precision"],
        "recall": record["recall"],
        "density": record["density"],
        "coverage": record["coverage"],
        "of the class drawn": "" if of_class is None else f"{of_class:.1%}",
        "s to fit": record["seconds_to_fit"],
        "s to sample": record["seconds_to_sample"],
    }


def page():
    """Markdown: a table for each model."""
    known = list(records().values())
    yield "# Ways to sample\n"
    yield (
        "Samples of models beside as many test examples, by the prior that codes are drawn from: "
        f"the model's {OWN}, and such as are fitted to the codes of its training examples by "
        "class, of which as many are drawn as there are examples. The last column but two is how "
        "often the classifier takes a sample for one of its class. Only numbers on the same "
        "features can be compared. The backend and the options of the first command are above "
        "each table.\n"
    )
    yield (
        "```\npython benchmarks/samplers.py --data mnist --data-dir folder\n"
        "python benchmarks/samplers.py --page > docs/results/samplers.md\n```\n"
    )
    machines = sorted({record["machine"] for record in known})
    yield f"On {' And on '.join(machines)} Other jobs ran beside it: seconds are for scale only.\n"
    for name in dict.fromkeys(record["model"] for record in known):
        own = [record for record in known if record["model"] == name]
        first = own[0]
        yield (
            f"## {name}\n\n`KERAS_BACKEND={first['backend']}`, `--models {name} "
            f"--images {first['images']} --epochs {first['epochs']} "
            f"--samples {first['samples']}`, on features of {first['features']}.\n\n"
            f"{markdown(list(map(cells, own)))}"
        )
        picture = picture_of(name)
        if picture.is_file():
            yield f"![Samples of {name}](../images/{picture.name})\n"


if args.page:
    print("\n".join(page()))
    sys.exit()
chosen = args.models or list(MODELS)
for given, possible in ((chosen, MODELS), (args.samplers or (), SAMPLERS)):
    if unknown := set(given) - set(possible):
        parser.error(f"Expected names of {', '.join(possible)}. Received: {', '.join(unknown)}.")
data = kerae.data.load(args.data or "mnist", args.data_dir)
for name in chosen:
    compare(name, data)
