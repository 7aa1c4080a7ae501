"""Dictionaries of dictionary_learning and sparsify: their formulas by NumPy, on made weights."""

import json

import numpy as np
import pytest

from kerae.data.stored.safetensors import write_safetensors
from kerae.interchange import from_dictionary_learning, from_sparsify
from kerae.latents import BatchTopK, TopK

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.once
X = np.random.default_rng(0).normal(size=(20, 6)).astype("float32")


def arrays(**shapes):
    generator = np.random.default_rng(1)
    return {name: generator.normal(size=s).astype("float32") for name, s in shapes.items()}


def of_torch(folder, name, weights):
    tensors = {key.replace("__", "."): torch.tensor(each) for key, each in weights.items()}
    torch.save(tensors, folder / "ae.pt")
    trainer = {"dict_class": name, "activation_dim": 6, "dict_size": 12}
    (folder / "config.json").write_text(json.dumps({"trainer": trainer, "buffer": {}}))
    return from_dictionary_learning(folder)


def linear(**more):
    return arrays(encoder__weight=(12, 6), encoder__bias=(12,), decoder__weight=(6, 12), **more)


def check(model, z, x_hat):
    np.testing.assert_allclose(model.encode(X), z, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.reconstruct(X), x_hat, rtol=1e-4, atol=1e-4)


def largest(features, k):
    kept = features >= np.sort(features, axis=1)[:, -k:][:, :1]
    return np.where(kept, np.maximum(features, 0), 0)


def test_a_relu_autoencoder(tmp_path):
    w = linear(bias=(6,))
    z = np.maximum((X - w["bias"]) @ w["encoder__weight"].T + w["encoder__bias"], 0)
    check(of_torch(tmp_path, "AutoEncoder", w), z, z @ w["decoder__weight"].T + w["bias"])


def test_one_that_subtracts_no_bias(tmp_path):
    w = linear(decoder__bias=(6,))
    z = np.maximum(X @ w["encoder__weight"].T + w["encoder__bias"], 0)
    x_hat = z @ w["decoder__weight"].T + w["decoder__bias"]
    check(of_torch(tmp_path, "AutoEncoderNew", w), z, x_hat)


def test_topk(tmp_path):
    w = linear(b_dec=(6,)) | {"k": np.int64(3), "threshold": np.float32(-1)}
    z = largest((X - w["b_dec"]) @ w["encoder__weight"].T + w["encoder__bias"], 3)
    model = of_torch(tmp_path, "AutoEncoderTopK", w)
    assert type(model.latent) is TopK and model.latent.k == 3
    check(model, z, z @ w["decoder__weight"].T + w["b_dec"])


def test_batch_topk_has_a_threshold(tmp_path):
    w = linear(b_dec=(6,)) | {"k": np.int64(3), "threshold": np.float32(1.5)}
    features = (X - w["b_dec"]) @ w["encoder__weight"].T + w["encoder__bias"]
    z = np.where(features > 1.5, features, 0)
    model = of_torch(tmp_path, "BatchTopKSAE", w)
    assert type(model.latent) is BatchTopK
    check(model, z, z @ w["decoder__weight"].T + w["b_dec"])


def test_matryoshka_is_one_of_it(tmp_path):
    w = arrays(W_enc=(6, 12), b_enc=(12,), W_dec=(12, 6), b_dec=(6,))
    w |= {"k": np.int64(3), "threshold": np.float32(1.5), "group_sizes": np.array([4, 8])}
    features = (X - w["b_dec"]) @ w["W_enc"] + w["b_enc"]
    z = np.where(features > 1.5, features, 0)
    model = of_torch(tmp_path, "MatryoshkaBatchTopKSAE", w)
    check(model, z, z @ w["W_dec"] + w["b_dec"])


def test_gated_codes_are_as_large_as_what_they_write(tmp_path):
    w = arrays(
        encoder__weight=(12, 6),
        decoder__weight=(6, 12),
        decoder_bias=(6,),
        r_mag=(12,),
        gate_bias=(12,),
        mag_bias=(12,),
    )
    product = (X - w["decoder_bias"]) @ w["encoder__weight"].T
    magnitudes = np.maximum(np.exp(w["r_mag"]) * product + w["mag_bias"], 0)
    z = np.where(product + w["gate_bias"] > 0, magnitudes, 0)
    x_hat = z @ w["decoder__weight"].T + w["decoder_bias"]
    lengths = np.linalg.norm(w["decoder__weight"], axis=0)
    check(of_torch(tmp_path, "GatedAutoEncoder", w), z * lengths, x_hat)


def test_jump_relu_too(tmp_path):
    w = arrays(W_enc=(6, 12), b_enc=(12,), W_dec=(12, 6), b_dec=(6,), threshold=(12,))
    w["threshold"] = np.abs(w["threshold"])
    features = X @ w["W_enc"] + w["b_enc"]
    z = np.where(features > w["threshold"], features, 0)
    model = of_torch(tmp_path, "JumpReluAutoEncoder", w)
    check(model, z * np.linalg.norm(w["W_dec"], axis=1), z @ w["W_dec"] + w["b_dec"])


@pytest.mark.parametrize("lacking", ["bias", "encoder__bias", "encoder__weight", "decoder__weight"])
def test_arrays_that_are_not_there_are_named(lacking, tmp_path):
    w = linear(bias=(6,))
    del w[lacking]
    with pytest.raises(ValueError, match=r"Expected a tensor .* in .*ae\.pt. Received: "):
        of_torch(tmp_path, "AutoEncoder", w)


def test_a_number_of_units_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="Expected a tensor k in"):
        of_torch(tmp_path, "AutoEncoderTopK", linear(b_dec=(6,)))


def test_a_file_of_anything_else_is_refused_and_not_run(tmp_path):
    of_torch(tmp_path, "AutoEncoder", linear(bias=(6,)))
    torch.save({"encoder.weight": print}, tmp_path / "ae.pt")
    with pytest.raises(ValueError, match="Expected a state dict of PyTorch"):
        from_dictionary_learning(tmp_path)
    (tmp_path / "config.json").write_text('{"trainer": {"dict_class": "CrossCoder"}}')
    with pytest.raises(ValueError, match="Expected one of AutoEncoder"):
        from_dictionary_learning(tmp_path)


def of_sparsify(folder, weights, **config):
    tensors = {key.replace("__", "."): each for key, each in weights.items()}
    write_safetensors(folder / "sae.safetensors", tensors)
    (folder / "cfg.json").write_text(json.dumps({"d_in": 6, "k": 3, **config}))
    return from_sparsify(folder)


@pytest.mark.parametrize("transcode", [False, True])
def test_a_sparse_coder(tmp_path, transcode):
    w = arrays(encoder__weight=(12, 6), encoder__bias=(12,), W_dec=(12, 6), b_dec=(6,))
    w |= arrays(W_skip=(6, 6)) if transcode else {}
    x = X if transcode else X - w["b_dec"]
    z = largest(x @ w["encoder__weight"].T + w["encoder__bias"], 3)
    skip = X @ w["W_skip"].T if transcode else 0
    model = of_sparsify(tmp_path, w, transcode=transcode, skip_connection=transcode)
    check(model, z, z @ w["W_dec"] + w["b_dec"] + skip)


def test_groups_of_units_are_refused(tmp_path):
    w = arrays(encoder__weight=(12, 6), encoder__bias=(12,), W_dec=(12, 6), b_dec=(6,))
    with pytest.raises(ValueError, match='Expected the activation "topk"'):
        of_sparsify(tmp_path, w, activation="groupmax")
