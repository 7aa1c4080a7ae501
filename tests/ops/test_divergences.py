"""The KL against torch.distributions, the MMD against loops in NumPy and a closed form."""

import keras
import numpy as np
import pytest
import torch
from gradients import gradient
from keras import ops

import kerae
from kerae.ops.divergences import kl_divergence_normals, maximum_mean_discrepancy

pytestmark = pytest.mark.mainly("torch")


def numpy(tensor):
    return np.asarray(ops.convert_to_numpy(tensor))


def normals(*leading, d=3, seed=0):
    """Mean and Cholesky factor of normals that are far from standard."""
    generator = np.random.default_rng(seed)
    factor = np.tril(generator.normal(size=(*leading, d, d)), -1)
    factor += np.eye(d) * generator.uniform(0.5, 2.0, size=(*leading, d, 1))
    return generator.normal(size=(*leading, d)).astype("float32"), factor.astype("float32")


def torch_kl(*arguments):
    mean_p, factor_p, mean_q, factor_q = map(torch.as_tensor, arguments)
    return torch.distributions.kl_divergence(
        torch.distributions.MultivariateNormal(mean_p, scale_tril=factor_p),
        torch.distributions.MultivariateNormal(mean_q, scale_tril=factor_q),
    )


@pytest.mark.parametrize(
    ("leading_p", "leading_q"),
    [((), ()), ((5,), (5,)), ((4, 5), ()), ((), (5,)), ((4, 1), (1, 5))],
    ids=str,
)
def test_the_kl_is_torchs(leading_p, leading_q):
    p, q = normals(*leading_p), normals(*leading_q, seed=1)
    np.testing.assert_allclose(
        numpy(kl_divergence_normals(*p, *q)), torch_kl(*p, *q).numpy(), rtol=1e-4
    )


def test_of_diagonal_covariances_it_is_the_sum_over_dimensions():
    (mean_p, mean_q), (scale_p, scale_q) = np.random.default_rng(0).uniform(0.5, 2, (2, 2, 4))
    variance_ratio = (scale_p / scale_q) ** 2
    squared = ((mean_q - mean_p) / scale_q) ** 2
    expected = 0.5 * np.sum(variance_ratio + squared - 1 - np.log(variance_ratio))
    found = kl_divergence_normals(mean_p, np.diag(scale_p), mean_q, np.diag(scale_q))
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_the_kl_of_a_normal_from_itself_is_0():
    np.testing.assert_allclose(
        numpy(kl_divergence_normals(*normals(6), *normals(6))), np.zeros(6), atol=1e-5
    )


def test_what_is_above_the_diagonal_is_not_read():
    (mean_p, factor_p), (mean_q, factor_q) = normals(), normals(seed=1)
    above = np.triu(np.full((3, 3), 7, "float32"), 1)
    found = kl_divergence_normals(mean_p, factor_p + above, mean_q, factor_q + above)
    expected = torch_kl(mean_p, factor_p, mean_q, factor_q)
    assert float(found) == pytest.approx(float(expected), rel=1e-4)


def test_the_slopes_of_the_kl_are_torchs():
    arguments = [*normals(5), *normals(5, seed=1)]
    tensors = [torch.tensor(each, requires_grad=True) for each in arguments]
    torch_kl(*tensors).sum().backward()
    found = gradient(lambda x: ops.sum(kl_divergence_normals(*x)), arguments)
    for slope, tensor in zip(found, tensors):
        expected = tensor.grad.numpy()
        expected = np.tril(expected) if expected.ndim == 3 else expected
        np.testing.assert_allclose(slope, expected, rtol=1e-3, atol=1e-4)


def test_arrays_of_double_and_single_precision_may_be_mixed():
    mean, factor = normals(4)
    found = kl_divergence_normals(mean, factor, np.zeros(3), np.eye(3))
    expected = torch_kl(mean, factor, np.zeros(3, "float32"), np.eye(3, dtype="float32"))
    np.testing.assert_allclose(numpy(found), expected.numpy(), rtol=1e-4)


@pytest.mark.parametrize(
    "shapes",
    [
        ((), (), (), ()),
        ((3,), (3,), (3,), (3, 3)),
        ((3,), (3, 3), (2,), (3, 3)),
        ((3,), (3, 3), (3,), (2, 2)),
        ((4, 3), (3, 3), (5, 3), (3, 3)),
    ],
    ids=["numbers", "diagonal", "means", "factors", "leading"],
)
def test_refuses_normals_whose_shapes_do_not_fit(shapes):
    received = ", ".join(
        f"{name} {shape}"
        for name, shape in zip(("mean_p", "scale_tril_p", "mean_q", "scale_tril_q"), shapes)
    )
    with pytest.raises(ValueError) as raised:
        kl_divergence_normals(*(np.ones(shape, "float32") for shape in shapes))
    assert received in str(raised.value)


def loop_mmd(x, y, kernel):
    def mean(a, b, distinct):
        pairs = [(i, j) for i in range(len(a)) for j in range(len(b)) if not distinct or i != j]
        return sum(kernel(np.sum((a[i] - b[j]) ** 2)) for i, j in pairs) / len(pairs)

    return mean(x, x, True) + mean(y, y, True) - 2 * mean(x, y, False)


