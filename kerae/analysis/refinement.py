"""Clusters that an encoder was trained for."""

import copy
import math
import time
import warnings
from dataclasses import dataclass

import keras
import numpy as np

from ..autoencoder.autoencoder import Autoencoder
from ..autoencoder.recomposed import recomposed
from ..checks.arguments import check_choice, checked
from ..checks.data import checked_labels
from ..checks.given import as_array
from ..checks.types import Rows
from ..terms import ClusterAssignment
from .cluster_methods.relabel import Relabel
from .clustering import Clustering
from .fitting.arguments import as_seed
from .fitting.provenance import provenance
from .short_repr import ShortRepr


@dataclass(frozen=True, repr=False)
class Refinement(ShortRepr):
    """A model whose encoder was trained for clusters, and these; see `refine_clusters`.

    Args:
        model: `kerae.Autoencoder` of the class of the one that was given.
        clustering: `Clustering` of its codes.
    """

    model: Autoencoder
    clustering: Clustering


METHODS = ("dec", "idec")


@checked
def refine_clusters(
    model: Autoencoder,
    x: Rows,
    clusters: Clustering | Rows,
    method: str = "idec",
    y: Rows | None = None,
    epochs: int = 50,
    batch_size: int = 256,
    learning_rate: float = 0.001,
    gamma: float = 0.1,
    tolerance: float = 0.001,
    seed: int | None = 0,
    verbose: bool | int | str = "auto",
) -> "Refinement":
    """Trains a copy of a model, and the centers of clusters of its codes, for surer clusters.

        "dec":   loss = KL(p || q)                                              nats per example
        "idec":  loss = the model's own + gamma * D * KL(p || q),   D: the elements of an example

    with q the part of a code in each cluster and p a surer version of it, balanced over clusters;
    see `kerae.terms.ClusterAssignment`, which says where it differs from the papers. D is
    there because kerae sums over elements what the authors of IDEC average. Under a normal
    likelihood of scale 1, half of whose nats are theirs, their gamma of 0.1 is 0.05.

    As in both papers a corruption is left out. With "dec" only the encoder, what it is given of a
    condition, and the centers are trained: all else is as it was, and the decoder no longer fits.
    With "idec" an adversary goes on being trained. A prior that was fitted to codes, as by
    `kerae.RAE.fit_prior`, has to be fitted again.

    Args:
        model: Trained `kerae.Autoencoder` with codes `(n, latent_dim)`; it stays as it is.
        x: Array `(n, *input_shape)`.
        clusters: `Clustering`, or an array `(clusters, latent_dim)` of centers.
        method: `"dec"` or `"idec"`. Defaults to the latter.
        y: Array of what the model reads beside `x`.
        epochs: Integer, at most how many passes over the data.
        batch_size: Integer, the examples of a training step.
        learning_rate: Float, of Adam. Defaults to 0.001. With tens of thousands of examples 0.0001
            is better: labels go back and forth less.
        gamma: Float, the weight of the clusters for "idec". Defaults to 0.1, as in the paper.
        tolerance: Float, the part of all labels. When fewer change in an epoch, training ends.
        seed: Integer, or `None` to draw one anew.
        verbose: As for `fit`.
    Returns:
        `Refinement`. Its clusters have the numbers of those that were given. The `config` of its
        clustering says which part of the labels changed in each epoch (`changed`), and whether
        they were fewer than `tolerance` in the last (`converged`).

    Example:

    >>> x = kerae.data.load("digits").x_train[:200]
    >>> model = kerae.AE((8, 8, 1), latent_dim=2)
    >>> clusters = kerae.analysis.cluster(model.encode(x), n_clusters=3)
    >>> refined = kerae.analysis.refine_clusters(model, x, clusters, epochs=2, verbose=0)
    >>> refined.model.encode(x).shape, refined.clustering.centers.shape
    ((200, 2), (3, 2))

    Raises:
        ValueError: If the data or the clusters do not fit the model, or an argument is out of
            range.
        FloatingPointError: If the loss becomes NaN or infinite.
    Reference:
        Xie, Girshick and Farhadi, 2016, https://arxiv.org/abs/1511.06335 (DEC);
        Guo et al., 2017, https://www.ijcai.org/proceedings/2017/243 (IDEC)
    """
    started = time.perf_counter()
    seed = as_seed(seed)
    _check(model, method, epochs, batch_size, learning_rate, gamma, tolerance)
    if y is not None:
        checked_labels(model, model.label_readers, y, len(x))
    x = as_array(x, "x")
    refined = copy.deepcopy(model)
    centers = clusters.centers if isinstance(clusters, Clustering) else clusters
    if method == "dec":
        term = ClusterAssignment(centers)
        trained = recomposed(refined, [term], corruption=None, adversary=None)
    else:
        term = ClusterAssignment(centers, weight=gamma * math.prod(model.target_shape))
        trained = recomposed(refined, [*refined.terms, term], corruption=None)
    if trained.label_readers:
        checked_labels(model, trained.label_readers, y, len(x))
    # Which shuffling, noise and schedules depend on.
    _assign(trained.seed_generator.state, keras.random.SeedGenerator(seed).state)
    _assign(trained.step, model.step)
    trained.compile(keras.optimizers.Adam(learning_rate))
    relabel = Relabel(trained, x, y, term, tolerance)
    with warnings.catch_warnings():
        # With "dec" the decoder is meant to get none.
        warnings.filterwarnings("ignore", "Gradients do not exist for variables")
        trained.fit(x, y, batch_size, epochs, verbose, callbacks=[relabel])
    if method == "dec":
        _restore_all_but_the_encoder(refined, model)
    _assign(refined.step, trained.step)
    parameters = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "gamma": gamma if method == "idec" else None,
        "tolerance": tolerance,
    }
    centers = keras.ops.convert_to_numpy(term.location)
    sizes = np.bincount(relabel.labels, minlength=len(centers))
    converged = relabel.changed[-1] < tolerance
    config = provenance(
        method,
        parameters,
        ("keras", keras.backend.backend()),
        seed,
        len(x),
        len(x),
        started,
        _notes(model, sizes, relabel.changed[-1], converged),
        changed=relabel.changed,
        converged=converged,
    )
    return Refinement(refined, Clustering(relabel.labels, centers, sizes, config))


