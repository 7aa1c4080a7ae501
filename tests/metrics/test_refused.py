"""No metric makes a number of what is none."""

import inspect

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once

Z, Y = np.random.default_rng(0).random((8, 2)), np.arange(8) % 2
GIVEN = {
    **dict.fromkeys(("z", "points", "z_train", "z_test"), Z),
    **dict.fromkeys(("labels", "clusters", "y_train", "y_test"), Y),
    "preservation": np.linspace(0.1, 1, 7),
    "num_neighbors": 2,
    "threshold": 0.01,
}
METRICS = {name: each for name, each in vars(metrics).items() if inspect.isfunction(each)}
CASES = [(name, each) for name in METRICS for each in inspect.signature(METRICS[name]).parameters]
WRONG = {
    "NaN": np.nan,
    "infinity": np.inf,
    "string": "x",
    "None": None,
    "object": object(),
    "zero": 0,
    "minus one": -1,
    "boolean": True,
}


def spoiled(value, wrong):
    """The argument, or of an array one element, replaced by something wrong."""
    if np.ndim(value) == 0 or not isinstance(wrong, float):
        return wrong
    array = np.array(value, float)
    array.flat[-1] = wrong
    return array


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(("name", "argument"), CASES)
def test_what_is_no_number_is_refused_by_name(name, argument, wrong):
    arguments = {each: GIVEN[each] for each in inspect.signature(METRICS[name]).parameters}
    assert np.isfinite(METRICS[name](**arguments)).all()
    if argument == "threshold" and WRONG[wrong] in (0, -1) and wrong != "boolean":
        return  # which are thresholds
    arguments[argument] = spoiled(GIVEN[argument], WRONG[wrong])
    with pytest.raises(ValueError, match=f"(?s){argument}") as raised:
        METRICS[name](**arguments)
    assert "\n" not in str(raised.value)
