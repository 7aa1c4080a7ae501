"""How far what a model makes is from data."""

from typing import TYPE_CHECKING

from ..classifier_features import classifier_features
from ..fitting.rows import sampled_rows
from ..image_scores import NAMES, image_scores
from .scores import Scores

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ..examination import Examination

LIMIT = 2_000


def scores_of_samples(examination: "Examination", data: "Dataset", seed: int = 0) -> Scores:
    """The scores of as many samples of a model as there are examples, on the features of a
    classifier that is trained on the training part of a data set.

    Args:
        examination: `kerae.analysis.Examination` of examples that the model was not trained on.
        data: `kerae.data.Dataset`.
        seed: Integer, of the choice of examples and of the samples.
    Returns:
        `Scores`, with the name of the features in the notes.
    """
    scores, model = Scores(), examination.model
    rows, _ = sampled_rows(len(examination), LIMIT, seed)
    if tuple(model.target_shape) != data.input_shape:
        scores.leave_out(NAMES, "what the model makes is of another shape than the data")
        return scores
    y = None if examination.y is None else examination.y[rows]
    try:
        made = model.sample(len(rows), y, seed)
        found = image_scores(made, examination.x[rows], classifier_features(data))
    except ValueError as error:  # such as a prior that is not fitted, or one class
        scores.leave_out(NAMES, str(error))
        return scores
    note = f"{len(rows):,} samples and examples, on features of {found.features}"
    for name, value in found.items():
        scores.give(name, value, note)
    return scores
