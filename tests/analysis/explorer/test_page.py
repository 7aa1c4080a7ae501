"""The page without a browser: what its widgets do to what it shows."""

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.events import ButtonClick, Pan, PanEnd, PanStart, Tap

import kerae
from kerae.analysis.explorer.latent_map import LatentMap
from kerae.analysis.explorer.page import Page

pytestmark = [pytest.mark.slow, pytest.mark.mainly("torch")]

COUNT = 40


def page_of(model, labels=None, **options):
    for variable in model.decoder.trainable_variables:
        variable.assign(4 * variable)  # so that other codes give other images
    x = np.random.default_rng(0).random((COUNT, *model.input_shape), dtype="float32")
    return Page(LatentMap(model, x, labels, method="pca", **options), Document())


def widget(page, name):
    return page.document.get_model_by_name(name)


def press(page, name):
    widget(page, name)._trigger_event(ButtonClick(widget(page, name)))
    page.refresh()


def pixels(page, name):
    """The first channel of the images that a row of pictures shows."""
    images = widget(page, name).data["image"]
    return [
        np.ascontiguousarray(image).view("uint8").reshape(*image.shape, 4)[..., 0]
        for image in images
    ]


def decoded(model, codes, *y):
    return np.round(255 * model.decode(np.asarray(codes, "float32"), *y))[..., 0]


@pytest.fixture
def page():
    return page_of(kerae.VAE((8, 8, 1), 2), np.arange(COUNT) % 4)


@pytest.fixture
def model(page):
    return page.views[0].exploration.map.model


def test_a_tap_and_a_drag_decode_the_place(page, model):
    plot = widget(page, "map")
    for event in (Tap(plot, x=0.5, y=-1.0), Pan(plot, x=-0.5, y=2.0)):
        plot._trigger_event(event)
        page.refresh()
        place = [event.x, event.y]
        np.testing.assert_allclose([widget(page, f"z{i}").value for i in range(2)], place)
        np.testing.assert_allclose([widget(page, "here").data[axis][0] for axis in "xy"], place)
        assert np.abs(pixels(page, "decoded")[0] - decoded(model, [place])[0]).max() <= 1


def test_a_drag_in_another_mode_does_not_decode(page):
    plot, mode = widget(page, "map"), widget(page, "mode")
    before = widget(page, "here").data["x"][0]
    mode.active = 1
    plot._trigger_event(Pan(plot, x=-0.5, y=2.0))
    page.refresh()
    assert widget(page, "here").data["x"][0] == before
    assert type(plot.toolbar.active_drag).__name__ == "LassoSelectTool"
    mode.active = 2
    assert type(plot.toolbar.active_drag).__name__ == "PanTool"
    mode.active = 0
    assert plot.toolbar.active_drag is None


def test_a_slider_sets_its_dimension_and_grows_where_a_place_lies_beyond(page, model):
    widget(page, "z1").value = 1.25
    page.refresh()
    code = [widget(page, "z0").value, 1.25]
    assert np.abs(pixels(page, "decoded")[0] - decoded(model, [code])[0]).max() <= 1
    plot = widget(page, "map")
    plot._trigger_event(Tap(plot, x=50.0, y=0.0))
    page.refresh()
    assert widget(page, "z0").value == widget(page, "z0").end == 50.0
    press(page, "reset")
    np.testing.assert_allclose(
        widget(page, "z0").value, page.views[0].exploration.map.z[:, 0].mean(), rtol=1e-5
    )


def test_a_walk_shows_nine_images_and_its_way(page, model):
    plot = widget(page, "map")
    for name, place in (("A", (-1.0, 0.0)), ("B", (1.0, 2.0))):
        plot._trigger_event(Tap(plot, x=place[0], y=place[1]))
        press(page, name)
    way = np.linspace((-1.0, 0.0), (1.0, 2.0), 9)
    np.testing.assert_allclose(widget(page, "path").data["y"], way[:, 1], atol=1e-6)
    assert widget(page, "ends").data["name"] == ["A", "B"]
    assert np.abs(np.stack(pixels(page, "walk")) - decoded(model, way)).max() <= 1
    widget(page, "method").active = 1
    page.refresh()
    # Halfway along the arc from (-1, 0) to (1, 2), whose angle has the cosine -1/sqrt(5).
    halfway = np.array([0.0, 2.0]) / (2 * np.cos(np.arccos(-(5**-0.5)) / 2))
    np.testing.assert_allclose(widget(page, "path").data["y"][4], halfway[1], rtol=1e-5)
    assert np.abs(pixels(page, "walk")[4] - decoded(model, [halfway])[0]).max() <= 1


