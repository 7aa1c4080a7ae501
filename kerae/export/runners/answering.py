"""What the runners share: questions from files, answers to files."""

import sys
from pathlib import Path

import numpy as np


def answer(open_artifact):
    """Runs the artifact on each question, on the first example alone and on all others at once.

    The command line is `ARTEFACT QUESTIONS ANSWERS`, the last two folders of `SIGNATURE.npz`.

    Args:
        open_artifact: From a path to a function of the name of a signature and a dict of arrays,
            which gives a dict of arrays.
    """
    artifact, questions, answers = map(Path, sys.argv[1:])
    run = open_artifact(artifact)
    for file in sorted(questions.glob("*.npz")):
        with np.load(file) as archive:
            inputs = dict(archive)
        parts = [
            run(file.stem, {name: array[rows] for name, array in inputs.items()})
            for rows in (slice(0, 1), slice(1, None))
        ]
        outputs = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        np.savez(answers / file.name, **outputs)
    here = {"kerae", "keras"} & set(sys.modules)
    if here:
        sys.exit(f"The artifact was to be run without kerae and Keras, but {here} was imported.")
