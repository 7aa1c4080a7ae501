"""umap-learn without the frameworks that it would import."""

import sys
import warnings

PARAMETRIC = "umap.parametric_umap"


def import_umap():
    """The module `umap`, imported without TensorFlow and PyTorch.

    Its parametric variant imports both wherever they are installed: seconds, close to a gigabyte
    of memory, and two frameworks beside the one that Keras runs on. Who needs the variant can
    still import `umap.parametric_umap`.
    """
    if "umap" not in sys.modules:
        sys.modules[PARAMETRIC] = None
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Tensorflow not installed", ImportWarning)
                import umap  # noqa: F401
        finally:
            del sys.modules[PARAMETRIC]
    return sys.modules["umap"]
