"""The pictures of an analysis, each with its words."""

from ... import figures
from .picture import Picture
from .pictures_of_atoms import ATOM_PICTURES
from .pictures_of_codes import CODE_PICTURES
from .pictures_of_images import IMAGE_PICTURES, samples_of


def pictures(analysis, history=None, priors=None):
    """The pictures that the model and its data allow, by the name of the function that drew each.

    Args:
        analysis: `kerae.analysis.Analysis`.
        history: Dict of lists, as `keras.callbacks.History.history`, or `None`.
        priors: Dict of further priors to draw of, or `None`.
    Returns:
        Dict of `Picture`.
    """
    draw = CODE_PICTURES
    if getattr(analysis.examination.model, "atoms", None) is not None:
        draw = (*draw, *ATOM_PICTURES)
    are_images = figures.is_image(analysis.examination.model.target_shape)
    if are_images:
        draw = (*draw, *IMAGE_PICTURES)
    drawn = {function.__name__: function(analysis) for function in draw}
    if are_images:
        of_priors = (priors or {}).items()
        drawn |= {f"samples_{name}": samples_of(analysis, name, each) for name, each in of_priors}
    if history:
        curves = figures.loss_curves(history)
        drawn["training"] = Picture("Training", "What was logged, by epoch.", curves)
    return {name: picture for name, picture in drawn.items() if picture is not None}
