import numpy as np
import pytest

from kerae import figures

pytestmark = pytest.mark.once


def test_loss_curves_have_a_panel_for_each_quantity():
    history = {
        "epoch": [1, 2],
        "kl": [1.0, 2.0],
        "loss": [5.0, 4.0],
        "val_loss": [6.0, 5.0],
        "val_kl": [1.0, 1.5],
    }
    figure = figures.loss_curves(history)
    assert [axes.get_title() for axes in figure.axes] == ["loss", "kl"]
    training, validation = figure.axes[0].lines
    np.testing.assert_array_equal(training.get_xydata(), [[1, 5], [2, 4]])
    np.testing.assert_array_equal(validation.get_xydata(), [[1, 6], [2, 5]])
    assert figure.axes[0].get_ylabel() == "mean per example"
