"""How unusual each example is."""

from typing import TYPE_CHECKING, Any

from .. import metrics
from ..checks.arguments import checked
from ..checks.codes import as_codes
from ..checks.extras import require
from ..checks.types import ArrayLike

if TYPE_CHECKING:
    from ..analysis.examination import Examination

NUM_NEIGHBORS = 10


@checked
def outlier_scores(z: ArrayLike, examination: "Examination | None" = None) -> dict[str, Any]:
    """How unusual each example is, by several measures; of each, larger is more unusual.

        neighbor_distance     distance of its code to the 10th nearest other code
        reconstruction_error   mean over values of (x - x_hat)^2
        negative_elbo          - log p(x|z) + KL(q(z|x) || p(z)) in nats

    Args:
        z: Array `(n, latent_dim)`. Of fewer than 11 codes, the distance is that to the farthest.
        examination: `kerae.analysis.Examination`, for the other two; the last is for codes with a
            density.
    Returns:
        Dict from the names above to arrays `(n,)`.

    Example:

    >>> z = np.array([[0.0], [1.0], [9.0]])
    >>> kerae.analysis.outlier_scores(z)
    {'neighbor_distance': array([9., 8., 9.])}

    Raises:
        ValueError: If `z` is not of shape `(n, latent_dim)`, has numbers that are not finite, or
            is not as long as the examination.
    Reference:
        Ramaswamy et al., 2000, https://doi.org/10.1145/335191.335437 (distance);
        Hawkins et al., 2002, https://doi.org/10.1007/3-540-46145-0_17 (reconstruction);
        Nalisnick et al., 2019, https://arxiv.org/abs/1810.09136 (how likelihoods mislead)
    """
    require("kerae.analysis.outlier_scores", "analysis", "sklearn")
    z = as_codes(z)
    scores: dict[str, Any] = {
        "neighbor_distance": metrics.neighbor_distance(z, min(NUM_NEIGHBORS, len(z) - 1))
    }
    if examination is None:
        return scores
    if len(examination) != len(z):
        raise ValueError(
            "Expected an examination of the same examples. "
            f"Received: {len(z)} codes and an examination of {len(examination)} examples."
        )
    scores["reconstruction_error"] = examination.error
    if examination.kl is not None:
        scores["negative_elbo"] = examination.negative_elbo
    return scores
