"""The catalogue tells what every model is, and the README's table is made of it."""

import re
from pathlib import Path

import pytest

import kerae
from kerae.models import catalogue
from kerae.models.catalogue import as_markdown

pytestmark = pytest.mark.once
README = Path(__file__).resolve().parents[2] / "README.md"


def test_every_model_is_in_it_under_its_public_name():
    public = {name for name in kerae.__all__ if kerae._HOME.get(name) == "models"}
    assert set(catalogue()) == public
    assert all(entry.model is getattr(kerae, name) for name, entry in catalogue().items())


@pytest.mark.parametrize("name", catalogue())
def test_an_entry_has_an_idea_of_one_line_a_paper_and_parts(name):
    entry = catalogue()[name]
    assert 20 < len(entry.idea) < 100 and entry.idea.endswith(".")
    assert re.fullmatch(r"[A-Z][^,]+.*, \d{4}(, section \d+)?", entry.paper)
    assert entry.link.startswith("https://")
    assert entry.parts


def test_parts_are_those_that_the_constructor_composes():
    parts = {name: entry.parts for name, entry in catalogue().items()}
    assert parts["VAE"] == ("KLDivergence", "Normal", "Reconstruction")
    assert parts["BetaVAE"] == parts["VAE"]
    assert {"Label", "Vector", "LatentCritic"} <= set(parts["CAAE"])
    assert "corruptions" in parts["DenoisingAE"]


def test_the_table_of_the_readme_is_the_catalogue():
    begin, end = "<!-- kerae models --markdown -->\n", "<!-- end -->"
    table = README.read_text().partition(begin)[2].partition(end)[0].strip()
    assert table == as_markdown(), "replace it by what `kerae models --markdown` prints"
