import hashlib
import inspect
import os
import socket
import subprocess
import threading
import time

import numpy as np
import pytest
from python_program import FRESH, python
from without import without

from kerae.data import load, tfds

once = pytest.mark.once

# The class counts of the MNIST test set, as in Y. LeCun's label file.
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def fingerprint(dataset):
    """Digest of the examples in any order."""
    sha256 = hashlib.sha256()
    for split in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        examples = [x.tobytes() + y.tobytes() for x, y in zip(*split, strict=True)]
        sha256.update(b"".join(sorted(examples)))
    return sha256.hexdigest()


@pytest.fixture(scope="module")
def mnist_fingerprint(shared_data):
    return fingerprint(load("mnist", data_dir=shared_data / "mnist"))


def define_shapes():
    """Registers a data set whose configurations differ in what `load` has to cope with."""
    import tensorflow_datasets
    from PIL import Image

    class TinyShapes(tensorflow_datasets.core.GeneratorBasedBuilder):
        VERSION = tensorflow_datasets.core.Version("1.0.0")
        BUILDER_CONFIGS = [
            tensorflow_datasets.core.BuilderConfig(name=name)
            for name in ("whole", "untested", "varying", "unlabeled", "broken", "array")
        ]

        def _info(self):
            size = None if self.builder_config.name == "varying" else 4
            features = {"image": tensorflow_datasets.features.Image(shape=(size, 4, 1))}
            if self.builder_config.name != "unlabeled":
                features["label"] = tensorflow_datasets.features.ClassLabel(names=["o", "x"])
            return tensorflow_datasets.core.DatasetInfo(
                builder=self, features=tensorflow_datasets.features.FeaturesDict(features)
            )

        def _split_generators(self, dl_manager):
            splits = {"train": self._generate_examples(10)}
            if self.builder_config.name != "untested":
                splits["validation"] = self._generate_examples(4)
            return splits

        def _generate_examples(self, count):
            if self.builder_config.name == "broken":
                raise OSError("the disk is full")
            for index in range(count):
                image = Image.new("L", (4, 4), index)
                if self.builder_config.name == "array":
                    image = np.asarray(image)[..., np.newaxis]
                yield index, {"image": image, "label": "ox"[index % 2]}


@pytest.fixture(scope="module")
def shapes():
    define_shapes()


@pytest.fixture
def online(monkeypatch):
    monkeypatch.setattr(tfds, "any_answers", lambda addresses, seconds: True)


@pytest.mark.slow
@once
def test_reads_tfrecord(shared_data, mnist_fingerprint):
    mnist = load("mnist", data_dir=shared_data / "tfds")
    assert fingerprint(mnist) == mnist_fingerprint
    assert mnist.class_names == tuple("0123456789")
    np.testing.assert_array_equal(np.bincount(mnist.y_test), TEST_COUNTS)


IMPORTS = """
import hashlib
import numpy as np
from kerae.data import load, tfds
"""


def run_without_tensorflow(*code, fresh=False):
    """What the code prints last in a process that finds no TensorFlow."""
    program = "\n".join([without("tensorflow"), IMPORTS, *code])
    done = subprocess.run(
        [*(FRESH if fresh else python("jax")), "-c", program],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.nightly
@pytest.mark.slow
@once
def test_reads_array_record_without_tensorflow(shared_data, mnist_fingerprint):
    printed = run_without_tensorflow(
        inspect.getsource(fingerprint),
        f"mnist = load('mnist', data_dir={str(shared_data / 'tfds_array_record')!r})",
        "assert 'tensorflow' not in sys.modules",
        "print(fingerprint(mnist))",
        fresh=True,
    )
    assert printed == mnist_fingerprint


@once
def test_tfrecord_without_tensorflow_says_what_to_do(shared_data):
    printed = run_without_tensorflow(
        "try:",
        f"    load('mnist', data_dir={str(shared_data / 'tfds')!r})",
        "except ImportError as error:",
        "    print(error)",
    )
    assert "needs TensorFlow: install kerae[tensorflow], or prepare it with" in printed


@once
def test_prepares_array_record_without_tensorflow(tmp_path):
    printed = run_without_tensorflow(
        inspect.getsource(define_shapes),
        "define_shapes()",
        "tfds.any_answers = lambda addresses, seconds: True",
        f"print(load('tiny_shapes/whole', data_dir={str(tmp_path)!r}))",
    )
    assert "train=10, test=4, input_shape=(4, 4, 1), classes=2" in printed
    assert list(tmp_path.glob("tiny_shapes/whole/1.0.0/*.array_record-*"))


@once
def test_builder_that_needs_tensorflow_says_so(tmp_path):
    """TFDS encodes images that come as arrays with TensorFlow."""
    printed = run_without_tensorflow(
        inspect.getsource(define_shapes),
        "define_shapes()",
        "tfds.any_answers = lambda addresses, seconds: True",
        "try:",
        f"    load('tiny_shapes/array', data_dir={str(tmp_path)!r})",
        "except RuntimeError as error:",
        "    print(error)",
    )
    assert "No module named 'tensorflow'" in printed
    assert "install kerae[tensorflow]" in printed


@once
@pytest.mark.usefixtures("shapes", "online")
def test_prepares_once_and_tests_on_validation(tmp_path, monkeypatch):
    dataset = load("tiny_shapes/whole", data_dir=tmp_path)
    assert dataset.class_names == ("o", "x")
    np.testing.assert_array_equal(np.sort(dataset.x_test[:, 0, 0, 0] * 255), [0, 1, 2, 3])
    monkeypatch.setattr(tfds, "any_answers", None)
    assert load("tiny_shapes/whole", data_dir=tmp_path).digest == dataset.digest


@once
@pytest.mark.usefixtures("shapes", "online")
def test_holds_out_a_fifth_without_a_test_split(tmp_path):
    dataset = load("tiny_shapes/untested", data_dir=tmp_path)
    np.testing.assert_array_equal(np.sort(dataset.y_test), [0, 1])


@once
@pytest.mark.usefixtures("shapes", "online")
@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("tiny_shapes/varying", ValueError, r"of one size.*image: Image.shape=.None"),
        ("tiny_shapes/unlabeled", ValueError, "a class as `label`.*label: None"),
        ("tiny_shapes/broken", RuntimeError, "OSError: the disk is full.*data_dir=.*digits"),
        ("tiny_shapes/other", ValueError, "other"),
        ("fashion_mnits", ValueError, "Received: 'fashion_mnits'. Nearest names: fashion_mnist"),
        ("no such set", ValueError, "Received: 'no such set'"),
    ],
)
def test_refuses(tmp_path, name, error, message):
    with pytest.raises(error, match=message):
        load(name, data_dir=tmp_path)


@once
def test_without_a_network_says_what_to_do(tmp_path, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    start = time.monotonic()
    with pytest.raises(ConnectionError, match=r"'cifar10'.*`data_dir=`.*path.*digits"):
        load("cifar10", data_dir=tmp_path)
    assert time.monotonic() - start < 20
    assert not list(tmp_path.iterdir())


@once
def test_hanging_network_is_given_up(tmp_path, monkeypatch):
    release = threading.Event()

    def hang(*args, **kwargs):
        release.wait(60)
        raise OSError("timed out")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    assert tfds._PATIENCE < 15
    monkeypatch.setattr(tfds, "_PATIENCE", 0.5)
    start = time.monotonic()
    with pytest.raises(ConnectionError, match="'cifar10'"):
        load("cifar10", data_dir=tmp_path)
    assert time.monotonic() - start < 5
    release.set()
