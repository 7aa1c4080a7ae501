"""What the command line needs to know of the models, read from their files.

Importing them would import Keras and a framework, for seconds, before a mistake could be told.
"""

import ast
import inspect
from functools import cache, reduce
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

SCALARS = {"bool": bool, "int": int, "float": float, "str": str}
# Of kerae.checks.types and kerae.schedules.
ALIASES = {"Weight": "float | Schedule", "Activation": "str | Callable | None"}
ROOT = "Autoencoder"
OF_SEVERAL = {"output_dim", "num_layers"}  # of vectors: in pairs, or of several layers
PACKAGE = Path(__file__).parents[1]
FILES = (PACKAGE / "autoencoder" / "autoencoder.py", *sorted((PACKAGE / "models").glob("*.py")))


class Outline(NamedTuple):
    """One model: its class, what it is, and the arguments that can be given as options.

    And how it is made of the shape of one array, as data sets hold it: by the argument
    `input_shape`, or by `input_dim`, the size of vectors; `None` where of several arrays.
    """

    class_name: str
    idea: str
    options: dict[str, inspect.Parameter]
    helps: dict[str, str]
    shape_argument: str | None


def outlines() -> dict[str, Outline]:
    """The models by the name that the command line gives them, in the order of their classes."""
    classes, _ = _definitions()
    models = sorted(name for name in classes if ROOT in _line(name)[1:])
    return {name.lower(): outline(name) for name in models}


def outline(class_name: str) -> Outline:
    """What can be given to a model: the arguments of its constructor that are annotated as numbers
    or strings, whatever else they may be; `float | Schedule` is a float here.
    """
    import docstring_parser

    line, parameters, helps = _line(class_name), {}, {}
    for name in reversed(line):
        definition = _definitions()[0][name]
        parameters |= _parameters(_constructor(definition))
        doc = docstring_parser.parse(ast.get_docstring(definition) or "")
        helps |= {param.arg_name: param.description for param in doc.params}
    own = next(filter(None, (_constructor(_definitions()[0][name]) for name in line)))
    passed_on = next(filter(None, (_attribute(name, "passed_on") for name in line)), ())
    names = dict.fromkeys((*_parameters(own), *passed_on))
    options = {name: parameters[name] for name in names if parameters[name].annotation is not None}
    doc = ast.get_docstring(_definitions()[0][class_name]) or ""
    of_vectors = "input_dim" in names and not OF_SEVERAL & set(names)
    shape_argument = "input_shape" if "input_shape" in names else of_vectors and "input_dim"
    idea = doc.partition("\n")[0]
    return Outline(class_name, idea, options, helps, shape_argument or None)


@cache
def _definitions() -> Any:
    """The classes, and what is assigned outside of them, by name."""
    classes, values = {}, {}
    for path in FILES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                classes[node.name] = node
            elif isinstance(node, ast.Assign):
                values |= {ast.unparse(target): node.value for target in node.targets}
    return classes, values


def _line(name):
    """A class and those that it derives from, the nearest first."""
    classes, _ = _definitions()
    bases = [base.id for base in classes[name].bases if isinstance(base, ast.Name)]
    return [name, *(each for base in bases if base in classes for each in _line(base))]


def _constructor(definition):
    functions = (node for node in definition.body if isinstance(node, ast.FunctionDef))
    return next((node for node in functions if node.name == "__init__"), None)


def _parameters(constructor):
    """The arguments of a constructor; the annotation is `None` where no text can give it."""
    if constructor is None:
        return {}
    arguments = constructor.args.args[1:]
    defaults = constructor.args.defaults
    given = [inspect.Parameter.empty] * (len(arguments) - len(defaults)) + [
        _literal(node) for node in defaults
    ]
    return {
        argument.arg: inspect.Parameter(
            argument.arg,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=_scalar(ast.unparse(argument.annotation)),
        )
        for argument, default in zip(arguments, given)
    }


def _literal(node):
    try:
        return ast.literal_eval(node)
    except ValueError:  # an object, which no option stands for
        return None


def _scalar(annotation):
    """The part of an annotation that text can give, or `None`."""
    kinds = [
        kind for part in annotation.split(" | ") for kind in ALIASES.get(part, part).split(" | ")
    ]
    scalars = [SCALARS[kind] for kind in kinds if kind in SCALARS]
    return reduce(or_, scalars + [type(None)] * ("None" in kinds)) if scalars else None


def _attribute(class_name, name):
    """The strings of a class attribute, or `None`."""
    for node in _definitions()[0][class_name].body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return _strings(node.value)
    return None


def _strings(node):
    """Those of a tuple that may hold other tuples, by name."""
    if isinstance(node, ast.Tuple):
        return [text for element in node.elts for text in _strings(element)]
    if isinstance(node, ast.Starred):
        return _strings(node.value)
    if isinstance(node, ast.Attribute):
        return _attribute(ast.unparse(node.value), node.attr)
    if isinstance(node, ast.Name):
        return _strings(_definitions()[1][node.id])
    return [ast.literal_eval(node)]
