"""What type checkers see of the package."""

import ast
import tomllib
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import keras
import pytest

import kerae
from kerae.cli.models import hyperparameters
from kerae.schedules import Weight

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[1]


def names_for_checkers(package):
    """The names that a package imports under `if TYPE_CHECKING:`, by the modules they are of."""
    tree = ast.parse(Path(find_spec(package).origin).read_text())
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    (block,) = (each for each in blocks if ast.unparse(each.test) == "TYPE_CHECKING")
    assert all(alias.name == alias.asname for n in block.body for alias in n.names)  # re-exported
    return {alias.name: node.module for node in block.body for alias in node.names}


def test_checkers_see_the_lazy_names():
    modules = dict.fromkeys(kerae._MODULES)
    assert names_for_checkers("kerae") == kerae._HOME | modules
    assert names_for_checkers("kerae.serving") == kerae.serving._HOME


def test_the_wheel_says_that_it_is_typed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert (ROOT / "kerae" / "py.typed").is_file()
    (package,) = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert package == "kerae"
    ignored = (ROOT / ".gitignore").read_text().split()
    assert not any(fnmatch("py.typed", pattern) for pattern in ignored)  # which hatch leaves out


def test_options_are_the_numbers_and_strings_of_a_constructor():
    class Model(kerae.Autoencoder):
        passed_on = ()

        def __init__(
            self,
            input_shape,
            a: int,
            b: Weight = 1.0,
            c: Weight | None = None,
            d: str | keras.Layer = "x",
            e: bool = False,
            f: keras.Layer | None = None,
            g: tuple[int, ...] = (),
            h: "int | None" = None,
            i: Any = None,
        ):
            pass

    options = {name: p.annotation for name, p in hyperparameters(Model).items()}
    assert options == {"a": int, "b": float, "c": float | None, "d": str, "e": bool}
