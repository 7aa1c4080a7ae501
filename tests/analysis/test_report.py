"""The report is opened in a browser, its figures are recomputed, and its files are read."""

import io
import json
import time

import keras
import numpy as np
import pandas as pd
import pytest
from browser import browser, console_errors, eventually, has_started, requested_addresses
from keras import ops
from PIL import Image
from sklearn import metrics as sklearn_metrics
from small_dictionary import small_dictionary

import kerae
from kerae import analysis
from kerae.analysis.page.picture import some_rows
from kerae.analysis.page.pictures import pictures
from kerae.analysis.page.pictures_of_walks import center_of

pytestmark = pytest.mark.once

COUNT = 200


@pytest.fixture(scope="module")
def data():
    return kerae.data.load("digits")


@pytest.fixture(scope="module")
def model(data):
    kerae.set_random_seed(0)
    model = kerae.VAE((8, 8, 1), 2)
    model.start_at_mean(data.x_train)
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(data.x_train, epochs=10, verbose=0)
    return model


@pytest.fixture(scope="module")
def written(model, data, tmp_path_factory):
    """The path of a report and what it tells."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    x, labels = data.x_test[:COUNT], data.y_test[:COUNT]
    history = {"loss": [3.0, 2.0], "val_loss": [4.0, 3.0]}
    found = analysis.report(model, x, labels, path, history=history, command="kerae <report>")
    return path, found


@pytest.fixture(scope="module")
def page(written):
    """The report in a browser that has no network."""
    with browser(width=1400, height=1000) as opened:
        opened.get(written[0].as_uri())
        assert has_started(opened)
        yield opened


PLACE_OF_POINT = """
    const plot = Object.values(Bokeh.index)[0].child_views.find(view => view.frame)
    plot.el.scrollIntoView({block: "center"})
    const box = plot.el.getBoundingClientRect()
    return [box.left + plot.frame.x_scale.compute(arguments[0]),
            box.top + plot.frame.y_scale.compute(arguments[1])]
"""
# The picture is inside of shadow roots, where a query of the document does not look.
SHOWN_UNDER_POINTER = """
    const search = root => [...root.querySelectorAll("*")].flatMap(
        e => [...(e.style.backgroundImage.includes("atlas") ? [e] : []),
              ...(e.shadowRoot ? search(e.shadowRoot) : [])])
    return search(document).map(picture => {
        const box = picture.getBoundingClientRect()
        return [[box.left, box.top, box.width, box.height], picture.parentElement.innerText]
    })