def _notes(model, sizes, changed, converged):
    if model.corruption is not None:
        yield "The corruption of the model was left out."
    if not converged:
        yield f"Training ended while {changed:.2%} of the labels changed in an epoch."
    for empty in np.flatnonzero(sizes == 0):
        yield f"No example is left in cluster {empty}."


def _restore_all_but_the_encoder(refined, model):
    """Takes back what a pass in training changes without a gradient, such as moving averages."""
    parts = (refined.encoder, refined.latent, refined.condition)
    trained = {id(v) for part in parts if part is not None for v in part.variables}
    for variable, before in zip(refined.variables, model.variables, strict=True):
        if id(variable) not in trained:
            _assign(variable, before)


def _assign(variable, other):
    # By NumPy: on JAX two variables of one array would be lost together, when steps reuse memory.
    variable.assign(keras.ops.convert_to_numpy(other))


def _check(model, method, epochs, batch_size, learning_rate, gamma, tolerance):
    if not isinstance(model, Autoencoder):
        raise ValueError(
            f"Expected `model` to be a kerae.Autoencoder. Received: a {type(model).__name__}."
        )
    check_choice("method", method, METHODS)
    for name, value, holds, expected in (
        ("epochs", epochs, epochs >= 1, "at least 1"),
        ("batch_size", batch_size, batch_size >= 1, "at least 1"),
        ("learning_rate", learning_rate, learning_rate > 0, "more than 0"),
        ("gamma", gamma, gamma >= 0, "at least 0"),
        ("tolerance", tolerance, 0 <= tolerance <= 1, "in [0, 1]"),
    ):
        if not holds:
            raise ValueError(f"Expected `{name}` to be {expected}. Received: {name}={value}")
