"""The page as a user has it: in a browser, with a mouse."""

import time
from contextlib import contextmanager
from functools import partial
from io import BytesIO

import numpy as np
import on_digits
import pytest
from browser import browser, console_errors, requested_addresses
from PIL import Image

import kerae
from kerae.analysis.explorer.latent_map import LatentMap
from kerae.analysis.explorer.page import Page
from kerae.analysis.explorer.serving import serving
from kerae.serving.host_names import HostNames
from kerae.serving.listening import listening

pytestmark = pytest.mark.once

MODEL = "Bokeh.documents[0].get_model_by_name(arguments[0])"
VIEW = f"const model = {MODEL}, view = Bokeh.index.find_one(model);"
SOON = 20  # seconds


@pytest.fixture(scope="module")
def latent_map(digits):
    model = on_digits.trained(kerae.VAE, digits.x_train, epochs=5)
    return LatentMap(model, digits.x_test, digits.y_test, method="pca")


class Tab:
    """The page in a browser: what it shows, and what a mouse can do to it."""

    def __init__(self, opened):
        self.opened = opened
        self.wait(lambda: opened.execute_script("return window.Bokeh?.documents[0]?.is_idle"))

    def wait(self, happened):
        until = time.monotonic() + SOON
        while not happened():
            assert time.monotonic() < until, "nothing happened"
            time.sleep(0.05)

    def read(self, name, what):
        return self.opened.execute_script(f"{VIEW} return {what}", name)

    def code(self):
        return np.array([self.read(f"z{i}", "model.value") for i in range(on_digits.LATENT_DIM)])

    def images(self, name):
        numbers = self.read(name, "model.data.image.map(image => Array.from(image))")
        return np.array(numbers, "uint32").view("uint8").reshape(-1, 8, 8, 4)[..., 0].astype(int)

    def frame(self, name):
        """Where the frame of a figure lies in the window: left, top, width, height."""
        box, frame = "view.el.getBoundingClientRect()", "view.frame.bbox"
        corner = f"{box}.x + {frame}.left, {box}.y + {frame}.top"
        return self.read(name, f"[{corner}, {frame}.width, {frame}.height]")

    def drag(self, name, *way, at_each=lambda x, y: None):
        """Presses the mouse at the first of these parts of a frame, and moves along the others.

        `at_each` is called at each of the others, with the button still pressed.
        """
        left, top, width, height = self.frame(name)
        first, *others = [(round(left + x * width), round(top + y * height)) for x, y in way]
        with self.mouse() as pointer:
            pointer.move_to_location(*first).pointer_down()
        for place, part in zip(others, way[1:], strict=True):
            with self.mouse() as pointer:
                pointer.move_to_location(*place)
            at_each(*part)
        with self.mouse() as pointer:
            pointer.pointer_up()

    @contextmanager
    def mouse(self):
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        actions = ActionBuilder(self.opened, duration=60)
        yield actions.pointer_action
        actions.perform()

    def press(self, name):
        self.read(name, "view.shadow_el.querySelector('button').click()")

    def choose(self, name, option):
        self.read(
            name,
            f"""(() => {{
                const list = view.shadow_el.querySelector("select")
                list.value = "{option}"
                list.dispatchEvent(new Event("change"))
            }})()""",
        )

    def slide(self, name, part):
        """Clicks on a slider's track, a part of its length from the left."""
        track = "view.shadow_el.querySelector('.noUi-base').getBoundingClientRect()"
        box = self.read(name, f"(box => [box.x, box.y, box.width, box.height])({track})")
        with self.mouse() as pointer:
            pointer.move_to_location(round(box[0] + part * box[2]), round(box[1] + box[3] / 2))
            pointer.click()


@pytest.fixture(scope="module")
def tab(latent_map):
    with (
        listening("127.0.0.1", 0) as listener,
        serving(partial(Page, latent_map), listener, HostNames("127.0.0.1")) as address,
        browser(1400, 1043) as opened,
    ):
        opened.get(address)
        yield Tab(opened)
        assert console_errors(opened) == []
        asked = requested_addresses(opened)
        own = address.split("/")[2]
        assert {each.split("/")[2] for each in asked} == {own}, asked


def shows(tab, latent_map, codes, name):
    """Whether a row of images comes to be what the model decodes of these codes."""
    wanted = 255 * latent_map.model.decode(np.asarray(codes, "float32"))[..., 0]
    tab.wait(lambda: len(tab.images(name)) and np.abs(tab.images(name) - wanted).max() <= 1)


