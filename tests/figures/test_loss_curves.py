import numpy as np
import pytest
from legible import assert_legible

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
    assert figure.axes[0].get_ylabel() == "nats, mean per example"
    assert_legible(figure)


@pytest.mark.parametrize("count", [1, 3, 5])
def test_panels_stand_three_in_a_row(count):
    figure = figures.loss_curves({f"quantity {i}": [1e3, 1e-3] for i in range(count)})
    assert len(figure.axes) == count
    rows = {round(axes.get_position().y0, 2) for axes in figure.axes}
    assert len(rows) == (2 if count > 3 else 1)
    assert_legible(figure)


def test_a_learning_rate_is_not_in_nats():
    figure = figures.loss_curves({"loss": [2.0, 1.0], "learning_rate": [0.1, 0.01]})
    assert [axes.get_ylabel() for axes in figure.axes] == ["nats, mean per example", ""]


def test_refuses_an_empty_history():
    with pytest.raises(ValueError, match="at least one quantity"):
        figures.loss_curves({"epoch": [1]})
