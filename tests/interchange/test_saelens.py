"""Dictionaries that SAELens wrote, with its answers, and the losses that it trains them on.

What it reads of kerae's files is looked at where it is installed.
"""

import json
import shutil
from importlib.util import find_spec

import keras
import numpy as np
import pytest
from fixtures import arrays
from keras import ops

import kerae
from kerae.data.stored.safetensors import read_safetensors, write_safetensors
from kerae.interchange import from_saelens, to_saelens
from kerae.interchange.weights import with_scale_folded
from kerae.latents import BatchTopK, Gated, JumpReLU, ReLU, TopK
from kerae.terms import AuxiliaryReconstruction, DictionarySparsity, NestedError

KINDS = {"standard": ReLU, "topk": TopK, "batchtopk": JumpReLU, "jumprelu": JumpReLU}
OLDEST = 2**30


@pytest.fixture
def saelens(shared_data):
    folder = shared_data / "saelens"
    if not folder.is_dir():
        pytest.skip(f"no dictionaries of SAELens in {folder}")
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_codes_and_reconstructions_are_those_of_saelens(saelens, kind):
    expected = arrays(saelens / kind / "expected.npz")
    model = from_saelens(saelens / kind)
    assert type(model.latent) is KINDS[kind]
    z = model.encode(expected["x"])
    np.testing.assert_array_equal(z > 0, expected["z"] > 0)
    np.testing.assert_allclose(z, expected["z"], atol=1e-5)
    np.testing.assert_allclose(model.reconstruct(expected["x"]), expected["x_hat"], atol=1e-5)
    np.testing.assert_allclose(model.decode(expected["z"]), expected["x_hat"], atol=1e-5)


def training_pass(saelens, folder):
    """A step of training of a dictionary as SAELens trains it, its last 6 units dead."""
    model = from_saelens(saelens / folder)
    model.latent.age.assign(np.where(np.arange(24) < 18, 0, OLDEST))
    x = ops.convert_to_tensor(arrays(saelens / "standard" / "expected.npz")["x"])
    # The age is that of before: these examples may activate dead units too.
    age = ops.convert_to_numpy(model.latent.age)
    outputs = model.propagate(x, training=True)
    model.latent.age.assign(age)
    return model, outputs


def mean(term, model, outputs):
    term.fit_to(model)
    value = ops.convert_to_numpy(term.value(model, outputs))
    return float(np.mean(value))


@pytest.mark.parametrize(
    ("folder", "squared_error", "sparsity"),
    [
        ("standard_train", 27.30584, 5.77608),
        ("topk_train", 24.27931, None),
        ("batchtopk_train", 24.57324, None),
        ("jumprelu_train", 27.46411, 5.25),
    ],
)
def test_losses_are_those_of_saelens(saelens, folder, squared_error, sparsity):
    model, outputs = training_pass(saelens, folder)
    values = {term.label: mean(term, model, outputs) for term in model.terms}
    assert values["squared_error"] == pytest.approx(squared_error, abs=1e-4)
    if sparsity is not None:  # with the coefficient 0.5
        assert 0.5 * values["sparsity"] == pytest.approx(sparsity, abs=1e-4)


def test_without_division_by_lengths_other_units_are_chosen(saelens, tmp_path):
    shutil.copytree(saelens / "topk_train", tmp_path, dirs_exist_ok=True)
    config = json.loads((tmp_path / "cfg.json").read_text())
    config["rescale_acts_by_decoder_norm"] = False
    (tmp_path / "cfg.json").write_text(json.dumps(config))
    model = from_saelens(tmp_path)
    x = arrays(saelens / "standard" / "expected.npz")["x"]
    outputs = model.propagate(ops.convert_to_tensor(x), training=True)
    assert mean(model.terms[0], model, outputs) == pytest.approx(25.27497, abs=1e-4)


def of_auxiliary(weights, x, x_hat, lengths, rectified):
    """SAELens' auxiliary loss by NumPy, of the dead units 18 to 23, whose k is half of 8."""
    features = ((x - weights["b_dec"]) @ weights["W_enc"] + weights["b_enc"]) * lengths
    features[:, :18] = -np.inf
    least = np.sort(features, axis=1)[:, -4:-3]
    z = np.where(features >= least, features, 0.0)
    z = np.maximum(z, 0) if rectified else z
    e = x - x_hat
    return e, np.square(e - (z / lengths) @ weights["W_dec"]).sum(axis=1)


