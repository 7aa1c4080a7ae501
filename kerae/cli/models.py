"""`kerae models`: what can be trained."""

import inspect

from .options import BackendOption


def public_models():
    """The model classes by the name that the command line gives them."""
    from .. import models

    classes = vars(models).values()
    return {c.__name__.lower(): c for c in classes if inspect.isclass(c)}


def models(backend: BackendOption = None):
    """List the models."""
    import docstring_parser
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "class", "what it is", "options")
    for name, model in public_models().items():
        doc = docstring_parser.parse(model.__doc__)
        table.add_row(name, f"kerae.{model.__name__}", doc.short_description, _options(model))
    Console().print(table)
    Console().print("Train one with `kerae train NAME --data digits`; `kerae train NAME --help`.")


def _options(model):
    return " ".join(f"--{name.replace('_', '-')}" for name in hyperparameters(model))


def hyperparameters(model):
    """The annotated arguments of a model's constructor: those that a command line can give."""
    parameters = inspect.signature(model.__init__).parameters
    return {name: p for name, p in parameters.items() if p.annotation is not p.empty}
