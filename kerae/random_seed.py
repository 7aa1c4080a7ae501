import keras

from .backend.without_tensorflow import without_tensorflow
from .checks.arguments import checked


@checked
def set_random_seed(seed: int) -> None:
    """Seeds Python, NumPy, Keras and its backend, as `keras.utils.set_random_seed` does.

    Keras' own imports TensorFlow on every backend, for seconds; this seeds TensorFlow only where
    it is the backend or is imported already.

    Args:
        seed: Integer from 0 to 2^32 - 1.
    Raises:
        ValueError: If it is none.

    Example:
        >>> kerae.set_random_seed(1)
        >>> first = kerae.VAE((8, 8, 1), 2).get_weights()
        >>> kerae.set_random_seed(1)
        >>> again = kerae.VAE((8, 8, 1), 2).get_weights()
        >>> all(np.array_equal(a, b) for a, b in zip(first, again))
        True
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"Expected `seed` to be an integer from 0 to 2^32 - 1. Received: {seed!r}")
    with without_tensorflow():
        keras.utils.set_random_seed(int(seed))