@pytest.mark.parametrize(
    ("folder", "of_saelens"), [("topk_train", 36.52477), ("batchtopk_train", 36.85637)]
)
def test_auxk_is_that_of_saelens_but_for_its_missing_relu(saelens, folder, of_saelens):
    model, outputs = training_pass(saelens, folder)
    weights = read_safetensors(saelens / folder / "sae_weights.safetensors")
    x = ops.convert_to_numpy(outputs["x"]).astype("float64")
    x_hat = ops.convert_to_numpy(ops.stop_gradient(outputs["parameters"]))
    lengths = np.linalg.norm(weights["W_dec"], axis=1)
    _, unrectified = of_auxiliary(weights, x, x_hat, lengths, rectified=False)
    assert unrectified.mean() == pytest.approx(of_saelens, abs=1e-4)
    e, expected = of_auxiliary(weights, x, x_hat, lengths, rectified=True)
    term = AuxiliaryReconstruction(normalization="dead_units")
    assert mean(term, model, outputs) == pytest.approx(expected.mean(), abs=1e-4)
    ratio = expected.mean() / np.square(e - e.mean(axis=0)).sum(axis=1).mean()
    assert mean(AuxiliaryReconstruction(), model, outputs) == pytest.approx(ratio, abs=1e-5)


def test_nested_errors_are_those_of_saelens_matryoshka(saelens):
    model, outputs = training_pass(saelens, "batchtopk_train")
    found = mean(NestedError((8, 16)), model, outputs)
    assert found == pytest.approx(17.89338 + 22.1294, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_back(saelens, kind, tmp_path):
    model = from_saelens(saelens / kind)
    to_saelens(model, tmp_path / "new", {"model_name": "gpt2"})
    again = from_saelens(tmp_path / "new")
    x = arrays(saelens / kind / "expected.npz")["x"]
    np.testing.assert_allclose(again.encode(x), model.encode(x), atol=1e-6)
    np.testing.assert_allclose(again.reconstruct(x), model.reconstruct(x), atol=1e-6)
    assert json.loads((tmp_path / "new" / "cfg.json").read_text())["metadata"]["model_name"]


X = (np.random.default_rng(0).normal(size=(64, 6)) * 3 + 5).astype("float32")
TRAINED = {
    "topk": lambda: kerae.SAE(6, 12, k=3),
    "batchtopk": lambda: kerae.SAE(6, 12, "batchtopk", k=3, lengths="divided"),
    "gated": lambda: kerae.SAE(6, 12, "gated", lengths="divided"),
    "jumprelu": lambda: kerae.SAE(6, 12, "jumprelu", lengths="divided", center=None),
    "tied": lambda: kerae.SAE(6, 12, "relu", tied=True, bias=False),
    "matryoshka": lambda: kerae.MatryoshkaSAE(6, 12, (4,), k=3),
    "transcoder": lambda: kerae.Transcoder(6, 4, 12, "relu", skip=True),
}


def trained(name):
    model = TRAINED[name]()
    model.compile(keras.optimizers.Adam(0.01))
    y = (X[:, :4] ** 2 / 10,) if isinstance(model, kerae.Transcoder) else ()
    model.fit(X, *y, epochs=2, batch_size=16, verbose=0)
    return model


@pytest.mark.mainly("torch")
@pytest.mark.filterwarnings("ignore:The mean of the examples")
@pytest.mark.parametrize("name", TRAINED)
def test_a_scale_is_folded_into_the_weights(name, tmp_path):
    model = trained(name)
    to_saelens(model, tmp_path)
    others = [from_saelens(tmp_path)]
    if not isinstance(model, kerae.MatryoshkaSAE):
        others.append(with_scale_folded(model))
    for other in others:
        np.testing.assert_allclose(other.encode(X), model.encode(X), atol=1e-4)
        np.testing.assert_allclose(other.reconstruct(X), model.reconstruct(X), atol=1e-4)
        assert float(ops.convert_to_numpy(other.decoder.scale)) == 1


@pytest.mark.mainly("torch")
@pytest.mark.filterwarnings("ignore:The mean of the examples")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", TRAINED)
def test_saelens_reads_what_is_written(name, tmp_path):
    if find_spec("sae_lens") is None:
        pytest.skip("sae-lens is not installed")
    import sae_lens
    import torch

    model = trained(name)
    to_saelens(model, tmp_path)
    other = sae_lens.SAE.load_from_disk(str(tmp_path))
    with torch.no_grad():
        z = other.encode(torch.tensor(X)).numpy()
        x_hat = other(torch.tensor(X)).numpy()
    np.testing.assert_allclose(z, model.encode(X), atol=1e-4)
    np.testing.assert_allclose(x_hat, model.reconstruct(X), atol=1e-4)


def random_weights(**more):
    generator = np.random.default_rng(0)
    shapes = {"W_enc": (6, 12), "W_dec": (12, 6), "b_enc": (12,), "b_dec": (6,), **more}
    return {name: generator.normal(size=s).astype("float32") for name, s in shapes.items()}


def written(folder, config, weights):
    write_safetensors(folder / "sae_weights.safetensors", weights)
    (folder / "cfg.json").write_text(json.dumps({"d_in": 6, "d_sae": 12, **config}))
    return from_saelens(folder)


@pytest.mark.once
def test_a_gated_dictionary_has_gates_and_magnitudes(tmp_path):
    weights = random_weights(b_gate=(12,), b_mag=(12,), r_mag=(12,))
    del weights["b_enc"]
    model = written(tmp_path, {"architecture": "gated"}, weights)
    assert type(model.latent) is Gated
    product = (X - weights["b_dec"]) @ weights["W_enc"]
    magnitudes = product * np.exp(weights["r_mag"]) + weights["b_mag"]
    expected = np.where(product + weights["b_gate"] > 0, np.maximum(magnitudes, 0), 0)
    np.testing.assert_allclose(model.encode(X), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.once
def test_old_files_name_their_activation_otherwise(tmp_path):
    weights = random_weights()
    config = {"activation_fn_str": "topk", "activation_fn_kwargs": {"k": 5}}
    model = written(tmp_path, config, weights)
    assert type(model.latent) is TopK and model.latent.k == 5
    assert model.encode(X).astype(bool).sum(axis=1).max() <= 5
    model = written(tmp_path, {"activation_fn_str": "relu", "model_name": "gpt2"}, weights)
    assert type(model.latent) is ReLU


@pytest.mark.once
def test_thresholds_of_old_files_are_logarithms(tmp_path):
    weights = random_weights(log_threshold=(12,))
    model = written(tmp_path, {"architecture": "jumprelu"}, weights)
    features = (X - weights["b_dec"]) @ weights["W_enc"] + weights["b_enc"]
    expected = np.where(features > np.exp(weights["log_threshold"]), features, 0)
    np.testing.assert_allclose(model.encode(X), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.once
def test_codes_are_not_negative_whatever_the_threshold(tmp_path):
    weights = random_weights(threshold=(12,))
    weights["threshold"] = np.linspace(-2, 2, 12, dtype="float32")
    model = written(tmp_path, {"architecture": "jumprelu"}, weights)
    features = (X - weights["b_dec"]) @ weights["W_enc"] + weights["b_enc"]
    expected = np.where(features > weights["threshold"], np.maximum(features, 0), 0)
    np.testing.assert_allclose(model.encode(X), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.once
def test_a_bias_that_is_not_subtracted_is_not(tmp_path):
    weights = random_weights()
    model = written(tmp_path, {"apply_b_dec_to_input": False}, weights)
    expected = np.maximum(X @ weights["W_enc"] + weights["b_enc"], 0)
    np.testing.assert_allclose(model.encode(X), expected, rtol=1e-5, atol=1e-4)


@pytest.mark.once
def test_a_transcoder_has_a_skip_past_the_code(tmp_path):
    weights = random_weights(W_dec=(12, 4), b_dec=(4,), W_skip=(4, 6))
    config = {"architecture": "skip_transcoder", "d_out": 4, "apply_b_dec_to_input": False}
    model = written(tmp_path, config, weights)
    z = np.maximum(X @ weights["W_enc"] + weights["b_enc"], 0)
    np.testing.assert_allclose(model.encode(X), z, rtol=1e-5, atol=1e-4)
    expected = z @ weights["W_dec"] + weights["b_dec"] + X @ weights["W_skip"].T
    np.testing.assert_allclose(model.reconstruct(X), expected, rtol=1e-5, atol=1e-3)
    jumping = kerae.Transcoder(6, 4, 12, "jumprelu", skip=True)
    to_saelens(jumping, tmp_path)
    config = json.loads((tmp_path / "cfg.json").read_text())
    assert config["architecture"] == "jumprelu_skip_transcoder"
    again = from_saelens(tmp_path)
    np.testing.assert_allclose(again.reconstruct(X), jumping.reconstruct(X), rtol=1e-5, atol=1e-5)


@pytest.mark.once
def test_numbers_of_half_precision_are_read(tmp_path):
    weights = {name: each.astype("float16") for name, each in random_weights().items()}
    model = written(tmp_path, {"dtype": "float16"}, weights)
    np.testing.assert_allclose(model.atoms, weights["W_dec"])
    # bfloat16, which is the first half of a float32.
    path = tmp_path / "sae_weights.safetensors"
    halves = {name: each.astype("float32") for name, each in weights.items()}
    codes = {name: (each.view("uint32") >> 16).astype("<u2") for name, each in halves.items()}
    write_safetensors(path, {name: each.view("<i2") for name, each in codes.items()})
    path.write_bytes(_as_bf16(path.read_bytes()))
    np.testing.assert_allclose(from_saelens(tmp_path).atoms, weights["W_dec"], rtol=2**-7)


def _as_bf16(content):
    length = int.from_bytes(content[:8], "little")
    header = content[8 : 8 + length].replace(b"I16", b"BF16")
    return len(header).to_bytes(8, "little") + header + content[8 + length :]


@pytest.mark.once
@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"architecture": "temporal"}, "Expected one of the architectures standard"),
        ({"activation_fn_str": "tanh-relu"}, 'Expected the activation "relu" or "topk"'),
        ({"normalize_activations": "layer_norm"}, "normalized one by one"),
        ({"architecture": "topk"}, "Expected a number `k`"),
    ],
)
def test_what_is_not_read_is_refused(config, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        written(tmp_path, config, random_weights())


@pytest.mark.once
def test_damaged_and_missing_files_are_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"cfg\.json"):
        from_saelens(tmp_path)
    written(tmp_path, {}, random_weights())
    path = tmp_path / "sae_weights.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(ValueError, match="Expected a whole safetensors file"):
        from_saelens(tmp_path)
    write_safetensors(path, random_weights(b_dec=(5,)))
    with pytest.raises(ValueError, match="The files do not fit each other"):
        from_saelens(tmp_path)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"sae_weights\.safetensors in"):
        from_saelens(tmp_path)
    lacking = random_weights()
    del lacking["b_enc"]
    whole = random_weights()
    for weights, config, message in (
        (lacking, {}, "Expected a tensor b_enc .* Received: W_dec, W_enc, b_dec"),
        (whole | {"b_enc": np.full(12, np.nan, "float32")}, {}, "b_enc .* NaN or infinity"),
        (whole | {"b_enc": np.zeros(12, "int32")}, {}, "b_enc .* Received: int32"),
        (whole, {"d_sae": 9}, "d_sae = 12, as W_enc has"),
    ):
        with pytest.raises(ValueError, match=message):
            written(tmp_path, config, weights)
    (tmp_path / "cfg.json").write_text("[1]")
    with pytest.raises(ValueError, match="list in the place of a table"):
        from_saelens(tmp_path)


@pytest.mark.once
def test_models_that_saelens_has_not_are_refused(tmp_path):
    for model in (kerae.Crosscoder(2, 3, 12), kerae.Transcoder(6, 4, 12, "gated")):
        with pytest.raises(ValueError, match="SAELens has"):
            to_saelens(model, tmp_path)


@pytest.mark.once
def test_the_weight_of_the_sparsity_is_that_of_training(saelens):
    (term,) = [
        each
        for each in from_saelens(saelens / "standard_train").terms
        if isinstance(each, DictionarySparsity)
    ]
    assert term.weight == 1.0
    assert isinstance(from_saelens(saelens / "batchtopk_train").latent, BatchTopK)
