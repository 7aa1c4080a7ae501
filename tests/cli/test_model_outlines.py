"""What is read from the files of the models is what importing them gives."""

import inspect
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import get_args

import pytest

import kerae
from kerae.cli import model_outlines
from kerae.cli.model_outlines import outline, outlines

pytestmark = pytest.mark.once


def as_text_gives_it(annotation):
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    scalars = [kind for kind in kinds if kind in (bool, int, float, str)]
    return reduce(or_, scalars + [NoneType] * (NoneType in kinds)) if scalars else None


def options_of(model):
    """Names, types and defaults of the arguments that text can give, by the class itself."""
    parameters = {
        name: parameter
        for of_class in reversed(model.__mro__)
        for name, parameter in inspect.signature(of_class.__init__).parameters.items()
    }
    known = [(name, parameters[name]) for name in model.argument_names()]
    options = [(name, as_text_gives_it(p.annotation), p.default) for name, p in known]
    return [option for option in options if option[1] is not None]


def test_the_models_are_those_of_the_catalogue():
    catalogue = kerae.models.catalogue()
    assert [each.class_name for each in outlines().values()] == list(catalogue)
    assert [each.idea for each in outlines().values()] == [e.idea for e in catalogue.values()]


@pytest.mark.parametrize("name", outlines())
def test_options_are_the_arguments_of_the_class(name):
    found = outlines()[name]
    model = getattr(kerae, found.class_name)
    assert [(o.name, o.annotation, o.default) for o in found.options.values()] == options_of(model)
    docs = " ".join(" ".join((each.__doc__ or "").split()) for each in model.__mro__)
    for option in found.options:
        assert " ".join(found.helps[option].split()) in docs


def test_options_are_the_numbers_and_strings_of_a_constructor(tmp_path, monkeypatch):
    path = tmp_path / "model.py"
    path.write_text(
        """
MORE = ("a", *Parent.passed_on)
class Parent(Layer):
    passed_on = ("k",)
    def __init__(self, k: int = 3, n: Layer | None = None): ...
class Model(Parent):
    passed_on = MORE
    def __init__(self, input_shape: Shape, a: int, b: Weight = 1.0, c: Weight | None = None,
        d: str | keras.Layer = "x", e: bool = False, f: keras.Layer | None = None,
        g: tuple[int, ...] = (), h: "int | None" = None, i: Any = None): ...
"""
    )
    monkeypatch.setattr(model_outlines, "FILES", (path,))
    model_outlines._definitions.cache_clear()
    try:
        options = {name: p.annotation for name, p in outline("Model").options.items()}
    finally:
        model_outlines._definitions.cache_clear()
    assert options == {"a": int, "b": float, "c": float | None, "d": str, "e": bool, "k": int}
