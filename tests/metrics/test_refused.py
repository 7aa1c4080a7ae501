"""No metric makes a number of what is none."""

import inspect

import numpy as np
import pytest

from kerae import metrics

pytestmark = pytest.mark.once

Z, Y = np.random.default_rng(0).random((12, 2)), np.arange(12) % 2
FACTORS = np.stack([Y, np.arange(12) // 2 % 2], axis=1)
DRAWS = metrics.FactorDraws(Z, FACTORS)
GIVEN = {
    **dict.fromkeys(("z", "points", "z_train", "z_test", "real", "made", "importance"), Z),
    **dict.fromkeys(("arrays", "codes", "codes_test"), Z),
    **dict.fromkeys(("factors", "factors_test"), FACTORS),
    **dict.fromkeys(("labels", "clusters", "y_train", "y_test"), Y),
    **dict.fromkeys(("x", "x_hat"), Z),
    **dict.fromkeys(("atoms", "other_atoms", "true_atoms"), Z[:2]),
    "frequency": np.linspace(0, 1, 7),
    "present": FACTORS,
    "main": np.eye(2, dtype=bool),
    **dict.fromkeys(("jump", "least_share", "least_cosine", "least_cosine_full"), 0.1),
    **dict.fromkeys(("max_latents", "max_absorbing", "num_neighbors"), 1),
    "signed": True,
    "preservation": np.linspace(0.1, 1, 7),
    **dict.fromkeys(("k", "batch_size", "num_factors", "num_trees"), 2),
    **dict.fromkeys(("num_train", "num_test", "num_variance", "num_bins"), 9),
    "indices": Y,
    "log_likelihood": -Z[:, 0],
    "num_dimensions": 2,
    "levels": 2,
    "threshold": 0.01,
    "quantile": 0.9,
    "closed": False,
    "continuous": False,
    "seed": 0,
    "encode": np.asarray,
    "draw_pairs": DRAWS.pairs,
    "draw_alike": DRAWS.alike,
}
METRICS = {name: each for name, each in vars(metrics).items() if inspect.isfunction(each)}
METRICS["bootstrap_interval"] = lambda arrays, seed: metrics.bootstrap_interval(
    np.mean, arrays, seed=seed
)
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
FINE = {  # what is right of these
    "threshold": {"zero", "minus one"},
    "jump": {"zero", "minus one"},
    "least_share": {"zero", "minus one"},
    "least_cosine": {"zero", "minus one"},
    "least_cosine_full": {"zero", "minus one"},
    "signed": {"boolean"},
    "closed": {"boolean"},
    "levels": {"None"},
    "continuous": {"boolean"},
    "seed": {"zero"},
}


def spoiled(value, wrong):
    """The argument, or of an array one element, replaced by something wrong."""
    if np.ndim(value) == 0 or not isinstance(wrong, float):
        return wrong
    array = np.array(value, float)
    array.flat[-1] = wrong
    return array


def given(name):
    return {each: GIVEN[each] for each in inspect.signature(METRICS[name]).parameters}


@pytest.mark.parametrize("name", METRICS)
def test_what_is_not_spoiled_gives_numbers(name):
    answer = METRICS[name](**given(name))
    numbers = answer.values() if isinstance(answer, dict) else answer
    for each in numbers if isinstance(answer, dict | tuple) else [answer]:
        assert np.isfinite(each).all()


@pytest.mark.parametrize(
    ("name", "argument", "wrong"),
    [
        (name, argument, wrong)
        for name in METRICS
        for argument in given(name)
        for wrong in WRONG
        if wrong not in FINE.get(argument, ())
    ],
)
def test_what_is_no_number_is_refused_by_name(name, argument, wrong):
    arguments = given(name)
    arguments[argument] = spoiled(GIVEN[argument], WRONG[wrong])
    with pytest.raises(ValueError, match=f"(?s){argument}") as raised:
        METRICS[name](**arguments)
    assert "\n" not in str(raised.value)
