import numpy as np

from ..checks.codes import as_codes
from ..checks.numbers import check_count, check_number
from ..checks.types import ArrayLike
from .blocks import row_blocks
from .cosines import unit_atoms
from .present_features import as_present


def feature_absorption(
    x: ArrayLike,
    z: ArrayLike,
    atoms: ArrayLike,
    true_atoms: ArrayLike,
    present: ArrayLike,
    main: ArrayLike,
    least_share: float = 0.4,
    least_cosine: float = 0.1,
    least_cosine_full: float = 0.025,
    max_absorbing: int = 3,
) -> dict[str, float]:
    """How often a latent keeps silent although its feature is there, as others write it too.

    Where a feature implies another, as "begins with L" is implied by "lion", a dictionary is the
    sparser for writing both by one latent, and the one of the more general feature then has holes.
    With p = x.f the projection on the feature's direction f, of length 1, and c_j = z_j (d_j.f)
    what latent j adds to it, the absorption of an example that has the feature, and p > 0, is

        0                  where the main latents give it all, sum of c_main >= p, or the largest
                           `max_absorbing` others of cos(d_j, f) >= `least_cosine` give A with
                           A / p < `least_share`
        1                  else, where sum of c_main <= 0
        A' / (A' + sum of c_main)    else, with A' = min(A, p - sum of c_main)

    It is full where no main latent is active, and of all latents the one that adds the most has a
    cosine of at least `least_cosine_full` and a share of p of at least `least_share`. Both are
    means over such examples, and then over the features that have any; defaults are those of
    SAEBench, which finds f by a probe.

    Args:
        x: Array `(n, dim)`, the examples.
        z: Array `(n, latent_dim)`, their activations.
        atoms: Array `(latent_dim, dim)`, such as `model.atoms`.
        true_atoms: Array `(num_features, dim)`, the directions of features that are known.
        present: Boolean array `(n, num_features)`, which of these each example has.
        main: Boolean array `(num_features, latent_dim)`, as `kerae.metrics.main_latents` finds it.
        least_share: Float, of p.
        least_cosine: Float.
        least_cosine_full: Float.
        max_absorbing: Integer.
    Returns:
        Dict with `"absorption_fraction"` and `"full_absorption"`, from 0 to 1.

    Example:

    >>> true = np.eye(2)  # the second feature implies the first
    >>> present = np.array([[True, False], [True, True]])
    >>> absorbed = kerae.metrics.feature_absorption(
    ...     present @ true, np.eye(2), np.array([[1.0, 0.0], [1.0, 1.0]]), true, present,
    ...     main=np.eye(2, dtype=bool),
    ... )
    >>> absorbed
    {'absorption_fraction': 0.25, 'full_absorption': 0.25}

    Raises:
        ValueError: If arguments do not fit each other, are not finite, or no example has a feature.
    Reference:
        Chanin et al., 2024, https://arxiv.org/abs/2409.14507;
        Karvonen et al., 2025, https://arxiv.org/abs/2503.09532
    """
    for name, value in (
        ("least_share", least_share),
        ("least_cosine", least_cosine),
        ("least_cosine_full", least_cosine_full),
    ):
        check_number(name, value)
    check_count("max_absorbing", max_absorbing)
    x, z = as_codes(x, "x"), as_codes(z)
    directions, lengths = unit_atoms(true_atoms, "true_atoms"), unit_atoms(atoms)
    present, main = as_present(present, len(x)), as_present(main, len(directions), "main")
    _check_fit(x, z, lengths, directions, present, main)
    cosines = lengths @ directions.T
    gains = np.asarray(atoms, "float64") @ directions.T
    fractions, full = [], []
    for f, own in enumerate(main):
        rows = np.flatnonzero(present[:, f] & (x @ directions[f] > 0))
        if not len(rows):
            continue
        sums = np.zeros(2)
        for some in row_blocks(rows, z.shape[1]):
            p, added = x[some] @ directions[f], z[some] * gains[:, f]
            others = np.where(~own & (cosines[:, f] >= least_cosine), np.maximum(added, 0), 0)
            largest = np.sort(others, axis=1)[:, -max_absorbing:].sum(axis=1)
            sums[0] += _fraction(p, added[:, own].sum(axis=1), largest, least_share).sum()
            top = added.argmax(axis=1)
            silent = (z[some][:, own] == 0).all(axis=1)
            aligned = cosines[top, f] >= least_cosine_full
            sums[1] += (silent & aligned & (added.max(axis=1) >= least_share * p)).sum()
        fractions.append(sums[0] / len(rows))
        full.append(sums[1] / len(rows))
    if not fractions:
        raise ValueError(
            "Expected `present` with examples that have a feature, and point along it. Received: "
            "none."
        )
    return {
        "absorption_fraction": float(np.mean(fractions)),
        "full_absorption": float(np.mean(full)),
    }


def _fraction(p, of_main, absorbing, least_share):
    absorbed = np.minimum(absorbing, p - of_main)
    with np.errstate(divide="ignore", invalid="ignore"):  # where the other cases hold
        part = absorbed / (absorbed + of_main)
    part = np.where(of_main <= 0, 1.0, part)
    return np.where((of_main >= p) | (absorbing < least_share * p), 0.0, part)


def _check_fit(x, z, atoms, directions, present, main):
    shapes = {"x": x, "z": z, "atoms": atoms, "true_atoms": directions, "main": main}
    n, dim = x.shape
    latent_dim, num_features = z.shape[1], present.shape[1]
    expected = {
        "x": (n, dim),
        "z": (n, latent_dim),
        "atoms": (latent_dim, dim),
        "true_atoms": (num_features, dim),
        "main": (num_features, latent_dim),
    }
    for name, array in shapes.items():
        if array.shape != expected[name]:
            raise ValueError(
                f"Expected `{name}` of shape {expected[name]}. Received: shape {array.shape}."
            )