def place_of(tab):
    return [tab.read("here", f"model.data.{axis}[0]") for axis in "xy"]


def visit(tab, latent_map, *way):
    """Clicks or drags on the map, and gives the code of the place once all sliders show it."""
    before = place_of(tab)
    tab.drag("map", *way)
    tab.wait(lambda: place_of(tab) != before)
    tab.wait(lambda: np.allclose(tab.code(), latent_map.code_at(place_of(tab)), atol=1e-4))
    return tab.code()


PLACES = """
    return arguments[0].map(name => {
        const model = Bokeh.documents[0].get_model_by_name(name)
        const box = Bokeh.index.find_one(model).el.getBoundingClientRect()
        return [box.left, box.top, box.width, box.height]
    })
"""


def test_nothing_moves_at_the_first_click_nor_where_something_is_told(tab, latent_map):
    names = ["map", "mode", "decoded figure", "neighbors", "z0", "reset", "A", "method", "without"]
    names += ["strength", "attribute figure", "sketch figure", "clear", "upload", "walk figure"]
    places = tab.opened.execute_script(PLACES, names)
    visit(tab, latent_map, (0.4, 0.4))
    assert tab.opened.execute_script(PLACES, names) == places
    tab.press("with selected")
    tab.wait(lambda: tab.read("message", "model.visible"))
    assert tab.opened.execute_script(PLACES, names) == places
    ((_, top, _, height),) = tab.opened.execute_script(PLACES, ["message"])
    assert top < 10 < height


def test_a_click_decodes_the_place(tab, latent_map):
    code = visit(tab, latent_map, (0.3, 0.6))
    start, end = (
        np.array([tab.read("map", f"model.{axis}_range.{side}") for axis in "xy"])
        for side in ("start", "end")
    )
    pixel = (end - start) / tab.frame("map")[2:]
    np.testing.assert_allclose(
        place_of(tab), start + (end - start) * (0.3, 0.4), atol=1.5 * pixel.max()
    )
    shows(tab, latent_map, [code], "decoded")


def test_two_quick_clicks_are_two_clicks(tab, latent_map):
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    visit(tab, latent_map, (0.6, 0.6))
    time.sleep(0.5)  # longer than between the clicks of a double click
    left, top, width, height = tab.frame("map")
    actions = ActionBuilder(tab.opened, duration=20)
    for x in (0.3, 0.5):
        place = round(left + x * width), round(top + 0.4 * height)
        actions.pointer_action.move_to_location(*place).click()
    actions.perform()
    middle = tab.read("map", "(model.x_range.start + model.x_range.end) / 2")
    tab.wait(lambda: abs(place_of(tab)[0] - middle) < 0.05)


def test_a_drag_decodes_on_the_way_and_the_screen_shows_it(tab, latent_map):
    tab.opened.execute_script(
        f"""{VIEW} window.seen = []
        model.properties.data.change.connect(() => window.seen.push(model.data.x[0]))""",
        "here",
    )

    def followed(part, _):
        range_of = "model.x_range"
        x = tab.read("map", f"{range_of}.start + {part} * ({range_of}.end - {range_of}.start)")
        tab.wait(lambda: abs(place_of(tab)[0] - x) < 0.05)
        tab.wait(lambda: np.allclose(tab.code(), latent_map.code_at(place_of(tab)), atol=1e-4))

    tab.drag("map", (0.2, 0.5), (0.4, 0.5), (0.6, 0.4), (0.8, 0.3), at_each=followed)
    seen = tab.opened.execute_script("return window.seen")
    assert len(set(seen)) >= 3 and np.all(np.diff(seen) >= 0), seen
    shows(tab, latent_map, [tab.code()], "decoded")
    time.sleep(0.3)  # until it is painted
    screen = np.asarray(Image.open(BytesIO(tab.opened.get_screenshot_as_png())).convert("L"))
    left, top, width, height = tab.frame("decoded figure")
    centers = (np.arange(8) + 0.5) / 8
    rows = np.round(top + centers * height).astype(int)
    columns = np.round(left + centers * width).astype(int)
    wanted = 255 * latent_map.model.decode(tab.code().astype("float32")[None])[0, ..., 0]
    np.testing.assert_allclose(screen[np.ix_(rows, columns)], wanted, atol=2)


