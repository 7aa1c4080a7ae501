import numpy as np
import pytest
from PIL import Image

from kerae.data import load

pytestmark = pytest.mark.once


def save(path, value=0, mode="L", size=(4, 3)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value).save(path)


def test_reads_one_folder_per_class(tmp_path):
    for index in range(5):
        save(tmp_path / "cat" / f"{index}.png", 10 * index)
        save(tmp_path / "dog" / f"{index}.BMP", 100)
    (tmp_path / "cat" / "notes.txt").write_text("not an image")
    (tmp_path / ".hidden").mkdir()
    dataset = load(tmp_path)
    assert dataset.name == tmp_path.name
    assert dataset.class_names == ("cat", "dog")
    assert dataset.input_shape == (3, 4, 1)
    np.testing.assert_array_equal(dataset.y_test, [0, 1])
    cats = np.concatenate([dataset.x_train[dataset.y_train == 0], dataset.x_test[:1]])
    np.testing.assert_allclose(sorted(cats[:, 0, 0, 0] * 255), [0, 10, 20, 30, 40], rtol=1e-6)


def test_reads_train_and_test_folders_in_color(tmp_path):
    save(tmp_path / "train" / "cat" / "1.png", (255, 0, 51), "RGB")
    save(tmp_path / "train" / "dog" / "1.gif", 3, "P")
    save(tmp_path / "test" / "dog" / "1.webp", (0, 255, 0, 255), "RGBA")
    dataset = load(tmp_path)
    assert (len(dataset.x_train), dataset.input_shape) == (2, (3, 4, 3))
    np.testing.assert_array_equal(dataset.x_train[0, 0, 0], np.float32([1, 0, 0.2]))
    np.testing.assert_array_equal(dataset.y_test, [1])


def test_class_with_one_image_is_not_tested(tmp_path):
    for index in range(2):
        save(tmp_path / "cat" / f"{index}.png")
    save(tmp_path / "dog" / "1.png")
    with pytest.warns(UserWarning, match="dog.*Add examples"):
        np.testing.assert_array_equal(load(tmp_path).y_test, [0])


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"size": (4, 4)}, "like .*1.png, 4x3 pixels gray. Received: .*2.png, 4x4 pixels gray"),
        ({"mode": "RGB", "value": (0, 0, 0)}, "Received: .*2.png, 4x3 pixels RGB"),
        ({"mode": "I;16"}, "2.png. Received: mode I;16"),
    ],
)
def test_names_the_image_that_differs(tmp_path, other, message):
    save(tmp_path / "cat" / "1.png")
    save(tmp_path / "cat" / "2.png", **other)
    with pytest.raises(ValueError, match=message):
        load(tmp_path)


def test_names_the_image_that_cannot_be_read(tmp_path):
    save(tmp_path / "cat" / "1.png", size=(50, 50))
    content = (tmp_path / "cat" / "1.png").read_bytes()
    for damaged in (b"", b"not an image", content[:-60]):
        (tmp_path / "cat" / "2.png").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"readable image at .*2\.png"):
            load(tmp_path)


def test_names_the_folder_without_images(tmp_path):
    with pytest.raises(ValueError, match=r"one sub-folder of images per class.*no sub-folder"):
        load(tmp_path)
    (tmp_path / "cat").mkdir()
    with pytest.raises(ValueError, match=r"Expected images \(.*\.png.*cat. Received: none"):
        load(tmp_path)


def test_refuses_a_test_class_without_training_images(tmp_path):
    save(tmp_path / "train" / "cat" / "1.png")
    save(tmp_path / "test" / "dog" / "1.png")
    with pytest.raises(ValueError, match="Received: 'dog'"):
        load(tmp_path)


@pytest.mark.parametrize("kind", ["EPS", "PPM", "TIFF"])
def test_formats_by_content_are_those_of_the_list(tmp_path, kind):
    path = tmp_path / "cat" / "1.png"
    path.parent.mkdir()
    Image.new("L", (4, 3)).save(path, format=kind)
    with pytest.raises(ValueError, match="readable image at .*1.png"):
        load(tmp_path)


def test_a_decompression_bomb_is_named(tmp_path, monkeypatch):
    save(tmp_path / "cat" / "1.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5)
    with pytest.raises(ValueError, match="Pillow reads at .*1.png. Received: Image size"):
        load(tmp_path)
