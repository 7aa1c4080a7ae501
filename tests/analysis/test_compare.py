import json

import numpy as np
import pytest
from browser import browser, console_errors, has_started, requested_addresses

import kerae
from kerae import analysis

pytestmark = pytest.mark.once

COUNT = 200


@pytest.fixture(scope="module")
def compared(digits, tmp_path_factory):
    """The folder of a comparison, the models, and the table."""
    models = {"ae": kerae.AE((8, 8, 1), 2), "vae <1>": kerae.VAE((8, 8, 1), 1)}
    path = tmp_path_factory.mktemp("compare") / "comparison.html"
    x, labels = digits.x_test[:COUNT], digits.y_test[:COUNT]
    return path, models, analysis.compare(models, x, labels, path, command="this")


def test_the_table_has_the_scores_of_each_model_alone(compared, digits):
    _, models, table = compared
    x, labels = digits.x_test[:COUNT], digits.y_test[:COUNT]
    assert list(table.index) == list(models)
    for name, model in models.items():
        alone = analysis.analyze(model, x, labels).scores
        assert table.loc[name].dropna().to_dict() == pytest.approx(alone)
        assert "knn_accuracy_input" in alone
    assert np.isnan(table.loc["ae", "kl"])  # which an AE has not


def test_the_page_shows_all_models_side_by_side(compared, digits):
    path, models, table = compared
    numbers = json.loads(path.with_suffix(".json").read_text())
    for name in models:
        assert numbers["models"][name]["scores"]["silhouette"] == table.loc[name, "silhouette"]
    with browser() as opened:
        opened.get(path.as_uri())
        assert has_started(opened)
        pictures = opened.execute_script(
            "return [...document.querySelectorAll('figure')].map("
            "f => [f.querySelector('img').alt, f.innerText.trim(),"
            " f.querySelector('img').naturalWidth > 300])"
        )
        headings = opened.execute_script(
            "return [...document.querySelectorAll('.scores th')].slice(0, 3).map(h => h.innerText)"
        )
        titles = opened.execute_script(
            "return [...Bokeh.documents[0]._all_models.values()]"
            ".filter(m => m.type == 'Title').map(m => m.text)"
        )
        drawn = opened.execute_script(
            "const models = [...Bokeh.documents[0]._all_models.values()];"
            "const data = Bokeh.documents[0].get_model_by_name('points').data;"
            "return models.filter(m => m.type == 'Scatter').map(m => [...data[m.x.field]])"
        )
        assert console_errors(opened) == [] and requested_addresses(opened) == []
    assert ["Reconstructions", "ae", True] in pictures
    assert ["Reconstructions", "vae <1>", True] in pictures
    assert headings == ["score", *models]
    assert sorted(titles) == sorted(models)
    # On each map the codes of its own model, of which those of one dimension are a line.
    for model in models.values():
        z = model.encode(digits.x_test[:COUNT])
        assert any(np.allclose(x, z[:, 0], atol=1e-5) for x in drawn)


def test_refuses_no_models_and_other_files(digits):
    with pytest.raises(ValueError, match="models by name. Received: none"):
        analysis.compare({}, digits.x_test)
    with pytest.raises(ValueError, match="end in .html"):
        analysis.compare({"ae": kerae.AE((8, 8, 1), 2)}, digits.x_test, path="page.txt")