# C = 2 d s for the scales s of the code of Tolstikhin et al., here for d = 3; one and two others.
IN_3_DIMENSIONS = (0.6, 1.2, 3.0, 6.0, 12.0, 30.0, 60.0)
WIDTHS = {None: IN_3_DIMENSIONS, 1.5: (1.5,), (0.5, 8.0): (0.5, 8.0)}
FORMULAS = {
    "imq": lambda squared, width: width / (width + squared),
    "rbf": lambda squared, width: np.exp(-squared / width),
}


@pytest.mark.parametrize("kernel", ["imq", "rbf"])
@pytest.mark.parametrize("width", WIDTHS, ids=str)
def test_the_mmd_is_what_two_loops_give(kernel, width):
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(6, 3)), 0.5 + 2 * generator.normal(size=(9, 3))
    formula = FORMULAS[kernel]
    expected = loop_mmd(x, y, lambda squared: sum(formula(squared, w) for w in WIDTHS[width]))
    found = maximum_mean_discrepancy(x.astype("float32"), y.astype("float32"), kernel, width)
    assert float(found) == pytest.approx(expected, rel=1e-4, abs=1e-5)


def draws_of_mmd(shift, scale, kernel="imq", width=None, count=150):
    generator = np.random.default_rng(0)
    x = generator.normal(size=(count, 30, 2)).astype("float32")
    y = (shift + scale * generator.normal(size=(count, 20, 2))).astype("float32")
    return np.array([float(maximum_mean_discrepancy(*pair, kernel, width)) for pair in zip(x, y)])


@pytest.mark.parametrize("kernel", ["imq", "rbf"])
def test_for_equal_distributions_the_mmd_is_0_on_average(kernel):
    draws = draws_of_mmd(0.0, 1.0, kernel)
    assert abs(draws.mean()) < 3 * draws.std() / np.sqrt(len(draws))
    assert (draws < 0).any() and (draws > 0).any()


def test_of_two_normals_the_mmd_is_the_closed_form():
    # x - y ~ N(delta, v I) gives E[exp(-|x - y|^2 / w)] = (1 + 2 v / w)^(-d/2)
    # exp(-|delta|^2 / (w + 2 v)).
    shift, scale, width, d = 0.7, 1.5, 3.0, 2

    def mean(variance, delta):
        spread = width + 2 * variance
        return (width / spread) ** (d / 2) * np.exp(-d * delta**2 / spread)

    expected = mean(2, 0) + mean(2 * scale**2, 0) - 2 * mean(1 + scale**2, shift)
    draws = draws_of_mmd(shift, scale, "rbf", width)
    error = draws.std() / np.sqrt(len(draws))
    assert expected > 10 * error
    assert abs(draws.mean() - expected) < 3 * error


@pytest.mark.parametrize("kernel", ["imq", "rbf"])
def test_slopes_are_those_of_differences_also_where_points_coincide(kernel):
    x = np.float32([[0.0, 1.0], [0.0, 1.0], [2.0, 3.0]])
    y = np.float32([[0.0, 1.0], [5.0, 5.0]])
    found = gradient(lambda x: maximum_mean_discrepancy(x, y, kernel, 2.0), x)
    step = 1e-4 * np.eye(6).reshape(6, 3, 2)
    formula = FORMULAS[kernel]
    values = [
        loop_mmd(x + sign * step_, y, lambda s: formula(s, 2.0))
        for step_ in step
        for sign in (1, -1)
    ]
    expected = np.subtract(values[::2], values[1::2]).reshape(3, 2) / 2e-4
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(3), np.zeros(3)), r"\(n, d\) and \(m, d\). Received: \(3,\) and \(3,\)"),
        ((np.zeros((3, 2)), np.zeros((3, 1))), r"Received: \(3, 2\) and \(3, 1\)"),
        ((np.zeros((3, 2)), np.zeros((1, 2))), r"at least 2 examples.*Received: 3 and 1"),
        ((np.zeros((3, 2)), np.zeros((3, 2)), "linear"), r"\['imq', 'rbf'\]. Received: 'linear'"),
        ((np.zeros((3, 2)), np.zeros((3, 2)), "rbf", 0.0), r"positive. Received: width=0.0"),
        ((np.zeros((3, 2)), np.zeros((3, 2)), "rbf", (1.0, -2.0)), r"width=\(1.0, -2.0\)"),
    ],
    ids=["vectors", "dimensions", "one example", "kernel", "width", "widths"],
)
def test_refuses_to_compare(arguments, message):
    with pytest.raises(ValueError, match=message):
        maximum_mean_discrepancy(*arguments)


class Discrepancies(kerae.Term):
    """Both divergences of the codes of a batch from the prior, as a term of one's own."""

    label = "discrepancies"

    def value(self, model, outputs):
        z = outputs["z"][:, 0]
        mmd = maximum_mean_discrepancy(z, ops.zeros_like(z))
        eye = ops.eye(2)
        kl = kl_divergence_normals(z, eye, ops.zeros(2), eye)
        return ops.stack([kl, mmd * ops.ones_like(kl)], axis=1)


def test_both_train_in_compiled_steps_with_batches_of_any_size():
    x = np.random.default_rng(0).random((14, 5), "float32")
    terms = [kerae.Reconstruction(), Discrepancies(weight=10.0)]
    model = kerae.Autoencoder((5,), kerae.latents.Deterministic(2), terms=terms)
    model.compile(keras.optimizers.Adam(0.01))
    history = model.fit(x, epochs=10, batch_size=8, verbose=0).history
    losses = history["discrepancies"]
    assert np.isfinite(losses).all() and losses[-1] < losses[0] / 2
