"""What the dimensions of a latent carry, and how far it is from its prior."""

import math
from typing import TYPE_CHECKING

import numpy as np

from ... import metrics
from ...latents import Hierarchical
from .parts_of_kl import parts_of_kl
from .prior_discrepancy import prior_discrepancy
from .scores import Scores

if TYPE_CHECKING:
    from ...analysis.examination import Examination


COLLAPSED_BELOW = 0.01
MOST_CORRELATED = 4096  # dimensions, of all pairs of which correlations are held


def scores_of_latent(
    z: np.ndarray, examination: "Examination | None" = None, seed: int = 0
) -> Scores:
    """The scores of single dimensions and, of an examined model, of its prior and its objective.

    Args:
        z: Array `(n, latent_dim)`.
        examination: `kerae.analysis.Examination`.
        seed: Integer, of the draws of the prior.
    Returns:
        `Scores`.
    """
    scores = Scores()
    scores.give("latent_dim", z.shape[1])
    latent = None if examination is None else examination.model.latent
    sizes = latent.layer_sizes if isinstance(latent, Hierarchical) else ()
    active = metrics.active_units(z)
    of_layers = [each.sum() for each in np.split(active, np.cumsum(sizes)[:-1])] if sizes else ()
    scores.give("active_units", active.sum(), _by_layer(of_layers, "d"))
    _correlation(scores, z)
    if examination is not None:
        _kl(scores, z, examination.kl, bool(sizes))
        scores.add(parts_of_kl(examination, seed))
        _discrepancy(scores, examination, seed)
        scores.give("reconstruction_error", examination.error.mean(dtype="float64"))
        scores.give("reconstruction", examination.reconstruction.mean(dtype="float64"))
        if examination.kl is not None:
            scores.give("negative_elbo", examination.negative_elbo.mean(dtype="float64"))
        if examination.indices is not None:
            _use(scores, examination.indices, latent)
    return scores


def _correlation(scores, z):
    names = ("mean_absolute_correlation", "max_absolute_correlation")
    varies = z.std(axis=0, dtype="float64") > 1e-6 * np.abs(z).max()
    constant = np.flatnonzero(~varies)
    note = f"constant dimensions left out: {_listed(constant)}" if len(constant) else ""
    if varies.sum() < 2:
        scores.leave_out(names, "there are fewer than two dimensions that vary")
        return
    if varies.sum() > MOST_CORRELATED:
        scores.leave_out(names, f"over {MOST_CORRELATED:,} dimensions vary, too many for all pairs")
        return
    correlation = np.abs(np.corrcoef(z[:, varies].astype("float64"), rowvar=False))
    pairs = correlation[np.triu_indices(len(correlation), 1)]
    scores.give(names[0], pairs.mean(), note)
    scores.give(names[1], pairs.max(), note)


def _kl(scores, z, kl, is_of_layers):
    if kl is None:
        reason = "the codes have no density q(z|x), and so no KL"
        scores.leave_out(("kl", "kl_j", "collapsed_dimensions", "negative_elbo"), reason)
        return
    kl = kl.mean(axis=0, dtype="float64")
    scores.give("kl", kl.sum(), _by_layer(kl, ".3g") if is_of_layers else "")
    is_collapsed = ~metrics.active_units(z)
    if len(kl) == z.shape[1] and not is_of_layers:
        digits = len(str(len(kl) - 1))
        for dimension, value in enumerate(kl):
            scores.give(f"kl_{dimension:0{digits}}", value)
        is_collapsed |= kl < COLLAPSED_BELOW
        judged = ""
    else:
        scores.leave_out(["kl_j"], "only the sum over dimensions is known here")
        judged = "judged by the variance of the codes, as the KL of single dimensions is not known"
    scores.give("collapsed_dimensions", is_collapsed.sum(), _verdict(is_collapsed), judged)


def _verdict(is_collapsed):
    if is_collapsed.all():
        return (
            f"posterior collapse: in all {len(is_collapsed)} dimensions q(z|x) is about the same "
            "for every example, so that a code drawn from it tells nothing; lower the weight of "
            "the KL, raise it slowly, or give it a capacity"
        )
    dimensions = _listed(np.flatnonzero(is_collapsed))
    return f"dimensions that tell nothing of the example: {dimensions}" if dimensions else ""


def _by_layer(values, form):
    numbers = ", ".join(format(value, form) for value in values)
    return f"by layer, from the lowest: {numbers}" if numbers else ""


def _use(scores, indices, latent):
    """Of several codebooks the mean, and of several levels that of each beside it."""
    used, perplexities = [], []
    for level, own in zip(latent.of_places(), latent.by_level(indices).values()):
        of_codebooks = own.reshape(-1, level.num_codebooks).T
        used.append([len(np.unique(each)) / level.num_codes for each in of_codebooks])
        perplexities.append([metrics.code_perplexity(each) for each in of_codebooks])
    for name, values in (("used_codes", used), ("perplexity", perplexities)):
        of_levels = [np.mean(each) for each in values] if len(values) > 1 else []
        told = ", ".join(f"{value:.3g}" for value in of_levels)
        scores.give(name, np.mean(np.concatenate(values)), told and f"top, bottom: {told}")


def _discrepancy(scores, examination, seed):
    estimates, used = prior_discrepancy(examination, seed)
    note = ""
    if used < len(examination):
        note = f"on {used:,} of {len(examination):,} examples"
    error = ""
    if len(estimates) > 1:
        deviation = estimates.std(ddof=1) / math.sqrt(len(estimates))
        error = f"standard error {deviation:.2g}, from {len(estimates)} batches"
    scores.give("mmd", estimates.mean(), note, error)


def _listed(dimensions):
    return ", ".join(map(str, dimensions[:20])) + (", …" if len(dimensions) > 20 else "")
