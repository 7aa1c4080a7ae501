from ..fitting.explaining_arguments import explaining_arguments
from ..fitting.noting_warnings import noting_warnings


def fit_clusters(known, estimator, z, parameters):
    """The cluster of each code by an object of a library, and what has to be said of it.

    Args:
        known: `ClusterMethod`.
        estimator: Object of the library.
        z: Array `(n, latent_dim)`.
        parameters: Dict, the arguments that users gave.
    Returns:
        Integer array `(n,)`, -1 for none; list of notes.
    Raises:
        ValueError: If the library cannot work with the arguments.
    """
    with noting_warnings(known.warnings) as notes, explaining_arguments(known.name, parameters):
        labels = known.fit(estimator, z)
    return labels, notes