"""


def source(name):
    """The JavaScript that finds a source of data of the page."""
    return f"Bokeh.documents[0].get_model_by_name('{name}')"


def test_numbers_are_those_of_the_model_and_of_scikit_learn(written, model, data):
    path, found = written
    numbers = json.loads(path.with_suffix(".json").read_text())
    scores = numbers["scores"]
    model.compile()
    logs = model.evaluate(data.x_test[:COUNT], return_dict=True, verbose=0)
    assert scores["negative_elbo"] == pytest.approx(logs["loss"], rel=1e-5)
    expected = sklearn_metrics.adjusted_rand_score(data.y_test[:COUNT], found.clusters.labels)
    assert scores["adjusted_rand"] == expected
    assert numbers["examples"] == COUNT and numbers["model"]["class"] == "VAE"
    assert numbers["clusters"]["config"]["method"] == "kmeans"
    assert sum(numbers["clusters"]["table"]["size"]) == COUNT
    assert numbers["versions"]["keras"] == keras.__version__
    assert numbers["seed"] == 0 and numbers["seconds"].keys() >= {"project", "score"}


def test_the_parquet_has_a_row_for_each_example(written, model, data):
    path, found = written
    table = pd.read_parquet(path.with_suffix(".parquet"))
    assert len(table) == COUNT
    z = model.encode(data.x_test[:COUNT])
    np.testing.assert_allclose(np.stack(table["latent"]), z, rtol=1e-5, atol=1e-6)
    # Codes of two dimensions are their own map.
    np.testing.assert_allclose(table[["x", "y"]], z, rtol=1e-5, atol=1e-6)
    assert (table["label"] == data.y_test[:COUNT].astype(str)).all()
    assert (table["cluster"] == found.clusters.labels).all()
    x_hat = model.reconstruct(data.x_test[:COUNT])
    squared = np.square(data.x_test[:COUNT] - x_hat).reshape(COUNT, -1).mean(axis=1)
    np.testing.assert_allclose(table["error"], squared, rtol=1e-4)
    assert "negative_elbo" in table


def test_the_page_opens_without_a_network_and_without_an_error(page):
    assert console_errors(page) == []
    assert requested_addresses(page) == []
    text = page.find_element("tag name", "body").text
    assert f"{COUNT} examples of shape 8 x 8 x 1, encoded by VAE into 2 dimensions." in text
    for heading in ("In short", "Map", "Pictures", "Scores", "How this page was made"):
        assert heading in text
    assert "kerae <report>" in text  # escaped, or it would be a tag
    assert f"keras {keras.__version__}" in text


def test_every_score_has_its_explanation_and_its_source(page, written):
    rows = page.execute_script(
        "return [...document.querySelectorAll('.scores tr')].map(r => r.innerText)"
    )
    text = "\n".join(rows)
    shown = analysis.glossary([name for name in written[1].scores if name[:3] != "kl_"])
    assert len(shown) > 20
    for entry in shown.values():
        assert entry.title in text and entry.explanation in text
    links = page.execute_script("return [...document.querySelectorAll('.scores a')].map(a=>a.href)")
    assert len(links) >= len(shown) and all(link.startswith("https://") for link in links)


def test_all_pictures_are_there_and_are_drawn(page):
    sizes = page.execute_script(
        "return [...document.querySelectorAll('figure img')].map(i => [i.alt, i.naturalWidth])"
    )
    assert {title for title, _ in sizes} == {
        "Codes by label",
        "Codes by cluster",
        "Clusters and labels",
        "Error by label",
        "KL by dimension",
        "Training",
        "Examples on the map",
        "Reconstructions",
        "Samples",
        "Interpolations",
        "Traversals",
        "The plane of codes",
        "Clusters",
        "Hardest and easiest examples",
        "Most and least unusual examples",
    }
    assert all(width > 300 for _, width in sizes)


def test_the_map_shows_each_example_where_its_code_is(page, written):
    columns = page.execute_script(
        f"const d = {source('points')}.data;"
        "return Object.fromEntries(Object.keys(d).map(k => [k, [...d[k]]]))"
    )
    table = pd.read_parquet(written[0].with_suffix(".parquet"))
    for name in ("x", "y", "cluster", "error"):
        np.testing.assert_allclose(columns[name], table[name], rtol=1e-6)
    assert columns["label"] == table["label"].tolist() and columns["row"] == list(range(COUNT))


def test_the_table_of_clusters_is_that_of_the_examples(page, written):
    table = pd.read_parquet(written[0].with_suffix(".parquet")).groupby("cluster")
    shown = page.execute_script(
        f"const d = {source('clusters')}.data;"
        "return Object.fromEntries(Object.keys(d).map(k => [k, [...d[k]]]))"
    )
    np.testing.assert_allclose(shown["error"], table["error"].mean(), rtol=1e-5)
    counts = table["label"].value_counts().unstack(fill_value=0)
    assert shown["cluster"] == counts.index.tolist()
    assert shown["size"] == counts.sum(axis=1).tolist()
    np.testing.assert_allclose(shown["share"], counts.max(axis=1) / counts.sum(axis=1))
    largest = [counts.loc[i, label] for i, label in zip(shown["cluster"], shown["label"])]
    assert largest == counts.max(axis=1).tolist()


def choose(page, name, indices):
    page.execute_script(f"{source(name)}.selected.indices = {indices}")


def is_chosen(page, name, expected):
    """Whether just these rows of a source are chosen, at once or soon."""
    return eventually(
        lambda: sorted(page.execute_script(f"return {source(name)}.selected.indices")) == expected
    )


def test_a_row_of_the_table_shows_the_points_of_its_cluster_and_back(page, written):
    clusters = written[1].clusters.labels
    for cluster in (2, 4):
        choose(page, "clusters", [cluster])
        assert is_chosen(page, "points", np.flatnonzero(clusters == cluster).tolist())
        assert is_chosen(page, "clusters", [cluster])
    both = sorted(int(np.flatnonzero(clusters == number)[0]) for number in (0, 3))
    choose(page, "points", both)
    assert is_chosen(page, "clusters", [0, 3])
    time.sleep(0.3)  # in which the rows could choose all points of their clusters
    assert is_chosen(page, "points", both)
    choose(page, "points", [])
    assert is_chosen(page, "clusters", [])


def under_pointer(page, point):
    """The boxes and the texts of the examples that are shown when the mouse is at a point."""
    from selenium.webdriver import ActionChains

    place = page.execute_script(PLACE_OF_POINT, *map(float, point))
    actions = ActionChains(page)
    actions.w3c_actions.pointer_action.move_to_location(*map(round, place))
    actions.perform()
    eventually(lambda: page.execute_script(SHOWN_UNDER_POINTER))
    time.sleep(0.3)  # in which it is drawn
    return page.execute_script(SHOWN_UNDER_POINTER)


def test_the_image_of_an_example_appears_under_the_pointer(page, written, data):
    points = written[1].projection.points
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1) + 1e9 * np.eye(COUNT)
    row = int(distances.min(axis=1).argmax())  # which no other is near to
    (((left, top, width, height), text),) = under_pointer(page, points[row])
    assert f"example {row}" in text and f"label {data.y_test[row]}" in text
    screen = Image.open(io.BytesIO(page.get_screenshot_as_png())).convert("L")
    shown = screen.crop((left, top, left + width, top + height)).resize((8, 8), Image.BOX)
    drawn, image = np.asarray(shown) / 255, data.x_test[row, :, :, 0]
    assert np.abs(drawn - image).mean() < 0.06  # the atlas is compressed
    others = np.abs(drawn - data.x_test[:COUNT, :, :, 0]).mean(axis=(1, 2))
    assert others.argmin() == row


def test_where_examples_overlap_one_of_them_is_shown(page, written):
    points = written[1].projection.points
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1) + 1e9 * np.eye(COUNT)
    assert len(under_pointer(page, points[distances.min(axis=1).argmin()])) == 1


PICTURES = """
    return [...document.querySelectorAll(".pictures figure")].map(figure => {
        const box = figure.getBoundingClientRect(), image = figure.querySelector("img")
        return [box.left, box.right, image.getBoundingClientRect().width, figure.className]
    })
