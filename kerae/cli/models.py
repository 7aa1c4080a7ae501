"""`kerae models`: what can be trained."""

import inspect
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, get_args

import typer

from .options import BackendOption


def public_models():
    """The model classes by the name that the command line gives them."""
    from ..models.catalogue import catalogue

    return {name.lower(): entry.model for name, entry in catalogue().items()}


def models(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As the table of the README, with parts and papers.")
    ] = False,
    backend: BackendOption = None,
):
    """List the models."""
    from rich.console import Console
    from rich.table import Table

    from ..models.catalogue import as_markdown, catalogue

    if markdown:
        print(as_markdown())
        return
    table = Table("name", "class", "what it is", "options")
    for name, entry in catalogue().items():
        table.add_row(name.lower(), f"kerae.{name}", entry.idea, _options(entry.model))
    Console().print(table)
    Console().print("Train one with `kerae train NAME --data digits`; `kerae train NAME --help`.")


def _options(model):
    return " ".join(f"--{name.rstrip('_').replace('_', '-')}" for name in hyperparameters(model))


SCALARS = (bool, int, float, str)


def hyperparameters(model):
    """The arguments of a model's constructor that a command line can give: those annotated as
    numbers or strings, whatever else they may be; `float | Schedule` is a float here.
    """
    parameters = {
        name: parameter
        for of_class in reversed(model.__mro__)
        for name, parameter in inspect.signature(of_class.__init__).parameters.items()
    }
    known = [(name, parameters[name]) for name in model.argument_names()]
    options = [(name, p.replace(annotation=_scalar(p.annotation))) for name, p in known]
    return {name: p for name, p in options if p.annotation is not None}


def _scalar(annotation):
    """The part of an annotation that text can give, or `None`."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    scalars = [kind for kind in kinds if kind in SCALARS]
    return reduce(or_, scalars + [NoneType] * (NoneType in kinds)) if scalars else None


def help_of(model):
    """What the docstrings of a model and its parents say of each argument."""
    import docstring_parser

    docs = [docstring_parser.parse(each.__doc__ or "") for each in reversed(model.__mro__)]
    return {param.arg_name: param.description for doc in docs for param in doc.params}
