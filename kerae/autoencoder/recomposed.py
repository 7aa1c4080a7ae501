"""The same networks under another objective."""

from .autoencoder import Autoencoder


def recomposed(model, terms, **parts):
    """A model of the same class and around the same parts, which trains them on other terms.

    Variables are shared: what one of the two learns, the other knows. Step, seed and optimizer
    are not. The constructor of the model's own class is not called, so that attributes are missing
    that `kerae.Autoencoder` does not know of: it is for training, not for keeping.

    Args:
        model: `kerae.Autoencoder`.
        terms: List of `kerae.Term`.
        **parts: Arguments of `kerae.Autoencoder` to take in the place of the model's.
    """
    own = {name: getattr(model, name) for name in Autoencoder.argument_names()}
    other = type(model).__new__(type(model))
    # That of the class might compose other parts; its methods are to be kept.
    Autoencoder.__init__(other, **own | {"terms": terms, "dtype": model.dtype_policy} | parts)
    return other
