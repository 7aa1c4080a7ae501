"""Rules of the source tree: those that the linter enforces, and those that are counted here."""

import ast
import graphlib
import re
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import keras
import pytest

import kerae

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "kerae").rglob("*.py"))
RECIPES = sorted((ROOT / "recipes").glob("*.py"))
FRAMEWORKS = ("jax", "tensorflow", "torch")
# What kerae overrides, assigns or reads of Keras, although its name begins with an underscore:
# it may change from one minor version to the next.
PRIVATE_NAMES_OF_KERAS = {
    "_available",
    "_compile_config",
    "_flatten_layers",
    "_get_variable_index",
    "_maybe_symbolic_build",
    "_momentums",
    "_parallel_update_step",
    "_value",
    "_velocities",
}
# Where the classes that those of kerae derive from, or set something of, are written.
FILES_OF_KERAS = (
    "backend/*/layer.py",
    "backend/*/optimizers/*.py",
    "backend/*/trainer.py",
    "callbacks/*.py",
    "layers/layer.py",
    "models/*.py",
    "ops/operation.py",
    "optimizers/**/*.py",
    "saving/keras_saveable.py",
    "trainers/trainer.py",
    "trainers/data_adapters/py_dataset_adapter.py",
    "utils/module_utils.py",
)


@pytest.mark.parametrize("framework", ["tensorflow", "jax", "torch"])
@pytest.mark.parametrize("statement", ["import {0}", "from {0} import nn", "import {0}.nn"])
def test_only_the_backend_imports_a_framework(framework, statement):
    source = statement.format(framework) + "\n"
    for name, finds in (("kerae/latents/new.py", True), ("kerae/backend/new.py", False)):
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                "check",
                "--select=TID251",
                f"--stdin-filename={name}",
                "-",
            ],
            input=source,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ("TID251" in result.stdout) is finds, result.stdout + result.stderr


def module_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


FILES = {module_of(path): path for path in SOURCES}


