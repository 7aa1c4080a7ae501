"""The pictures of an analysis that dictionaries have; each function gives one, or `None`."""

import numpy as np

from ... import figures, metrics
from ..dictionary.atoms_of import atoms_of
from .picture import Picture

SHOWN = 100


def density(analysis):
    frequency = metrics.firing_frequency(analysis.examination.z)
    return Picture(
        "How often features are active",
        f"Of {len(analysis.examination):,} examples; dead features are in no bar.",
        figures.density_histogram(frequency),
    )


def coherence(analysis):
    return Picture(
        "How like each other atoms are",
        "Each atom and the one that is the most like it, in either direction.",
        figures.coherence_histogram(atoms_of(analysis.examination.model)),
    )


def atoms(analysis):
    model = analysis.examination.model
    if not figures.is_image(model.target_shape):
        return None
    frequency = metrics.firing_frequency(analysis.examination.z)
    often = np.argsort(-frequency, kind="stable")[:SHOWN]
    return Picture(
        "Atoms",
        f"What the {len(often)} features write that are active the most often.",
        figures.atoms(atoms_of(model)[often], model.target_shape),
    )


ATOM_PICTURES = (density, coherence, atoms)
