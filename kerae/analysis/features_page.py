"""The features of a dictionary as a table, and a page about each."""

from pathlib import Path

from ..checks.arguments import checked
from ..checks.extras import require
from ..checks.types import FilePath
from ..figures.atoms import atom_pictures
from ..files import check_replaceable, replacing
from ..versions import versions
from .dictionary.page_data import FEATURES_IN_A_FILE, feature_file, overview
from .dictionary.sheets import Sheets
from .features import Features
from .page.files import this_command

WRITTEN = ("index.html", "data")


@checked
def features_page(
    found: Features,
    folder: FilePath,
    title: str | None = None,
    command: str | None = None,
) -> Path:
    """Writes a folder whose `index.html` shows a table of all features, and a page about each.

    The table is searched and sorted in the browser. The page of a feature shows what activates it,
    pictures or strips of tokens, the most and by quantile; its activation by label; what it writes,
    a picture where that is one; and the features whose atoms are nearest. It is one page for all,
    at `index.html#123` for feature 123. Nothing is fetched from a network, and no server is needed:
    the folder can be moved, zipped and published as it is.

    Args:
        found: `kerae.analysis.Features`, as `kerae.analysis.features` gives them.
        folder: Folder to write; what it holds is replaced when all is done.
        title: String. Defaults to the model's class and the number of features.
        command: String, how the page was made. Defaults to the command of this process.
    Returns:
        `pathlib.Path` of `index.html`.

    Example:

    >>> data = kerae.data.load("digits")
    >>> model = kerae.SparseAE(data.input_shape, latent_dim=50)
    >>> found = kerae.analysis.features(model, data.x_test, data.y_test)
    >>> page = kerae.analysis.features_page(found, getfixture("tmp_path") / "features")
    >>> sorted(each.name for each in page.parent.iterdir())
    ['data', 'index.html']

    Raises:
        ValueError: If `found` is none, or the folder holds something else, which would be
            lost.
        OSError: If the folder cannot be written.
    """
    require("kerae.analysis.features_page", "analysis", "bokeh", "PIL")
    from jinja2 import Environment, PackageLoader, StrictUndefined

    if not isinstance(found, Features):
        raise ValueError(
            "Expected `found` to be kerae.analysis.Features, what kerae.analysis.features gives. "
            f"Received: {type(found).__name__}."
        )
    folder = Path(folder)
    check_replaceable(folder, WRITTEN)
    title = title or f"{type(found.model).__name__}: {len(found):,} features"
    with replacing(folder) as partial:
        data = partial / "data"
        data.mkdir(parents=True)
        sheets: dict[str, Sheets | None] = {"examples": None, "atoms": None}
        if found.pictures is not None:
            sheets["examples"] = Sheets(found.pictures)
        if found.atom_shape is not None:
            sheets["atoms"] = Sheets(atom_pictures(found.atoms, found.atom_shape))
        for name, each in sheets.items():
            if each is not None:
                each.write(data, name)
        (data / "table.js").write_text(overview(found, sheets, title), "utf-8")
        for start in range(0, len(found), FEATURES_IN_A_FILE):
            text = feature_file(found, start)
            (data / f"features_{start // FEATURES_IN_A_FILE}.js").write_text(text, "utf-8")
        environment = Environment(
            loader=PackageLoader("kerae.analysis.dictionary", "."),
            autoescape=True,
            undefined=StrictUndefined,
        )
        page = environment.get_template("page.html").render(
            title=title, command=command or this_command(), versions=versions()
        )
        (partial / "index.html").write_text(page, "utf-8")
    return folder / "index.html"
