"""Which networks a loss moves."""

import keras
import numpy as np
from gradients import gradient
from keras import ops


def slopes_of(model, data, label, training=False):
    """The gradients of one term, or of the critic's loss, for each trainable variable."""

    def loss(values):
        with keras.StatelessScope(state_mapping=list(zip(model.trainable_variables, values))):
            outputs = model.propagate(*data, training=training)
            if label == "critic":
                return ops.mean(model.adversary.loss(model, outputs))
            (term,) = (term for term in model.terms if term.label == label)
            return ops.mean(term.loss(term.value(model, outputs), step=0))

    return gradient(loss, [ops.convert_to_numpy(v) for v in model.trainable_variables])


def moved_by(model, data, label, training=False):
    """The networks of which each variable gets a gradient from a term, and those without any."""
    parts = {"encoder": model.encoder, "latent": model.latent, "decoder": model.decoder}
    parts |= {"critic": model.adversary}
    slopes = slopes_of(model, data, label, training)
    moved = {id(v): bool(np.any(s)) for v, s in zip(model.trainable_variables, slopes)}
    found = set()
    for name, part in parts.items():
        states = {moved.pop(id(variable)) for variable in part.trainable_variables}
        assert len(states) < 2, f"{label} moves some variables of the {name}, and others not"
        found |= {name} if True in states else set()
    assert not any(moved.values())
    return found