def imports(node):
    """The import statements that run when a file is imported: all but those in functions and those
    for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from imports(ast.Module(child.orelse, []))
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imports(child)


def imported_modules(path, statement):
    """The modules that a statement names, as tuples of names; some may be none of kerae."""
    if isinstance(statement, ast.Import):
        return [tuple(alias.name.split(".")) for alias in statement.names]
    package = path.parent.relative_to(ROOT).parts
    base = package[: len(package) + 1 - statement.level] if statement.level else ()
    base += tuple(statement.module.split(".")) if statement.module else ()
    modules = [(*base, alias.name) for alias in statement.names]
    if base == ("kerae", "backend"):  # which fetches names from the file of the framework
        modules += [(*base, framework) for framework in FRAMEWORKS]
    fetched = {module[-1] for module in modules if module not in FILES and base == ("kerae",)}
    assert fetched <= {"__version__"}, f"{path}: import {fetched} from the files they lie in"
    return [module if module in FILES else base for module in modules]


def imported_files(path):
    package = path.parent.relative_to(ROOT).parts
    for statement in imports(ast.parse(path.read_text())):
        for module in imported_modules(path, statement):
            for length in range(1, len(module) + 1):
                part = module[:length]
                if part in FILES and (part == module or part != package[:length]):
                    yield FILES[part]


def test_no_circle_of_imports():
    """A circle is a chain of files of which each imports the next, and the last the first.

    A file imports the modules that its import statements name, those in functions and those for
    type checkers excepted, and the `__init__.py` of each package on the way to them; but not of the
    packages that it lies in itself, which are being imported already, unless it takes a name from
    them that is no module.
    So `__init__.py` and the modules that it gathers are a circle only where one of these asks the
    package for what another defines. A name of `kerae.backend` counts as an import of the files of
    all frameworks. What `kerae` itself fetches when a name is first used its own files may not ask
    it for.
    """
    graph = {path: set(imported_files(path)) for path in SOURCES}
    assert sum(map(len, graph.values())) > len(SOURCES)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        circle = [str(path.relative_to(ROOT)) for path in reversed(error.args[1])]
        pytest.fail(" imports ".join(circle))


def test_few_modules_lie_at_the_root():
    modules = [path.stem for path in (ROOT / "kerae").glob("*.py")]
    assert len(modules) <= 12, modules
    assert not [name for name in modules if name.startswith("_") and name != "__init__"]


def test_no_file_is_long():
    """At most 300 lines; 200 where no public class or function has the name of the file."""
    for path in SOURCES:
        lines = path.read_text().splitlines()
        kinds = ast.ClassDef | ast.FunctionDef
        defined = [n.name for n in ast.parse("\n".join(lines)).body if isinstance(n, kinds)]
        is_named = path.stem.replace("_", "") in [name.lower().replace("_", "") for name in defined]
        allowed = 300 if is_named else 200
        assert len(lines) <= allowed, f"{path}: {len(lines)} lines, more than {allowed}"


def public_names(module):
    names = getattr(module, "__all__", None)
    if names is not None:
        return set(names)
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }


def test_recipes_use_public_names_alone():
    modules = {name for name in kerae.__all__ if isinstance(getattr(kerae, name), ModuleType)}
    for path in RECIPES:
        used = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                used |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                used |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Attribute):
                used.add(ast.unparse(node))
        for dotted in sorted(name for name in used if name.split(".")[0] == "kerae"):
            first, *names = dotted.split(".")
            if names:
                assert names[0] in kerae.__all__, f"{path.name}: {dotted}"
            if names[:1] and names[0] in modules and len(names) > 1:
                module = import_module(f"{first}.{names[0]}")
                assert names[1] in public_names(module), f"{path.name}: {dotted}"


def is_private(name):
    return name.startswith("_") and not name.startswith("__")


def names_in(tree):
    """What classes define or assign, of names with one underscore."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                targets = getattr(each, "targets", [])
                yield from (target.id for target in targets if isinstance(target, ast.Name))
                if isinstance(each, ast.FunctionDef):
                    yield each.name
        elif isinstance(node, ast.Attribute):
            yield node.attr


def classes_of_keras(trees):
    """The classes that derive from one of Keras, and those that these are mixed of."""
    bases = {
        node.name: {ast.unparse(base) for base in node.bases}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    related = {name for name in bases if any(base.startswith("keras.") for base in bases[name])}
    before = set()
    while related != before:
        before = set(related)
        related |= {name for name in bases if bases[name] & before}
        related |= {base for name in before for base in bases[name] if base in bases}
    return related


def test_private_names_of_keras_are_listed_and_keras_is_bound():
    """A name with an underscore that Keras has too is overridden, or used, by kerae knowingly.

    Keras may change such a name, or begin to use one that kerae has for something else, in any
    minor version. So those in use are listed above, no class of kerae that is one of Keras has
    another by accident, and `pyproject.toml` asks for Keras below the next minor version: to go
    further is to look at each of them.
    """
    folder, of_keras = Path(keras.__file__).parent / "src", set()
    for pattern in FILES_OF_KERAS:
        paths = list(folder.glob(pattern))
        assert paths, f"Keras has no {pattern} any more"
        for path in paths:
            of_keras |= {name for name in names_in(ast.parse(path.read_text())) if is_private(name)}
    trees = [ast.parse(path.read_text()) for path in SOURCES]
    related, used = classes_of_keras(trees), set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name in related:
                used |= set(names_in(node))
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) != "self":
                used.add(node.attr)
    assert used & of_keras == PRIVATE_NAMES_OF_KERAS

    bound = re.search(r'"keras>=3\.(\d+),<3\.(\d+)"', (ROOT / "pyproject.toml").read_text())
    assert int(bound[2]) == int(bound[1]) + 1
    assert version("keras").split(".")[:2] == ["3", bound[1]]