def test_a_slider_moves_one_dimension(tab, latent_map):
    before = tab.code()
    tab.slide("z2", 0.9)
    tab.wait(lambda: tab.code()[2] > before[2])
    np.testing.assert_allclose(np.delete(tab.code(), 2), np.delete(before, 2), atol=1e-6)
    shows(tab, latent_map, [tab.code()], "decoded")
    tab.press("reset")
    shows(tab, latent_map, [latent_map.z.mean(axis=0)], "decoded")


def test_a_walk_from_one_place_to_another(tab, latent_map):
    ends = []
    for name, place in (("A", (0.2, 0.3)), ("B", (0.7, 0.6))):
        ends.append(visit(tab, latent_map, place))
        tab.press(name)
        tab.wait(lambda name=name: name in tab.read("ends", "model.data.name"))
    shows(tab, latent_map, np.linspace(*ends, 9), "walk")


def test_an_attribute_of_a_selection_and_a_label(tab, latent_map):
    tab.choose("without", "1")
    tab.press("with selected")
    tab.wait(lambda: tab.read("message", "model.visible"))
    tab.read("mode", "view.shadow_el.querySelectorAll('button')[1].click()")
    tab.wait(lambda: tab.read("map", "model.toolbar.active_drag != null"))
    tab.drag("map", (0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.3))
    tab.wait(lambda: len(tab.read("points", "model.selected.indices")) > 5)
    chosen = tab.read("points", "model.selected.indices")
    tab.press("with selected")
    tab.wait(lambda: len(tab.images("attribute")))
    start = tab.code()
    direction = latent_map.z[chosen].mean(axis=0) - latent_map.z[latent_map.classes == 1].mean(
        axis=0
    )
    shows(tab, latent_map, start + np.linspace(-2, 2, 9)[:, None] * direction, "attribute")
    tab.slide("strength", 0.75)
    tab.wait(lambda: tab.read("strength", "model.value") > 0)
    strength = tab.read("strength", "model.value")
    tab.wait(lambda: np.allclose(tab.code(), start + strength * direction, atol=1e-4))
    shows(tab, latent_map, [start + strength * direction], "decoded")
    tab.read("mode", "view.shadow_el.querySelectorAll('button')[0].click()")
    tab.wait(lambda: tab.read("map", "model.toolbar.active_drag == null"))


def test_a_digit_that_is_drawn_lands_and_comes_back(tab, latent_map):
    tab.drag("sketch figure", (0.5, 0.1), (0.5, 0.5), (0.5, 0.9))
    tab.wait(lambda: tab.images("sketch").size and (tab.images("sketch")[0][1:7, 3:5] > 0).all())
    tab.wait(lambda: tab.read("result", "model.text"))
    time.sleep(0.5)  # until the last of the stroke is in, and the projection has placed it
    drawn = tab.images("sketch")[0]
    assert not drawn[:, :2].any() and not drawn[:, 6:].any()
    x = (drawn / 255).astype("float32")[None, ..., None]
    np.testing.assert_allclose(tab.code(), latent_map.model.encode(x)[0], atol=0.05)
    np.testing.assert_allclose(
        place_of(tab), latent_map.landing(latent_map.model.encode(x))[0], atol=0.05
    )
    back = 255 * latent_map.model.reconstruct(x)[0, ..., 0]
    assert np.abs(tab.images("reconstruction")[0] - back).max() < 4
    tab.press("clear")
    tab.wait(lambda: not tab.images("sketch").any())


def test_an_image_that_is_uploaded(tab, latent_map, tmp_path):
    pixels = np.round(255 * latent_map.x[0, ..., 0]).astype("uint8")
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    upload = tab.read("upload", "view.shadow_el.querySelector('input')")
    upload.send_keys(str(tmp_path / "digit.png"))
    tab.wait(lambda: np.array_equal(tab.images("sketch")[0], pixels))
    tab.wait(lambda: np.allclose(tab.code(), latent_map.z[0], atol=0.02))
    (tmp_path / "text.png").write_text("hello")
    upload.send_keys(str(tmp_path / "text.png"))
    tab.wait(lambda: tab.read("message", "model.visible"))
    assert "Expected a PNG or JPEG image" in tab.read("message", "model.text")


def test_another_tab_starts_afresh(tab, latent_map):
    before, first = tab.code(), tab.opened.current_window_handle
    address = tab.opened.current_url
    tab.opened.switch_to.new_window("tab")
    tab.opened.get(address)
    np.testing.assert_allclose(Tab(tab.opened).code(), latent_map.z.mean(axis=0), atol=1e-5)
    tab.opened.close()
    tab.opened.switch_to.window(first)
    np.testing.assert_array_equal(tab.code(), before)