"""


def test_pictures_fill_the_width_of_the_page(written):
    for width, columns in ((1300, 2), (420, 1)):
        with browser(width, 900) as opened:
            opened.get(written[0].as_uri())
            assert has_started(opened)
            # Of a window that Chromium makes no smaller.
            opened.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
            )
            left, right = opened.execute_script(
                "const box = document.querySelector('.pictures').getBoundingClientRect();"
                "return [box.left, box.right]"
            )
            boxes = opened.execute_script(PICTURES)
            narrow = [box for box in boxes if box[3] != "wide"]
            assert len({round(box[0]) for box in narrow}) == columns
            assert max(box[1] for box in narrow) == pytest.approx(right, abs=1)
            assert right - left > 0.85 * width
            # Each as large as its place.
            assert all(box[2] == pytest.approx(box[1] - box[0], abs=1) for box in boxes)
            assert any(box[3] == "wide" for box in boxes)
            assert all(
                box[1] - box[0] == pytest.approx(right - left, abs=1)
                for box in boxes
                if box[3] == "wide"
            )
            assert opened.execute_script("return document.documentElement.scrollWidth") <= width


def test_what_it_gives_is_printed_in_a_few_lines(written):
    found = written[1]
    text = repr(found)
    assert len(text) < 1200
    assert text.startswith("Analysis(examination=Examination(model=<VAE>, x=float32(200, 8, 8, 1)")
    assert "projection=Projection(points=float32(200, 2)" in text and "seed=0" in text
    for part in (found.examination, found.projection, found.clusters):
        assert repr(part) in text


def test_vectors_have_no_images_and_many_examples_are_shown_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr("kerae.analysis.page.interactive_map.MOST", 50)
    x = np.random.default_rng(0).random((60, 5), dtype="float32")
    path = tmp_path / "report.html"
    analysis.report(kerae.AE((5,), 1), x, path=path)
    page = path.read_text()
    assert "Codes by cluster" in page and "Reconstructions" not in page
    assert "50 of the 60 examples are shown, drawn at random" in page
    assert len(pd.read_parquet(path.with_suffix(".parquet"))) == 60
    assert json.loads(path.with_suffix(".json").read_text())["examples"] == 60


def test_samples_of_other_priors_stand_beside_those_of_the_models_own(
    written, model, data, monkeypatch
):
    monkeypatch.setattr("kerae.analysis.page.pictures.CODE_PICTURES", ())
    monkeypatch.setattr("kerae.analysis.page.pictures.IMAGE_PICTURES", ())
    found = written[1]
    x, y = data.x_train[:200], data.y_train[:200]
    of_classes, of_all = (kerae.priors.fitted("kde", model, x, labels) for labels in (y, None))
    drawn = pictures(found, None, {"kde": of_all, "by class": of_classes})
    assert drawn["samples_kde"].title == "Samples: kde"
    assert "KernelDensity" in drawn["samples_kde"].caption
    assert "ByClass" in drawn["samples_by class"].caption
    assert pictures(found) == {}


OF_CODES = {"code_maps", "code_usage", "categories", "traversals"}


def test_maps_of_two_levels_are_one_below_the_other(data):
    model, x = kerae.VQVAE2((8, 8, 1), 5, 3), data.x_test[:20]
    model.compile()
    model.fit(x, verbose=0)  # puts the codes on vectors
    found = analysis.analyze(model, x, method="pca", n_clusters=2)
    drawn = pictures(found)
    assert drawn["code_usage"].title == "Use of codes: top"
    assert drawn["code_usage_below"].title == "Use of codes: bottom"
    assert "one below the other: top, bottom." in drawn["code_maps"].caption
    picture = np.asarray(drawn["code_maps"].figure.axes[0].images[0].get_array())
    row = some_rows(found, 10)[0]
    indices = model.encode_indices(x[[row]])
    np.testing.assert_allclose(picture[1:9, 1:9, 0], x[row, ..., 0], rtol=1e-6)
    decoded = model.decode_indices(indices)[0, ..., 0]
    np.testing.assert_allclose(picture[28:36, 1:9, 0], decoded, rtol=1e-4)
    for start, (name, size) in zip((10, 19), (("top", 4), ("bottom", 2))):
        colors = picture[start : start + 8 : size, 1:9:size]  # one of each place
        own = model.latent.by_level(indices)[name][0]
        same = (own[:, :, None, None] == own).reshape(own.size, -1)
        flat = colors.reshape(own.size, -1)
        np.testing.assert_array_equal((flat[:, None] == flat).all(axis=-1), same)
    used = found.scores["used_codes"]
    maps = model.latent.by_level(model.encode_indices(x)).values()
    of_levels = [len(np.unique(each)) / 5 for each in maps]
    assert used == pytest.approx(np.mean(of_levels))
    told = ", ".join(f"{each:.3g}" for each in of_levels)
    assert found.scores.notes["used_codes"] == f"top, bottom: {told}"


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (lambda: kerae.VQVAE((8, 8, 1), 7, 3), {"code_maps", "code_usage", "traversals"}),
        (lambda: kerae.JointVAE((8, 8, 1), 2, 12, 3), {"categories", "traversals"}),
        (lambda: kerae.CategoricalVAE((8, 8, 1), 1, 2), {"categories", "code_usage"}),
    ],
    ids=["quantizer", "joint", "categorical"],
)
def test_discrete_codes_have_pictures_of_their_own(model, expected, data):
    model, x = model(), data.x_test[:40]
    if "code_maps" in expected:  # codes among those that the encoder gives
        before = model.posterior(ops.convert_to_tensor(x))["before"]
        model.latent.codebook.assign(ops.reshape(before, (-1, 3))[:7])
    found = analysis.analyze(model, x, method="pca", n_clusters=2)
    drawn = pictures(found)
    assert set(drawn) & OF_CODES == expected and "manifold" not in drawn
    if "code_maps" in expected:
        picture = np.asarray(drawn["code_maps"].figure.axes[0].images[0].get_array())
        rows = some_rows(found, 10)
        decoded = model.decode_indices(model.encode_indices(x[rows]))
        np.testing.assert_allclose(picture[1:9, 1:9, 0], x[rows[0], ..., 0], rtol=1e-6)
        np.testing.assert_allclose(picture[19:27, 1:9, 0], decoded[0, ..., 0], rtol=1e-4)
    if "traversals" in expected and "categories" in expected:
        (axes,) = drawn["traversals"].figure.axes
        assert [label.get_text() for label in axes.get_yticklabels()] == ["z[0]", "z[1]"]
        (axes,) = drawn["categories"].figure.axes
        assert len(axes.get_yticks()) == 10 and "Of 12 variables" in drawn["categories"].caption
        center = center_of(found.examination)
        assert center[2:].reshape(12, 3).sum(axis=1).tolist() == [1.0] * 12


def test_dictionaries_have_pictures_of_their_features(data):
    model, of_atoms = small_dictionary(latent_dim=120), {"density", "coherence", "atoms"}
    found = analysis.analyze(model, data.x_test[:40], method="pca", n_clusters=2)
    drawn = pictures(found)
    assert of_atoms <= set(drawn)
    often = np.argsort(-(found.examination.z != 0).mean(axis=0), kind="stable")[:100]
    expected = kerae.figures.atoms(model.atoms[often], (8, 8, 1)).axes[0].images[0].get_array()
    picture = drawn["atoms"].figure.axes[0].images[0].get_array()
    np.testing.assert_array_equal(picture, expected)
    plain = analysis.analyze(kerae.AE((8, 8, 1), 2), data.x_test[:40], n_clusters=2)
    assert not of_atoms & set(pictures(plain))


def test_a_conditional_model_is_given_the_labels(data, tmp_path):
    model = kerae.CVAE((8, 8, 1), 2, num_classes=10)
    x, labels = data.x_test[:60], data.y_test[:60]
    found = analysis.report(model, x, labels.tolist(), tmp_path / "report.html")
    np.testing.assert_allclose(found.examination.z, model.encode(x, labels), atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": "report.pdf"}, "`path` to end in .html. Received: .*report.pdf"),
        ({"labels": [1, 2]}, r"`labels` of shape \(20,\)"),
        ({"labels": np.zeros(20)}, "integers or strings. Received: float64"),
        ({"x": np.full((20, 8, 8, 1), np.nan, "float32")}, "NaN or infinity in 20 of 20"),
        ({"n_clusters": 30}, "30"),
    ],
    ids=str,
)
def test_refuses_before_anything_is_written(model, data, tmp_path, arguments, message):
    arguments = {"x": data.x_test[:20], "path": "report.html"} | arguments
    with pytest.raises(ValueError, match=message):
        analysis.report(model, **arguments | {"path": tmp_path / arguments["path"]})
    assert list(tmp_path.iterdir()) == []


def test_one_class_only_and_codes_that_are_all_the_same(model, data, tmp_path):
    found = analysis.report(model, data.x_test[:20], [0] * 20, tmp_path / "report.html")
    assert "knn_accuracy" not in found.scores and "class" in found.scores.notes["knn_accuracy"]
    with pytest.raises(ValueError, match="the same code"):
        analysis.report(model, np.zeros((20, 8, 8, 1), "float32"), path=tmp_path / "same.html")


def test_a_dataset_is_told_of_by_its_test_part(model, data, tmp_path):
    few, names = data.y_test < 3, ("zero", "one", "two")
    parts = data.x_test[~few][:3], data.y_test[few][:3], data.x_test[few], data.y_test[few]
    rows = np.arange(len(parts[2]))
    factors = {"factors_test": np.stack([rows % 2, rows % 3], axis=1)}
    factors |= {"factors_train": factors["factors_test"][:3]}
    factors |= {"factor_values": {"parity": (0, 1), "rest": (0, 1, 2)}}
    few = kerae.data.Dataset(*parts, name="some digits", class_names=names, **factors)
    found = analysis.report(model, few, path=tmp_path / "report.html")
    assert found.labels.names == names
    np.testing.assert_array_equal(found.labels.values, few.y_test)
    np.testing.assert_allclose(found.examination.x, few.x_test)
    gap = kerae.metrics.mutual_information_gap(found.examination.z, few.factors_test)
    assert found.scores["mutual_information_gap"] == gap
    assert (
        f"VAE on some digits: {len(few.x_test)} examples" in (tmp_path / "report.html").read_text()
    )
    assert f"tells {gap:.0%} more than the next (MIG)" in (tmp_path / "report.html").read_text()
    for given in ({"labels": few.y_test}, {"y": few.y_test}):
        with pytest.raises(ValueError, match=r"Expected Dataset\(.*alone"):
            analysis.report(model, few, path=tmp_path / "report.html", **given)
