"""Scores as a dict with notes."""

import json
import math
import pickle

import numpy as np
import pytest

from kerae import analysis

pytestmark = pytest.mark.once


@pytest.fixture
def scores():
    found = analysis.Scores()
    found.give("kl", np.float32(1.5))
    found.give("num_clusters", np.int64(3), "", "on 5 of 10 examples", "noise left out")
    found.leave_out(["purity", "silhouette"], "there is one cluster")
    return found


def test_values_are_plain_numbers(scores):
    assert scores == {"kl": 1.5, "num_clusters": 3}
    assert [type(value) for value in scores.values()] == [float, int]
    assert json.loads(json.dumps(scores)) == scores


def test_notes_say_what_has_to_be_said(scores):
    assert scores.notes == {
        "num_clusters": "on 5 of 10 examples; noise left out",
        "purity": "left out: there is one cluster",
        "silhouette": "left out: there is one cluster",
    }


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float32("nan")])
def test_what_is_not_finite_is_left_out(value):
    scores = analysis.Scores()
    scores.give("mmd", value)
    assert scores == {}
    assert scores.notes["mmd"].startswith("left out: it is not a finite number")


def test_a_frame_has_one_row(scores):
    frame = scores.to_frame()
    assert frame.shape == (1, 2)
    assert frame.loc[0].to_dict() == scores


def test_they_are_added_and_pickled_with_their_notes(scores):
    other = analysis.Scores()
    other.give("mmd", 0.0, "a note")
    other.add(scores)
    assert other == {"mmd": 0.0, "kl": 1.5, "num_clusters": 3}
    assert other.notes == {"mmd": "a note", **scores.notes}
    copy = pickle.loads(pickle.dumps(other))
    assert copy == other and copy.notes == other.notes
