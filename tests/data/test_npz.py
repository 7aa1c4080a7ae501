import numpy as np
import pytest

from kerae.data import load

pytestmark = pytest.mark.once

X = np.arange(10 * 2 * 3, dtype=np.uint8).reshape(10, 2, 3)
Y = np.arange(10) % 2


@pytest.fixture
def save(tmp_path):
    def save(**arrays):
        path = tmp_path / "mine.npz"
        np.savez(path, **arrays)
        return path

    return save


def test_reads_images_and_labels(save):
    dataset = load(save(x_train=X[:6], y_train=Y[:6], x_test=X[6:], y_test=Y[6:]))
    assert dataset.name == "mine"
    assert dataset.class_names == ("0", "1")
    np.testing.assert_allclose(dataset.x_test[..., 0] * 255, X[6:], rtol=1e-6)
    np.testing.assert_array_equal(dataset.y_train, Y[:6])


def test_vectors_without_labels_are_one_class(save):
    x = np.linspace(0, 1, 40).reshape(10, 4)
    dataset = load(save(x_train=x[:6], x_test=x[6:]))
    assert dataset.input_shape == (4,)
    assert dataset.class_names == ("unlabeled",)
    np.testing.assert_array_equal(dataset.y_test, [0, 0, 0, 0])


def test_holds_out_a_fifth_of_x(save):
    dataset = load(save(x=X, y=Y))
    np.testing.assert_array_equal(np.bincount(dataset.y_train), [4, 4])
    np.testing.assert_array_equal(np.bincount(dataset.y_test), [1, 1])
    assert len(load(save(x=X)).x_test) == 2


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": X}, "mine.npz. Received: x_train"),
        ({"x_train": X, "x_test": X, "y_test": Y}, "Received: x_train, x_test, y_test"),
        ({"arr_0": X}, "Received: arr_0"),
        ({}, "Received: no arrays"),
        ({"x": X.astype(float)}, "from 0 to 1 in .*mine.npz. Received: 0.0 to 59.0"),
        ({"x": X, "y": Y / 2}, "integer labels as y in .*mine.npz. Received: float64"),
        ({"x": X, "y": Y[:9]}, r"10 images, labels of shape \(9,\)"),
        ({"x": np.array([{}])}, "numeric arrays at .*mine.npz"),
    ],
)
def test_refuses_other_arrays(save, arrays, message):
    with pytest.raises(ValueError, match=message):
        load(save(**arrays))


@pytest.mark.parametrize("damage", ["truncated", "flipped", "foreign", "empty", "npy"])
def test_refuses_damaged_files(save, damage):
    path = save(x=np.random.default_rng(0).random((50, 20)))
    content = bytearray(path.read_bytes())
    if damage == "truncated":
        path.write_bytes(content[:-100])
    elif damage == "flipped":
        content[len(content) // 2] ^= 255
        path.write_bytes(content)
    elif damage == "npy":
        with path.open("wb") as file:
            np.save(file, X)
    else:
        path.write_bytes(b"" if damage == "empty" else b"not an archive")
    with pytest.raises(ValueError, match=r"Expected an \.npz file.*mine\.npz"):
        load(path)


@pytest.mark.parametrize("last", [10**7, 2**62])
def test_labels_that_are_no_numbers_of_classes_are_refused(save, last):
    with pytest.raises(ValueError, match=f"numbered from 0, in .*mine.npz. Received: {last}"):
        load(save(x=X, y=np.where(Y, last, 0)))
