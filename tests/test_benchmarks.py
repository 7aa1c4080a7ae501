"""The benchmarks still run, and the load on a server notices what goes wrong."""

import json
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.once
BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def ran(script, *arguments):
    command = [sys.executable, BENCHMARKS / script, *arguments]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=500
    )


def printed(script, *arguments):
    result = ran(script, *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def table(script, *arguments):
    """The rows of the only table that a script prints, as dictionaries."""
    page = printed(script, *arguments).splitlines()
    head, _, *rows = ([c.strip() for c in row.split("|")[1:-1]] for row in page if row[:1] == "|")
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.nightly
def test_serving():
    page = printed("serving.py", "--minutes", 0.02, "--repeats", 1, "--seconds", 0.5)
    rows = [row.strip("| ").split(" | ") for row in page.splitlines() if row.startswith("|")]
    first = Counter(row[0] for row in rows)
    assert first["1"] == 3 + 2 and first["64"] == 3 + 2 and first["8"] == 2
    assert {"good", "NaN", "malformed", "oversized", "wrong shape"} < first.keys()


@pytest.mark.nightly
def test_all_train_the_same_model(tmp_path):
    x = np.tile(np.linspace(0, 1, 28, dtype="float32")[:, None, None] ** 4, (1280, 1, 28, 1))
    y = np.arange(len(x)) % 2
    np.savez(tmp_path / "images.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    few = ["--images", len(x), "--rounds", 2, "--epochs", 1, "--data", tmp_path / "images.npz"]
    rows = table(
        *("training.py", "--networks", "dense", "--backends", "jax"),
        *("--contenders", "hand_written", "kerae_fit", *few),
    )
    with_pythae = ["pythae_trainer"] if find_spec("pythae") else []
    rows += table(
        *("training.py", "--networks", "convolutional", "--backends", "torch"),
        *("--contenders", "hand_written", "keras_fit", *with_pythae, *few),
    )
    losses = {}
    for row in rows:
        losses.setdefault(row["network"], []).append(float(row["loss"]))
        if row["contender"] == "hand_written":
            assert float(row["beside hand-written"]) == 1
    assert len(losses["dense"]) == 2 and len(losses["convolutional"]) == 2 + len(with_pythae)
    for network, values in losses.items():
        # Weights and noise are drawn anew; before training the loss is 784 log(2), 543 nats.
        np.testing.assert_allclose(values, np.median(values), rtol=0.05, err_msg=network)
        assert max(values) < 350


@pytest.mark.nightly
@pytest.mark.skipif(not find_spec("pythae"), reason="pythae is not installed")
def test_models_are_measured_beside_pythae(tmp_path):
    x = np.tile(np.linspace(0, 1, 28, dtype="float32")[:, None, None] ** 4, (2000, 1, 28, 1))
    y = np.arange(len(x)) % 2
    np.savez(tmp_path / "images.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    few = ["--images", len(x), "--epochs", 3, "--codes", 5, "--data", tmp_path / "images.npz"]
    rows = table("models.py", "--models", "VAE", "--backends", "torch", *few)
    assert [row["library"] for row in rows] == ["kerae on torch", "pythae"]
    nll = [float(row["- log p(x), nats"].split(" ")[0]) for row in rows]
    assert abs(nll[0] - nll[1]) < 30 and max(nll) < 350  # before training 543
    assert float(rows[1]["times as fast as pythae"]) == 1


@pytest.mark.nightly
@pytest.mark.skipif(not find_spec("pythae"), reason="pythae is not installed")
def test_vq_vaes_are_measured_by_the_same_formulas(tmp_path):
    x = np.tile(np.linspace(0, 1, 28, dtype="float32")[:, None, None] ** 4, (1000, 1, 28, 1))
    y = np.arange(len(x)) % 2
    np.savez(tmp_path / "images.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    few = ["--results", tmp_path / "found.jsonl", "--data", tmp_path / "images.npz"]
    printed("vq_models.py", "--backends", "torch", "--images", len(x), "--epochs", 3, *few)
    rows = {row["library"]: row for row in table("vq_models.py", "--page", *few)}
    assert len(rows) == 4 and "kerae on torch" in rows
    for row in rows.values():
        # Before training 784 log(2), 543 nats, and an error of at least 1/4.
        assert float(row["- log p(x given z), nats"]) < 400 and float(row["squared error"]) < 0.2
        assert row["used codes"].endswith(" of 512") and float(row["s/epoch"]) > 0
    assert float(rows["pythae"]["times as fast as pythae"]) == 1


@pytest.mark.nightly
@pytest.mark.skipif(not find_spec("pythae"), reason="pythae is not installed")
def test_priors_are_measured_beside_samplers_of_the_same_codes(tmp_path):
    x = np.random.default_rng(0).random((300, 28, 28, 1), "float32") > 0.5
    y = np.arange(len(x)) % 2
    arrays = dict.fromkeys(("x_train", "x_test"), x.astype("float32"))
    np.savez(tmp_path / "images.npz", y_train=y, y_test=y, **arrays)
    few = ["--results", tmp_path / "found.jsonl", "--data", tmp_path / "images.npz"]
    printed("sampler_peers.py", "--images", 300, "--samples", 100, "--epochs", 1, *few)
    rows = table("sampler_peers.py", "--page", *few)
    assert [row["library"] for row in rows] == ["kerae", "pythae"] * 3
    densities = [row["log p(z), nats"] for row in rows]
    assert densities[4:] == ["", ""]  # of second stages
    np.testing.assert_allclose(float(densities[0]), float(densities[1]), rtol=0.1)  # of mixtures


@pytest.mark.nightly
def test_time_to_quality(tmp_path):
    x = np.tile(np.linspace(0, 1, 28, dtype="float32")[:, None, None] ** 4, (1000, 1, 28, 1))
    y = np.arange(len(x)) % 2
    np.savez(tmp_path / "images.npz", x_train=x, y_train=y, x_test=x[:100], y_test=y[:100])
    few = ["--results", tmp_path / "found.jsonl", "--data", tmp_path / "images.npz"]
    names = ["kerae on torch", "example of Keras on torch"]
    names += ["pythae, MLP"] if find_spec("pythae") else []
    few += ["--seconds", 2, "--epochs", 30, "--seeds", 0]
    for _ in range(2):  # what is there is left out
        printed("time_to_quality.py", "--contenders", *names, *few)
    rows = table("time_to_quality.py", "--page", *few)
    assert [row["contender"] for row in rows] == names
    for row in rows:
        assert row["seeds"] == "1" and float(row["within 60 s, nats"]) < 400  # 543 before


@pytest.mark.nightly
def test_overhead():
    rows = table(
        *("overhead.py", "--backends", "jax", "--steps", 4, "--rounds", 1),
        *("--steps-per-execution", 1),
    )
    assert [row["contender"] for row in rows] == ["hand_written", "keras_fit", "kerae_fit"]
    steps = [float(row["µs/step"].replace(",", "")) for row in rows]
    times = [float(row["times hand-written"]) for row in rows]
    np.testing.assert_allclose(times, np.array(steps) / steps[0], rtol=0.01)


@pytest.mark.nightly
def test_step_profile():
    rows = table(
        *("step_profile.py", "--networks", "dense", "--contenders", "hand_written_torch"),
        *("kerae_fit", "--steps", 100, "--rounds", 1),
    )
    assert [row["contender"] for row in rows] == ["hand_written_torch", "kerae_fit"]
    for row in rows:
        parts = ("products, ms", "other kernels, ms", "not in kernels, ms")
        assert float(row["products, ms"]) > 0 and float(row["other kernels, ms"]) > 0
        np.testing.assert_allclose(
            sum(float(row[part]) for part in parts), float(row["step, ms"]), rtol=0.05
        )


@pytest.mark.nightly
def test_scaling():
    rows = table(
        *("scaling.py", "--backends", "torch", "--devices", 1, 2, "--rounds", 1, "--steps", 2)
    )
    assert [row["devices"] for row in rows] == ["1", "2"]
    assert all(float(row["communication, ms"]) > 0 for row in rows)


@pytest.mark.nightly
def test_memory_is_that_of_the_arrays_that_are_made():
    rows = table("memory.py", "--backends", "jax", "--tasks", "encode", "--images", 3000)
    # An array as large as the images would be 9 MiB.
    assert 0 <= float(rows[0]["MiB"]) < 9


@pytest.mark.nightly
def test_analysis():
    (row,) = table(
        *("analysis.py", "--sizes", 50, 100, "--functions", 'project, "pca"'),
    )
    assert float(row["50 latents, s"]) > 0 and float(row["100 latents, s"]) > 0


@pytest.mark.nightly
def test_performance_prints_the_command_and_the_table_of_each_benchmark():
    page = printed("performance.py", "--quick", "--only", "start.py")
    assert "```\npython benchmarks/start.py --backends jax --rounds 1\n```" in page
    assert "\n| jax | " in page


@pytest.mark.nightly
@pytest.mark.slow
def test_a_contender_that_fails_ends_the_benchmark():
    options = ["--networks", "dense", "--backends", "jax", "--contenders", "kerae_fit"]
    result = ran("training.py", *options, "--images", 128, "--steps-per-execution", "many")
    assert result.returncode == 1 and not result.stdout
    assert "Expected an answer of trainer_process.py kerae_fit dense" in result.stderr


class Careless(BaseHTTPRequestHandler):
    """Says the same to everyone, and hangs up on each twentieth request of a connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves as a whole

    def setup(self):
        super().setup()
        self.answered = 0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answered += 1
        if self.answered == 20:
            self.close_connection = True
            return
        answer = json.dumps({"predictions": [{"mean": [1.0], "log_variance": [2.0]}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def test_load_tells_right_from_wrong_and_lost(tmp_path):
    x, one = np.full((4, 2, 2), 0.5, "float32"), np.ones((4, 1))
    one[3] = 1.01  # of four answers the last is wrong
    np.savez(tmp_path / "questions.npz", x=x, mean=one, log_variance=np.full((4, 1), 2.0))
    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever).start()
        options = ["--seconds", 1, "--warm-up", 0, "--fault-every", 3]
        url = f"http://127.0.0.1:{server.server_port}/v1/models/vae:predict"
        told = json.loads(printed("load.py", url, tmp_path / "questions.npz", *options))
        server.shutdown()
    right, wrong, lost = told["right"], told["wrong"], told["lost"]
    assert right.keys() == {"good"} and right["good"] > wrong["good"] > 0
    assert {"malformed", "oversized"} < wrong.keys() and sum(lost.values()) > 0
    asked = sum(map(sum, (right.values(), wrong.values(), lost.values())))
    faults = sum(
        count for kind, count in (Counter(wrong) + Counter(lost)).items() if kind != "good"
    )
    assert faults == asked // 3


@pytest.mark.nightly
def test_likelihoods_are_measured_once_and_compared_image_by_image(tmp_path):
    few = ["--data", "digits", "--threads", 1, "--out", tmp_path / "models"]
    few += ["--results", tmp_path / "papers.jsonl"]
    for epochs in (1, 2):  # goes on with the models, and has no line to leave out
        (tmp_path / "papers.jsonl").unlink(missing_ok=True)
        printed("papers.py", "--row", "N-VAE, d = 2", "S-VAE, d = 2", "--epochs", epochs, *few)
    assert "take its line out" in printed("papers.py", "--row", "N-VAE, d = 2", *few)
    histories = (tmp_path / "models").glob("*/history.csv")
    assert [len(each.read_text().splitlines()) for each in histories] == [1 + 2, 1 + 2]

    flat, sphere = table("papers.py", "--page", *few)
    nll, own = (
        np.load(tmp_path / "models" / f"{kind}-vae_d_=_2" / "nll.npy") for kind in ("n", "s")
    )
    assert flat["- log p(x), nats"].startswith(f"{nll.mean():.2f} ± ")
    assert sphere["less than another row, nats"].startswith(f"{(nll - own).mean():+.2f} ± ")
    assert flat["published"] == "135.73" and flat["steps"] == str(2 * 23)
    assert "Expected rows of" in ran("papers.py", "--row", "none", *few).stderr


@pytest.mark.nightly
def test_samplers_are_measured_once_and_shown(tmp_path):
    places = ["--results", tmp_path / "found.jsonl", "--out", tmp_path, "--pictures", tmp_path]
    few = ["--models", "AE", "VAE", "--epochs", 1, "--images", 300, "--samples", 100]
    for samplers in (["own"], ["own", "gmm", "kde"]):
        printed("samplers.py", "--data", "digits", "--samplers", *samplers, *few, *places)
    lines = (tmp_path / "found.jsonl").read_text().splitlines()
    pairs = [(each["model"], each["sampler"]) for each in map(json.loads, lines)]
    kinds = [("own",), ("gmm", "kde")]
    assert pairs == [(name, kind) for some in kinds for name in ("AE", "VAE") for kind in some]
    assert (tmp_path / "samplers_vae.png").read_bytes().startswith(b"\x89PNG")
    page = printed("samplers.py", "--page", *places)
    assert page.count("| kde |") == 2 and "## VAE" in page and "a classifier of digits" in page


@pytest.mark.nightly
def test_quantizers_are_measured_once_for_as_many_images_and_epochs(tmp_path):
    few = ["--data", "digits", "--threads", 1, "--out", tmp_path / "models", "--images", 300]
    few += ["--results", tmp_path / "quantizers.jsonl", "--epochs", 1]
    names = ["VQ, 512", "LFQ, 9 bits"]
    printed("quantizers.py", "--row", *names, *few)
    assert "take its line out" in printed("quantizers.py", "--row", names[0], *few)
    rows = table("quantizers.py", "--page", *few)
    assert [row["row"] for row in rows] == names
    for row in rows:  # of 8x8 images 2x2 codes
        assert row["bits an image"] == "36" and row["perplexity"].endswith(" of 512")
        added = float(row["with all codes alike, nats"]) - float(row["- log p(x given z), nats"])
        assert abs(added - 36 * np.log(2)) < 0.1


@pytest.mark.nightly
def test_a_known_dictionary_is_looked_for_once_by_each_kind(tmp_path):
    few = ["--steps", 20, "--threads", 1, "--results", tmp_path / "found.jsonl"]
    for kinds in (["TopK"], ["TopK", "BatchTopK"]):
        printed("recovery.py", "--kinds", *kinds, "--seeds", 0, *few)
    found = list(map(json.loads, (tmp_path / "found.jsonl").read_text().splitlines()))
    assert len(found) == 2 * 3 * 2  # kinds, sparsities, noises
    for each in found:
        assert each["l0"] == pytest.approx(each["active"], rel=0.05)
        assert 0 < each["cosine"] < 1 and each["explained_variance"] < 1
    page = printed("recovery.py", "--page", *few)
    assert page.count("## ") == 6 and page.count("| BatchTopK |") == 6
    assert "Expected names of" in ran("recovery.py", "--kinds", "none", *few).stderr
