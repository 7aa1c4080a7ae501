"""The same inputs and codebooks give what vector-quantize-pytorch gives."""

from importlib.util import find_spec

import numpy as np
import pytest
from quantized import array, model_of, train_step

from kerae.latents import FiniteScalar, Grouped, LookupFree, Residual, SimVQ, VectorQuantizer
from kerae.terms import CodeEntropy

pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        not find_spec("vector_quantize_pytorch"), reason="vector-quantize-pytorch is not installed"
    ),
]
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(64, 4)).astype("float32")
CODES, DECAY, LEVELS = 8, 0.9, 3


def theirs(name, *args, **kwargs):
    import vector_quantize_pytorch

    return getattr(vector_quantize_pytorch, name)(*args, **kwargs)


def answers(quantizer, training=False):
    """Their code, number and loss of each vector, as a sequence of 64."""
    import torch

    quantizer.train(training)
    with torch.no_grad():
        z, indices, *loss = quantizer(torch.as_tensor(X)[None])
    return z[0].numpy(), indices[0].numpy(), *(each.numpy() for each in loss)


def same_state(level, codebook):
    """Counts and sums of the codes that a level begins with, to both."""
    import torch

    counts = RANDOM.uniform(1, 3, CODES).astype("float32")
    codes = array(level.codebooks()[0])
    level.codebook.assign(codes)
    level.updates.assign(1000)
    level.counts.assign(counts)
    level.sums.assign(codes * counts[:, None])
    codebook.embed.data.copy_(torch.as_tensor(codes)[None])
    codebook.cluster_size.data.copy_(torch.as_tensor(counts)[None])
    codebook.embed_avg.data.copy_(torch.as_tensor(codes * counts[:, None])[None])
    codebook.initted.data.fill_(True)


def check(latent, other, levels):
    """Answers, losses, and where codes are after a step."""
    model = model_of(latent)
    for level, codebook in levels:
        same_state(level, codebook)
    z, indices, *_ = answers(other)
    np.testing.assert_array_equal(model.encode_indices(X), indices)
    np.testing.assert_allclose(model.encode(X), z, rtol=1e-5, atol=1e-6)
    model.compile()
    logs = model.evaluate(X, batch_size=64, verbose=0, return_dict=True)
    *_, loss = answers(other, training=True)
    # Theirs is a mean over dimensions.
    assert logs["commitment"] == pytest.approx(4 * loss.sum(), rel=1e-4)
    train_step(model, X)
    for level, codebook in levels:
        np.testing.assert_allclose(array(level.counts), codebook.cluster_size[0], rtol=1e-5)
        np.testing.assert_allclose(array(level.sums), codebook.embed_avg[0], rtol=1e-4, atol=1e-5)
        # Theirs smooths counts by 1e-5.
        np.testing.assert_allclose(array(level.codebook), codebook.embed[0], rtol=1e-3, atol=1e-4)


def level(**arguments):
    return VectorQuantizer(CODES, 4, decay=DECAY, revive=0.0, **arguments)


SAME = dict(dim=4, codebook_size=CODES, decay=DECAY, commitment_weight=1.0)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_a_codebook(metric):
    latent = level(metric=metric)
    other = theirs("VectorQuantize", use_cosine_sim=metric == "cosine", **SAME)
    check(latent, other, [(latent, other._codebook)])


def test_levels():
    latent = Residual(level(), LEVELS)
    other = theirs("ResidualVQ", num_quantizers=LEVELS, **SAME)
    pairs = zip(latent.quantizers, (each._codebook for each in other.layers), strict=True)
    check(latent, other, list(pairs))


@pytest.mark.parametrize("levels", [(8, 6, 5, 5), (7, 5, 5, 3)])
def test_finite_scalars(levels):
    z, indices = answers(theirs("FSQ", levels))
    model = model_of(FiniteScalar(levels))
    np.testing.assert_array_equal(model.encode_indices(X), indices)
    np.testing.assert_allclose(model.encode(X), z, atol=1e-6)


@pytest.mark.parametrize("spherical", [False, True])
def test_signs_and_their_entropies(spherical):
    import torch

    other = theirs("LFQ", dim=4, codebook_size=16, spherical=spherical, entropy_loss_weight=1.0)
    model = model_of(LookupFree(4, spherical))
    z, indices, _ = answers(other)
    # Their first dimension is the highest bit.
    reverse = [int(f"{k:04b}"[::-1], 2) for k in indices]
    np.testing.assert_array_equal(model.encode_indices(X), reverse)
    np.testing.assert_allclose(model.encode(X), z, atol=1e-6)
    other.train()
    _, parts = other(torch.as_tensor(X)[None], inv_temperature=1.0, return_loss_breakdown=True)
    pairs = model.propagate(X)["pairs"]
    of_each, together = (
        array(CodeEntropy(temperature=1.0, gamma=gamma).of_pair(*pairs[0])).mean()
        for gamma in (0.0, 1.0)
    )
    # Theirs takes no logarithm of less than 1e-5.
    assert of_each == pytest.approx(float(parts.per_sample_entropy), rel=1e-3)
    assert of_each - together == pytest.approx(float(parts.batch_entropy), rel=1e-3)


def test_random_codes_behind_a_map():
    import torch

    latent = SimVQ(CODES, 4)
    model = model_of(latent)
    other = theirs("SimVQ", 4, CODES, rotation_trick=False)
    other.frozen_codebook.copy_(torch.as_tensor(array(latent.fixed)))
    other.code_transform.weight.data.copy_(torch.as_tensor(array(latent.map).T))
    z, indices, loss = answers(other)
    np.testing.assert_array_equal(model.encode_indices(X), indices)
    np.testing.assert_allclose(model.encode(X), z, rtol=1e-5, atol=1e-6)
    model.compile()
    logs = model.evaluate(X, batch_size=64, verbose=0, return_dict=True)
    assert logs["codebook"] + 0.25 * logs["commitment"] == pytest.approx(4 * loss, rel=1e-4)


def test_groups_of_levels():
    import torch

    latent = Grouped(Residual(VectorQuantizer(CODES, 2), LEVELS), 2)
    model = model_of(latent)
    other = theirs("GroupedResidualVQ", dim=4, groups=2, num_quantizers=LEVELS, codebook_size=CODES)
    for group, rvq in zip(latent.quantizers, other.rvqs, strict=True):
        for one, vq in zip(group.quantizers, rvq.layers, strict=True):
            vq._codebook.embed.data.copy_(torch.as_tensor(array(one.codebook))[None])
    other.eval()
    z, indices, _ = other(torch.as_tensor(X)[None])
    expected = indices[:, 0].numpy().transpose(1, 0, 2)  # theirs has groups first
    np.testing.assert_array_equal(model.encode_indices(X), expected)
    np.testing.assert_allclose(model.encode(X), z[0].detach().numpy(), rtol=1e-5, atol=1e-6)
