"""Codes of any dimension as points in the plane."""

import numpy as np


def plane(z, classes):
    """Codes in two dimensions, and what these are.

    Two dimensions are drawn as they are, more are projected by PCA. Codes of one dimension become
    a strip for each class, spread over the height of the strip so that they do not hide each
    other.

    Args:
        z: Array `(n, latent_dim)`.
        classes: `Labels`, as `as_classes` gives them.
    Returns:
        Array `(n, 2)`, and a pair of strings.
    """
    if z.shape[1] == 1:
        spread = np.random.default_rng(0).uniform(-0.35, 0.35, len(z))
        return np.column_stack([z[:, 0], classes.values + spread]), ("z[0]", "")
    if z.shape[1] == 2:
        return z, ("z[0]", "z[1]")
    from sklearn.decomposition import PCA

    with np.errstate(invalid="ignore"):  # of the shares of codes that are all equal
        pca = PCA(2, random_state=0).fit(z)
    shares = np.nan_to_num(pca.explained_variance_ratio_)
    names = tuple(f"PC {i + 1} ({share:.0%} of the variance)" for i, share in enumerate(shares))
    return pca.transform(z), names
