"""The numbers of a features page, as scripts that a browser reads without a server."""

import base64
import json

import numpy as np

FEATURES_IN_A_FILE = 128
SHOWN_IN_TABLE = 4  # examples
WRITTEN = 12  # of the dimensions of an atom that are told


def overview(found, sheets, title):
    """The script with the columns of the table, and what all features share."""
    table = found.table()
    shown = found.top[:, :SHOWN_IN_TABLE]
    names = () if found.labels is None else found.labels.names
    data = {
        "title": title,
        "count": len(found),
        "examples": found.num_examples,
        "perFile": FEATURES_IN_A_FILE,
        "frequency": packed(table["frequency"]),
        "mean": packed(table["mean"]),
        "maximum": packed(table["maximum"]),
        "nearestCosine": packed(table["nearest_cosine"]),
        "labels": list(names),
        "bins": found.num_bins,
        "numTop": found.top.shape[1],
        "numSamples": found.samples.shape[1],
        "numNearest": found.nearest.shape[1],
        "outputDim": found.atoms.shape[1],
        "sheets": {name: each and each.layout for name, each in sheets.items()},
        "vocabulary": None,
    }
    if names:
        data["label"] = packed(found.by_label.argmax(axis=1), "int32")
        data["labelShare"] = packed(table["label_share"])
    if found.pictured is not None:
        data["shown"] = packed(_places(found, shown), "int32")
        data["numShown"] = shown.shape[1]
    if found.tokens is not None:
        vocabulary, numbers = _tokens_of(found, found.top[:, :1])
        data["vocabulary"], data["token"] = list(vocabulary), packed(numbers[:, 0], "int32")
    return f"kerae.table({json.dumps(data)})\n"


def feature_file(found, start):
    """The script with all that is told of the features from `start` on."""
    part = slice(start, start + FEATURES_IN_A_FILE)
    atoms = found.atoms[part]
    order = np.argsort(-np.abs(atoms), axis=1, kind="stable")[:, :WRITTEN]
    data = {
        "top": packed(found.top[part], "int32"),
        "samples": packed(found.samples[part], "int32"),
        "sampleBins": packed(found.sample_bins[part], "int32"),
        "topActivations": packed(found.top_activations[part]),
        "sampleActivations": packed(found.sample_activations[part]),
        "width": found.top_activations.shape[2],
        "byLabel": packed(found.by_label[part]),
        "nearest": packed(found.nearest[part], "int32"),
        "nearestCosines": packed(found.nearest_cosines[part]),
        "written": packed(order, "int32"),
        "writtenValues": packed(np.take_along_axis(atoms, order, axis=1)),
        "norm": packed(np.linalg.norm(atoms, axis=1)),
    }
    if found.labels is not None:
        for name in ("top", "samples"):
            rows = getattr(found, name)[part]
            data[f"{name}Labels"] = packed(found.labels.values[np.maximum(rows, 0)], "int32")
    if found.pictured is not None:
        for name in ("top", "samples"):
            places = _places(found, getattr(found, name)[part])
            data[f"{name}Places"] = packed(places, "int32")
    if found.tokens is not None:
        for name in ("top", "samples"):
            vocabulary, numbers = _tokens_of(found, getattr(found, name)[part], data["width"])
            data[f"{name}Tokens"] = packed(numbers, "int32")
            data[f"{name}Vocabulary"] = list(vocabulary)
    return f"kerae.features({start}, {json.dumps(data)})\n"


def packed(numbers, kind="float32"):
    """Numbers as text that a browser unpacks at once, of little-endian `kind`."""
    numbers = np.ascontiguousarray(numbers, np.dtype(kind).newbyteorder("<"))
    return base64.b64encode(numbers.tobytes()).decode()


def _places(found, rows):
    """Where the pictures of examples are, -1 for none."""
    return np.where(rows < 0, -1, np.searchsorted(found.pictured, rows))


def _tokens_of(found, rows, width=1):
    """The strings that occur around some examples, and their numbers `(*rows.shape, width)`."""
    context = found.tokens.shape[1]
    around = rows[..., None] + np.arange(width) - width // 2
    first = (rows - rows % context)[..., None]
    inside = (rows[..., None] >= 0) & (around >= first) & (around < first + context)
    strings = found.tokens.ravel()[np.where(inside, around, 0)]
    vocabulary, numbers = np.unique(strings.astype(str), return_inverse=True)
    return vocabulary.tolist(), np.where(inside, numbers.reshape(inside.shape), -1)