def test_groups_come_from_labels_or_from_the_map_and_the_attribute_is_added(page, model):
    z = page.views[0].exploration.map.z
    press(page, "with selected")
    message = widget(page, "message")
    assert message.visible and "drag to select" in message.text
    widget(page, "without").value = "1"
    widget(page, "points").selected.indices = [3, 4, 5]
    press(page, "with selected")
    assert not message.visible
    direction = z[3:6].mean(axis=0) - z[1::4].mean(axis=0)
    start = np.array([widget(page, f"z{i}").value for i in range(2)])
    widget(page, "strength").value = 0.5
    page.refresh()
    np.testing.assert_allclose(
        [widget(page, f"z{i}").value for i in range(2)], start + direction / 2, rtol=1e-5, atol=1e-6
    )
    steps = start + np.linspace(-2, 2, 9)[:, None] * direction
    assert np.abs(np.stack(pixels(page, "attribute")) - decoded(model, steps)).max() <= 1
    plot = widget(page, "map")
    plot._trigger_event(Tap(plot, x=0.0, y=0.0))
    page.refresh()
    assert widget(page, "strength").value == 0.0


def test_a_drawing_is_encoded_and_comes_back(page, model):
    canvas = widget(page, "sketch figure")
    canvas._trigger_event(PanStart(canvas, x=0.25, y=0.9))
    canvas._trigger_event(Pan(canvas, x=0.25, y=0.6))
    canvas._trigger_event(PanEnd(canvas, x=0.25, y=0.6))
    page.refresh()
    drawn = pixels(page, "sketch")[0]
    assert drawn[1:3, 1:3].min() > 0 and not drawn[:, 4:].any() and not drawn[5:].any()
    x = (drawn / 255.0).astype("float32")[None, ..., None]
    np.testing.assert_allclose(
        [widget(page, f"z{i}").value for i in range(2)], model.encode(x)[0], atol=0.01
    )
    assert (
        np.abs(pixels(page, "reconstruction")[0] - 255 * model.reconstruct(x)[0, ..., 0]).max() < 3
    )
    told = float(widget(page, "result").text.split()[1].strip(","))
    np.testing.assert_allclose(told, np.mean((x - model.reconstruct(x)) ** 2), atol=1e-3)
    widget(page, "invert").active = True
    page.refresh()
    np.testing.assert_array_equal(pixels(page, "sketch")[0], 255 - drawn)
    widget(page, "invert").active = False
    press(page, "clear")
    assert not pixels(page, "sketch")[0].any() and pixels(page, "reconstruction") == []


def test_a_file_that_is_no_image_is_told(page):
    widget(page, "upload").set_from_json("value", "aGVsbG8=")
    message = widget(page, "message")
    assert message.visible and message.text.startswith("Expected a PNG or JPEG image.")


def test_labels_that_are_chosen_are_decoded_with():
    conditional = kerae.CVAE((8, 8, 1), 2, num_classes=3)
    page = page_of(conditional, y=np.arange(COUNT) % 3)
    widget(page, "label").value = "2"
    page.refresh()
    code = [[widget(page, f"z{i}").value for i in range(2)]]
    assert np.abs(pixels(page, "decoded")[0] - decoded(conditional, code, 2)[0]).max() <= 1


def test_vectors_are_lines_and_are_not_drawn_on():
    model = kerae.AE((6,), 70)
    page = page_of(model)
    assert widget(page, "sketch figure") is None and widget(page, "upload") is None
    code = page.views[0].exploration.code[None]
    low, high = page.views[0].exploration.map.limits
    expected = (model.decode(code)[0] - low) / (high - low)
    np.testing.assert_allclose(widget(page, "decoded").data["y"][0], expected, rtol=1e-4)


def test_the_sliders_are_those_of_the_most_active_dimensions():
    page = page_of(kerae.AE((6,), 70))
    deviations = page.views[0].exploration.map.z.std(axis=0)
    names = [f"z{i}" for i in np.argsort(-deviations)]
    assert all(widget(page, name) is not None for name in names[:64])
    assert all(widget(page, name) is None for name in names[64:])


def test_what_users_name_is_not_taken_for_markup():
    page = page_of(kerae.VAE((8, 8, 1), 2), np.array(["<b>", "</script>"])[np.arange(COUNT) % 2])
    assert "<b>" not in widget(page, "neighbors").text
    assert "&lt;" in widget(page, "neighbors").text


def test_each_tab_has_a_state_of_its_own(page):
    other = Page(page.views[0].exploration.map, Document())
    widget(page, "z0").value = 2.0
    for each in (page, other):
        each.refresh()
    assert widget(other, "z0").value != 2.0
