"""The features page as a user has it: from a folder, in a browser without a network."""

import json
import re

import numpy as np
import pytest
from browser import browser, console_errors, eventually, requested_addresses
from PIL import Image
from small_dictionary import small_dictionary

import kerae
from kerae import analysis
from kerae.analysis.dictionary.sheets import Sheets

pytestmark = pytest.mark.once

NAMES = ["zero", "one", "two", "<b>three", "four", "five", "six", "seven", "eight", "nine"]


@pytest.fixture(scope="module")
def model(digits):
    kerae.set_random_seed(0)
    model = small_dictionary(latent_dim=150)
    model.compile("adam")
    model.fit(digits.x_train, epochs=2, verbose=0)
    return model


@pytest.fixture(scope="module")
def found(model, digits):
    return analysis.features(model, digits.x_test, digits.y_test, NAMES, num_top=6)


@pytest.fixture(scope="module")
def folder(found, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "features"
    page = analysis.features_page(found, folder, "<i>Digits", command="kerae <features>")
    assert page == folder / "index.html"
    return folder


@pytest.fixture(scope="module")
def opened():
    with browser(1300, 900) as opened:
        yield opened


@pytest.fixture
def page(opened, folder):
    opened.get("about:blank")
    opened.get((folder / "index.html").as_uri())
    yield opened
    assert console_errors(opened) == [] and requested_addresses(opened) == []


def order_of(page):
    script = "return Array.from(document.querySelectorAll('#rows tr[data-feature]'), "
    return [int(each) for each in page.execute_script(script + "row => row.dataset.feature)")]


def press(page, *keys):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(page).send_keys(*keys).perform()


def focused(page):
    return page.execute_script("return document.activeElement.textContent")


def go(page, number):
    page.execute_script(f"location.hash = '#{number}'")
    heading = "return document.querySelector('#one h1')?.textContent"
    assert eventually(lambda: page.execute_script(heading) == f"Feature {number}")


def text_of(page, selector="#one"):
    return page.execute_script(f"return document.querySelector({json.dumps(selector)}).innerText")


def test_the_table_has_all_features_the_most_active_first(page, found):
    expected = np.lexsort((np.arange(150), -found.frequency.astype("float32")))
    seen = order_of(page)
    assert seen == expected[: len(seen)].tolist() and 10 < len(seen) < 60
    rows = page.execute_script("return document.getElementById('table').ariaRowCount")
    assert int(rows) == 151
    said = text_of(page, "#said")
    dead = int((found.frequency == 0).sum())
    assert f"150 of 150 features; {dead} dead on 359 examples" in said
    assert f"{found.frequency.sum():.3g} active in one (L0)" in said
    assert page.title == "<i>Digits" and text_of(page, "h1") == "<i>Digits"
    first = text_of(page, "#rows tr[data-feature]").split("\t")
    best = expected[0]
    assert first[0].strip() == str(best)
    assert float(first[1].removesuffix(" %")) == pytest.approx(
        100 * found.frequency[best], rel=0.01
    )
    assert float(first[3]) == pytest.approx(found.maximum[best], rel=0.01)
    assert first[5].startswith(NAMES[found.by_label[best].argmax()])


def test_a_click_on_a_head_sorts_and_another_turns_it_round(page, found):
    from selenium.webdriver.common.by import By

    head = page.find_elements(By.CSS_SELECTOR, "#heads th")[3]
    head.find_element(By.TAG_NAME, "button").click()
    expected = np.lexsort((np.arange(150), -found.maximum))
    assert order_of(page)[:12] == expected[:12].tolist()
    assert head.get_attribute("aria-sort") == "descending"
    head.find_element(By.TAG_NAME, "button").click()
    expected = np.lexsort((np.arange(150), found.maximum))
    assert order_of(page)[:12] == expected[:12].tolist()
    assert head.get_attribute("aria-sort") == "ascending"


def test_search_finds_numbers_and_labels_and_dead_ones_can_be_left_out(page, found):
    from selenium.webdriver.common.by import By

    field = page.find_element(By.ID, "search")
    field.send_keys("12")
    assert sorted(order_of(page)) == [12, *range(120, 130)]
    field.clear()
    field.send_keys("THREE")
    label = found.by_label.argmax(axis=1)
    expected = np.flatnonzero((label == 3) & (found.frequency > 0))
    assert sorted(order_of(page)) == expected.tolist()
    field.clear()
    field.send_keys("no such")
    assert order_of(page) == [] and "0 of 150 features" in text_of(page, "#said")
    field.clear()
    field.send_keys(" ")
    page.find_element(By.ID, "alive").click()
    assert f"{(found.frequency > 0).sum()} of 150" in text_of(page, "#said")


def test_the_keyboard_goes_through_all_rows_and_opens_one(page, found):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    expected = np.lexsort((np.arange(150), -found.frequency.astype("float32"))).astype(str)
    page.find_element(By.ID, "search").click()
    press(page, Keys.ARROW_DOWN)
    assert focused(page) == expected[0]
    press(page, *[Keys.ARROW_DOWN] * 40)
    assert focused(page) == expected[40]
    press(page, Keys.END)
    assert focused(page) == expected[149]
    press(page, Keys.ARROW_UP, Keys.ENTER)
    assert eventually(lambda: page.title == f"Feature {expected[148]} - <i>Digits")
    assert focused(page) == f"Feature {expected[148]}"


def test_a_feature_shows_what_activates_it_and_what_it_writes(page, found):
    best = int(found.frequency.argmax())
    go(page, best)
    text = text_of(page)
    for value in found.top_activations[best, :, 0]:
        assert f"{float(f'{value:.3g}'):g}" in text
    labels = page.execute_script(
        "return Array.from(document.querySelectorAll('#one .examples li figure'), f => f.title)"
    )
    assert len(labels) == 6 + 16
    for title, row in zip(labels, [*found.top[best], *found.samples[best]]):
        name = NAMES[found.labels.values[row]]
        assert title.startswith(f"example {row}, label {name}, activation")
    assert text.count("Quantile") == 4 and "Quantile 4 of 4, the largest" in text
    means = found.by_label[best]
    for name, mean in zip(NAMES, means):
        assert re.search(rf"{re.escape(name)}\s+{float(f'{mean:.3g}'):g}", text)
    for other, cosine in zip(found.nearest[best], found.nearest_cosines[best]):
        assert f"feature {other}, cosine {float(f'{cosine:.3g}'):g}" in text
    strongest = int(np.abs(found.atoms[best]).argmax())
    assert re.search(rf"value\s+{strongest}\s+", text)
    pictures = page.execute_script(
        "return Array.from(document.querySelectorAll('#one .picture'), p => p.ariaLabel)"
    )
    assert all(pictures) and f"atom {best} as a picture" in pictures


def test_pictures_are_those_of_the_examples_and_the_atoms(page, found, folder):
    best = int(found.frequency.argmax())
    go(page, best)
    for selector, expected in (
        (".examples .picture", found.pictures[np.searchsorted(found.pictured, found.top[best, 0])]),
        (f"[aria-label='atom {best} as a picture']", None),
    ):
        style = page.execute_script(
            "const s = document.querySelector(arguments[0]).style;"
            "return [s.backgroundImage, s.backgroundPosition, s.width, s.backgroundSize]",
            f"#one {selector}",
        )
        name = re.search(r"data/\w+\.png", style[0])[0]
        left, top = (-float(each) for each in re.findall(r"-?[\d.]+(?=px)", style[1]))
        scale = float(style[2].removesuffix("px")) / 8
        assert float(style[3].split("px")[0]) == 32 * 8 * scale
        with Image.open(folder / name) as sheet:
            box = [int(left / scale), int(top / scale)]
            part = np.asarray(sheet.crop((*box, box[0] + 8, box[1] + 8)), float) / 255
        if expected is None:
            colors = kerae.figures.atoms(found.atoms[[best]], (8, 8, 1)).axes[0].images[0]
            expected = np.asarray(colors.get_array(), float)[1:9, 1:9]
        np.testing.assert_allclose(part, np.squeeze(expected), atol=0.5 / 255 + 1e-6)


def test_one_goes_on_to_the_next_in_the_order_of_the_table_and_back(page, found):
    from selenium.webdriver.common.by import By

    expected = np.lexsort((np.arange(150), -found.frequency.astype("float32")))
    go(page, expected[4])
    page.find_element(By.CSS_SELECTOR, "a[rel=next]").click()
    assert eventually(lambda: page.title.startswith(f"Feature {expected[5]} "))
    page.find_element(By.LINK_TEXT, "All features").click()
    assert eventually(lambda: page.title == "<i>Digits" and len(order_of(page)) > 10)
    go(page, 149)  # which lies in another file than the first ones
    assert "Feature 149" in text_of(page)


def test_a_dead_feature_is_told_to_be_one(page, found):
    dead = np.flatnonzero(found.frequency == 0)
    assert len(dead)
    go(page, dead[0])
    assert "It is dead: no example activates it." in text_of(page)


def test_every_control_has_a_name_and_the_page_a_language(page):
    nameless = page.execute_script(
        "return Array.from(document.querySelectorAll('input, button, a')).filter("
        "e => !(e.textContent.trim() || e.labels?.length)).length"
    )
    language = page.execute_script("return document.documentElement.lang")
    assert nameless == 0 and language == "en"


def luminance(color):
    parts = np.array([int(each) for each in re.findall(r"\d+", color)[:3]]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_texts_can_be_told_from_what_is_behind_them(page, found):
    colors = page.execute_script(
        "return ['body', '.note', 'a', 'th'].map("
        "s => getComputedStyle(document.querySelector(s)).color)"
    )
    for color in colors:
        assert 1.05 / (luminance(color) + 0.05) > 4.5, color


@pytest.fixture
def page_of_tokens(opened, tmp_path):
    class Autoencoder:
        condition, input_shape, target_shape = None, (6,), (6,)
        atoms = np.eye(6, dtype="float32")

        def encode(self, x):
            return np.maximum(x, 0)

    x = np.random.default_rng(0).normal(size=(60, 6)).astype("float32")
    tokens = np.array([[f" t{text}.{place}" for place in range(20)] for text in range(3)])
    tokens = tokens.astype(object)
    tokens[1, 7] = " <img src=x onerror=alert(1)>"
    x[27] = 9
    found = analysis.features(Autoencoder(), x, tokens=tokens)
    path = analysis.features_page(found, tmp_path / "features")
    opened.get(path.as_uri())
    return opened, found, tokens


def test_strips_of_tokens_are_colored_by_activation(page_of_tokens):
    page, found, tokens = page_of_tokens
    assert "<img src=x onerror=alert(1)>" in text_of(page, "#rows tr[data-feature]")
    go(page, 2)
    strips = page.execute_script(
        "return Array.from(document.querySelectorAll('#one .strips .text'), t => "
        "[t.textContent, t.querySelector('.here').textContent])"
    )
    assert len(strips) == 16 + 16
    for (text, here), row in zip(strips, found.top[2]):
        line, place = divmod(row, 20)
        assert text == "".join(tokens[line, max(0, place - 8) : place + 9])
        assert here == tokens[line, place]
    shades = page.execute_script(
        "return Array.from(document.querySelector('#one .strips .text').children, "
        "t => [t.style.background, Number(t.title)])"
    )
    opacity = [
        float(re.search(r"([\d.]+)\)$", color)[1]) if color.startswith("rgba") else 1
        for color, value in shades
        if value > 0
    ]
    assert not any(color for color, value in shades if value == 0)
    values = [value for _, value in shades if value > 0]
    expected = 0.15 + 0.85 * np.array(values) / found.maximum[2]
    np.testing.assert_allclose(opacity, np.minimum(expected, 1), atol=0.011)
    # Dark letters on the darkest shade.
    assert 1.05 * luminance("255, 140, 40") / 1.05 / (luminance("34, 34, 34") + 0.05) > 4.5
    assert console_errors(page) == []


def test_a_folder_with_other_things_is_left_alone(found, folder, tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ValueError, match=r"with thesis\.tex"):
        analysis.features_page(found, tmp_path)
    assert (tmp_path / "thesis.tex").exists()
    again = analysis.features_page(found, folder, "<i>Digits", command="kerae <features>")
    assert again.exists() and len(list(folder.iterdir())) == 2
    assert "kerae &lt;features&gt;" in again.read_text()


def test_many_pictures_are_in_several_sheets_where_the_layout_says(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (1100, 2, 3, 1)) / 255
    sheets = Sheets(pictures)
    sheets.write(tmp_path, "all")
    width, height, columns, count = sheets.layout.values()
    for number in (0, 33, 1023, 1024, 1099):
        row, column = divmod(number % count, columns)
        with Image.open(tmp_path / f"all_{number // count}.png") as sheet:
            top, left = row * height, column * width
            part = np.asarray(sheet)[top : top + height, left : left + width]
        np.testing.assert_array_equal(part, np.round(255 * pictures[number, ..., 0]))
