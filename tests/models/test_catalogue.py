"""The catalogue tells what every model is, and the README's table is made of it."""

import re
from pathlib import Path

import pytest

import kerae
from kerae.configurable import Configurable
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


# Arguments that, together, make a model of every part that its class names.
COMPOSED = {
    "AnnealedVAE": [{"gamma": 1.0, "capacity": 1.0, "steps": 10}],
    "BetaTCVAE": [{"dataset_size": 6}],
    "CAAE": [{"num_classes": 3}, {"condition_shape": (2,)}],
    "CVAE": [{"num_classes": 3}, {"condition_shape": (2,)}],
    "MultimodalVAE": [{}, {"experts": "mixture"}],
    "PoincareVAE": [{}, {"distribution": "riemannian"}],
    "RAE": [{}, {"regularizer": "gradient"}, {"regularizer": "spectral"}],
    "SVAE": [{}, {"distribution": "power_spherical"}],
    "SparseAE": [{}, {"penalty": "l1"}],
    "VQVAE": [{}, {"quantizer": kerae.latents.VectorQuantizer(2, 16, update="gradient")}],
    "VQVAE2": [{}, {"top": kerae.latents.VectorQuantizer(2, 16, update="gradient")}],
    "WAE": [{}, {"divergence": "gan"}],
}


# What a model is made of in the place of vectors and `latent_dim`.
SHAPES = {
    "LadderVAE": [(4,), (2, 1)],
    "MultimodalVAE": [{"a": (4,), "b": (2,)}, 2],
    "TopDownVAE": [(4, 4, 1), 2],
    "VQVAE2": [(4, 4, 1), 2],
}


@pytest.mark.parametrize("name", catalogue())
def test_parts_are_those_that_the_constructor_composes(name):
    of_class, composed = catalogue()[name].model, set()
    for arguments in COMPOSED.get(name, [{}]):
        model = of_class(*SHAPES.get(name, [(4,), 2]), **arguments)
        parts = [model.latent, *model.terms, model.adversary, model.condition, model.corruption]
        parts += [*getattr(model.latent, "parts", []), *getattr(model.prior, "parts", [])]
        parts += [each for term in model.terms for each in vars(term).values()]
        parts += [term.term for term in model.terms if isinstance(term, kerae.terms.OfPart)]
        composed |= {type(part) for part in parts if isinstance(part, Configurable)}
        composed |= {type(each) for each in (model.prior, model.decoder)} & set(of_class.parts)
    named = {part for part in of_class.parts if any(issubclass(each, part) for each in composed)}
    assert named == set(of_class.parts)
    assert all(issubclass(each, of_class.parts) for each in composed)


def test_the_table_of_the_readme_is_the_catalogue():
    begin, end = "<!-- kerae models --markdown -->\n", "<!-- end -->"
    table = README.read_text().partition(begin)[2].partition(end)[0].strip()
    assert table == as_markdown(), "replace it by what `kerae models --markdown` prints"
