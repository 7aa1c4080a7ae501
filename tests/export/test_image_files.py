"""Image files are read in the graph as `kerae.data` reads them for training."""

import io

import numpy as np
import pytest
from PIL import Image

from kerae.backend.saved_model import decoded_images
from kerae.data.image_folder import read_image_folder
from kerae.export.image_endpoints import png_files

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def decode():
    """The decoder as a compiled graph, which rewrites arithmetic; `decode(files, shape)`."""
    import tensorflow as tf

    compiled = tf.function(decoded_images)
    return lambda files, shape: compiled(tf.constant(files), shape).numpy()


def encoded(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def random_image(mode, size=(9, 7)):
    channels = len(Image.new(mode, (1, 1)).getbands())
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], channels), dtype="uint8")
    return Image.fromarray(pixels.squeeze(), mode=None)


def test_every_gray_value_is_exact(decode):
    values = np.arange(256, dtype="uint8").reshape(16, 16)
    found = decode([encoded(Image.fromarray(values))], (16, 16, 1))
    np.testing.assert_array_equal(found[0, :, :, 0], np.divide(values, 255, dtype="float32"))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_files_are_what_training_reads(decode, tmp_path, mode):
    """An alpha channel is dropped there too."""
    image = random_image(mode)
    for split in ("train", "test"):
        (tmp_path / split / "class").mkdir(parents=True)
        image.save(tmp_path / split / "class" / "1.png")
    data = read_image_folder(tmp_path)
    np.testing.assert_array_equal(decode([encoded(image)], data.input_shape), data.x_test)


def test_colors_become_gray_as_pillow_makes_them(decode):
    image = random_image("RGB")
    expected = np.asarray(image.convert("L"), "float32")[None, :, :, None] / 255
    np.testing.assert_allclose(decode([encoded(image)], (7, 9, 1)), expected, atol=1e-7)


def test_jpeg_files_are_read_to_within_a_gray_value(decode):
    ramp = Image.fromarray(np.add.outer(np.arange(16), np.arange(16)).astype("uint8") * 8)
    file = encoded(ramp, "JPEG", quality=95)
    expected = np.asarray(Image.open(io.BytesIO(file)), "float32")[None, :, :, None] / 255
    np.testing.assert_allclose(decode([file], (16, 16, 1)), expected, atol=1.01 / 255)


def test_other_sizes_are_resized_as_pillow_does_with_its_triangle_filter(decode):
    big, small = random_image("RGB", (40, 30)), random_image("RGB", (5, 4))
    found = decode([encoded(big), encoded(small)], (8, 10, 3))
    for image, one in zip((big, small), found):
        expected = np.asarray(image.resize((10, 8), Image.Resampling.BILINEAR), "float32") / 255
        np.testing.assert_allclose(one, expected, atol=1.5 / 255)


def test_png_files_hold_the_pixels():
    images = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3)).astype("float32") / 255
    found = [np.asarray(Image.open(io.BytesIO(file))) for file in png_files(images)]
    np.testing.assert_array_equal(np.stack(found), np.round(images * 255))
    gray = png_files(images[..., :1])
    assert np.asarray(Image.open(io.BytesIO(gray[0]))).shape == (4, 5)
