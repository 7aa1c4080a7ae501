"""What type checkers see of the package."""

import ast
import tomllib
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

import pytest

import kerae

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
