"""Every flow: its log-determinant, its inverse, its start, and what a context does."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from moved_weights import move_weights

import kerae
from kerae import flows
from kerae.flows.named import NAMES

torch_mainly = pytest.mark.mainly("torch")
CONTEXT_DIM = 3
MAKERS = {
    name: lambda d, of_class=of_class: (
        of_class(d)
        if of_class in (flows.Planar, flows.Radial)
        else of_class(d, widths=(16,), context_dim=CONTEXT_DIM)
    )
    for name, of_class in NAMES.items()
}
MAKERS["reversed"] = lambda d: flows.RealNVP(d, widths=(16,), reverse=True)
MAKERS["deep"] = lambda d: flows.InverseAutoregressive(d, widths=(8, 9), reverse=True)
MAKERS["linear"] = lambda d: flows.MaskedAutoregressive(d, widths=(), context_dim=2)
MAKERS["chain"] = lambda d: flows.Chain(
    [MAKERS["planar"](d), flows.RealNVP(d, widths=(8,)), MAKERS["iaf"](d)]
)
MAKERS["pair"] = lambda d: flows.get("real_nvp", d, num_flows=2, context_dim=CONTEXT_DIM)
INVERTED = [name for name, make in MAKERS.items() if make(2).has_inverse]

every_flow = pytest.mark.parametrize("name", MAKERS)


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def tensor(*shape, seed=0, scale=2.0):
    values = np.random.default_rng(seed).normal(0, scale, shape)
    return ops.convert_to_tensor(values, "float32")


def context_of(flow, count=5):
    return tensor(count, flow.context_dim, seed=1, scale=0.5) if flow.context_dim else None


def jacobians(function, z):
    """d function(z)_i / dz_j of each row, by automatic differentiation."""
    rows = [
        gradient(lambda z, i=i: ops.sum(function(z)[:, i]), numpy(z)) for i in range(z.shape[1])
    ]
    return np.stack(rows, axis=1)


@torch_mainly
@every_flow
@pytest.mark.parametrize("latent_dim", [1, 2, 3, 6])
def test_the_log_determinant_is_that_of_the_jacobian(name, latent_dim):
    flow = move_weights(MAKERS[name](latent_dim))
    z, context = tensor(5, latent_dim), context_of(flow)
    sign, expected = np.linalg.slogdet(jacobians(lambda z: flow.forward(z, context)[0], z))
    assert (sign == 1).all()
    np.testing.assert_allclose(numpy(flow.forward(z, context)[1]), expected, atol=2e-5)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == "neural_spline" else torch_mainly) for n in INVERTED]
)
@pytest.mark.parametrize("latent_dim", [1, pytest.param(3, marks=torch_mainly)])
def test_the_inverse_is_one(name, latent_dim):
    flow = move_weights(MAKERS[name](latent_dim))
    z, context = tensor(5, latent_dim), context_of(flow)
    y, log_det = flow.forward(z, context)
    back, log_det_back = flow.inverse(y, context)
    np.testing.assert_allclose(numpy(back), numpy(z), atol=1e-5)
    np.testing.assert_allclose(numpy(log_det_back), -numpy(log_det), atol=1e-5)
    assert np.abs(numpy(y) - numpy(z)).max() > 0.01


@pytest.mark.slow
@torch_mainly
@pytest.mark.parametrize("name", ["iaf", "neural_spline", "real_nvp"])
def test_the_inverse_is_one_after_training_too(name):
    """By the gradient of the density of what is far from normal."""
    flow = flows.get(name, 2, num_flows=2)
    z = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
    z[:, 1] = 0.5 * z[:, 0] ** 2 + 0.3 * z[:, 1] - 1
    prior = kerae.priors.Flow(flow)
    before = numpy(prior.log_prob(ops.convert_to_tensor(z))).mean()
    prior.fit(z, epochs=15, batch_size=50, learning_rate=5e-3)
    assert numpy(prior.log_prob(ops.convert_to_tensor(z))).mean() > before + 0.1
    y = ops.convert_to_tensor(z)
    start, log_det = flow.inverse(y)
    again, log_det_again = flow.forward(start)
    np.testing.assert_allclose(numpy(again), z, atol=2e-5)
    np.testing.assert_allclose(numpy(log_det_again), -numpy(log_det), atol=2e-5)
    sign, expected = np.linalg.slogdet(jacobians(lambda z: flow.forward(z)[0], start))
    np.testing.assert_allclose(numpy(log_det_again), sign * expected, atol=5e-5)


@torch_mainly
@every_flow
def test_it_starts_near_the_identity(name):
    flow = MAKERS[name](4)
    z, context = tensor(5, 4), context_of(flow)
    # What comes from the encoder is small at the start, and is added to planar and radial flows.
    y, log_det = map(numpy, flow.forward(z, None if context is None else 0.05 * context))
    np.testing.assert_allclose(y, numpy(z), atol=0.1)
    np.testing.assert_allclose(log_det, 0, atol=0.1)


@torch_mainly
@every_flow
def test_samples_of_an_example_share_its_context_and_no_other(name):
    flow = move_weights(MAKERS[name](3))
    if not flow.context_dim:
        pytest.skip("the same for all examples")
    z, context = tensor(5, 4, 3), context_of(flow)
    y, log_det = flow.forward(z, ops.expand_dims(context, 1))
    assert y.shape == (5, 4, 3) and log_det.shape == (5, 4)
    for k in range(4):
        one, log_det_of_one = flow.forward(z[:, k], context)
        np.testing.assert_allclose(numpy(y)[:, k], numpy(one), atol=1e-5)
        np.testing.assert_allclose(numpy(log_det)[:, k], numpy(log_det_of_one), atol=1e-5)
    others = flow.forward(z[:, 0], ops.roll(context, 1, axis=0))[0]
    assert (np.abs(numpy(others) - numpy(y)[:, 0]).max(axis=1) > 1e-4).all()
    without = flow.forward(z[:, 0])[0]
    nothing = flow.forward(z[:, 0], ops.zeros_like(context))[0]
    np.testing.assert_allclose(numpy(without), numpy(nothing), atol=1e-6)


@torch_mainly
def test_each_flow_of_a_chain_reads_its_own_part_of_the_context():
    chain = move_weights(MAKERS["chain"](2))
    z, context = tensor(5, 2), context_of(chain)
    planar, real_nvp, iaf = chain.flows
    moved, first = planar.forward(z, context[:, :5])
    moved, second = real_nvp.forward(moved)
    moved, third = iaf.forward(moved, context[:, 5:])
    y, log_det = chain.forward(z, context)
    np.testing.assert_allclose(numpy(y), numpy(moved), atol=1e-6)
    np.testing.assert_allclose(numpy(log_det), numpy(first + second + third), atol=1e-6)


@torch_mainly
@pytest.mark.parametrize("name", ["planar", "radial", "chain"])
def test_what_has_no_inverse_says_so(name):
    flow = MAKERS[name](2)
    assert not flow.has_inverse
    message = r"can be inverted.*Received: (Planar|Radial).*such as kerae.flows.RealNVP"
    with pytest.raises(ValueError, match=message):
        flow.inverse(tensor(5, 2))


@pytest.mark.once
def test_a_name_gives_so_many_flows_every_second_in_reverse():
    chain = flows.get("real_nvp", latent_dim=5, num_flows=3, context_dim=2)
    assert [each.reverse for each in chain.flows] == [False, True, False]
    assert chain.latent_dim == 5 and chain.context_dim == 6
    assert len(flows.get("radial", 2).flows) == 4
    given = flows.Planar(2)
    assert flows.get(given, 2) is given


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: flows.get("glow", 2), r"`flow` to be one of .*'planar'.*Received: 'glow'"),
        (lambda: flows.get(flows.Planar, 2), "or a kerae.flows.Flow. Received: <class"),
        (lambda: flows.get(flows.Planar(2), 3), "to have 3 dimensions.*Received: 2"),
        (
            lambda: flows.get(flows.Planar(2), 2, 4),
            "flow alone.*num_flows=4 with a Planar",
        ),
        (lambda: flows.get("planar", 2, 0), "`num_flows` of at least 1. Received: 0"),
        (lambda: flows.Chain([]), r"list of kerae.flows.Flow.*Received: \[\]"),
        (lambda: flows.Chain([flows.Planar(2), flows.Radial(3)]), "all of one `latent_dim`"),
        (lambda: flows.Planar(0), "`latent_dim` of at least 1"),
        (lambda: flows.RealNVP(2, widths=(0,)), "`widths` to be a tuple of positive integers"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(ValueError, match=message):
        make()
