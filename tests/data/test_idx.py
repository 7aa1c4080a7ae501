import gzip
import hashlib
import struct
import tracemalloc

import numpy as np
import pytest

from kerae.data import load

pytestmark = pytest.mark.once

IMAGES = bytes(range(0, 240, 10))  # two images of 3 rows and 4 columns
LABELS = bytes([2, 0])


def idx(values, *shape):
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + values


@pytest.fixture
def folder(tmp_path):
    for split in ("train", "t10k"):
        images, labels = f"{split}-images-idx3-ubyte", f"{split}-labels-idx1-ubyte.gz"
        (tmp_path / images).write_bytes(idx(IMAGES, 2, 3, 4))
        (tmp_path / labels).write_bytes(gzip.compress(idx(LABELS, 2)))
    return tmp_path


def test_reads_plain_and_gzipped_files(folder):
    dataset = load(folder)
    assert dataset.name == folder.name
    assert dataset.class_names == ("0", "1", "2")
    assert dataset.input_shape == (3, 4, 1)
    np.testing.assert_array_equal(dataset.y_test, [2, 0])
    np.testing.assert_allclose(dataset.x_train[1, 2, :, 0] * 255, [200, 210, 220, 230], rtol=1e-6)


def test_reads_names_with_a_prefix(folder):
    for path in list(folder.iterdir()):
        path.rename(folder / f"emnist-letters-{path.name.replace('t10k', 'test')}")
    assert load("emnist", data_dir=folder).name == "emnist"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(IMAGES[:-1], 2, 3, 4), "Expected 24 bytes.*train-images.*Received: 23 bytes"),
        (idx(IMAGES + b"0", 2, 3, 4), "Expected 24 bytes.*train-images.*Received: more"),
        (idx(IMAGES, 24), "00 00 08 03, at .*train-images.*begins with 00 00 08 01"),
        (b"<html>", "00 00 08 03, at .*train-images.*begins with 3c 68 74 6d"),
        (b"", "train-images.*begins with nothing"),
        (b"\0\0\x08\x03\0\0", "train-images.*begins with 00 00 08 03"),
        (gzip.compress(idx(IMAGES, 2, 3, 4))[:-9], "complete gzip.*train-images.*damaged"),
        (b"\x1f\x8b" + bytes(30), "complete gzip.*train-images.*damaged"),
        (idx(IMAGES[:12], 1, 3, 4), "1 images, 2 labels"),
    ],
)
def test_refuses_damaged_files(folder, content, message):
    (folder / "train-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load(folder)


def test_refuses_missing_and_ambiguous_files(folder):
    labels = folder / "t10k-labels-idx1-ubyte.gz"
    labels.with_name("other-" + labels.name).write_bytes(labels.read_bytes())
    with pytest.raises(ValueError, match=r"Received: other-t10k-labels.*, t10k-labels"):
        load(folder)
    for path in folder.glob("*t10k-labels*"):
        path.unlink()
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte .* Received: none"):
        load(folder)


def test_mnist_is_byte_for_byte_the_published_one(shared_data):
    mnist = load("mnist", data_dir=shared_data / "mnist")

    def md5(values, *shape):
        return hashlib.md5(idx(values.astype(np.uint8).tobytes(), *shape)).hexdigest()

    published = {
        md5(np.rint(mnist.x_train * 255), 60000, 28, 28): "6bbc9ace898e44ae57da46a324031adb",
        md5(mnist.y_train, 60000): "a25bea736e30d166cdddb491f175f624",
        md5(np.rint(mnist.x_test * 255), 10000, 28, 28): "2646ac647ad5339dbf082846283269ea",
        md5(mnist.y_test, 10000): "27ae3e4e09519cfbb04c329615203637",
    }
    assert list(published) == list(published.values())


@pytest.mark.parametrize("content", [bytes(2**26), idx(bytes(2**26), 2, 3, 4)])
def test_no_more_is_inflated_than_the_header_says(folder, content):
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(gzip.compress(content))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="train-images"):
            load(folder)
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def test_a_gzip_file_is_not_inflated_that_is_too_small_for_what_it_says(folder):
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(gzip.compress(idx(bytes(2**20), 2**12, 2**8, 2**8)))
    with pytest.raises(ValueError, match=r"at least 2,684,354 bytes.*train-images.*Received: 1,"):
        load(folder)


def test_small_images_that_are_all_blank_are_read(folder):
    packed = gzip.compress(idx(bytes(240_000), 20_000, 3, 4))
    assert len(packed) * 300 < 240_000
    (folder / "train-images-idx3-ubyte").write_bytes(packed)
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(bytes(20_000), 20_000)))
    assert not load(folder).x_train.any()
