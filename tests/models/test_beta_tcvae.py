import numpy as np
import pytest
from keras import ops
from on_digits import total_correlation, trained
from scipy import stats

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")

NAMES = ("mutual_information", "total_correlation", "dimension_wise_kl")


def evaluated(images, **arguments):
    model = kerae.BetaTCVAE((8, 8, 1), 2, 100, **arguments)
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(0).normal(scale=0.2, size=variable.shape))
    model.compile()
    return model, model.evaluate(images, verbose=0, return_dict=True)


@pytest.mark.parametrize("sampling", ["weighted", "stratified"])
def test_each_part_has_its_own_weight(images, sampling):
    weights = {"alpha": 2.0, "beta": 3.0, "gamma": 5.0}
    _, logs = evaluated(images, sampling=sampling, **weights)
    expected = logs["reconstruction"]
    expected += sum(w * logs[name] for w, name in zip(weights.values(), NAMES))
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)
    assert min(abs(logs[name]) for name in NAMES) > 0.001


def test_with_equal_weights_it_is_a_beta_vae_whose_kl_is_estimated_from_one_code(images):
    model, logs = evaluated(images, alpha=1.0, beta=1.0, gamma=1.0)
    outputs = model.propagate(images)
    z = ops.convert_to_numpy(outputs["z"])[:, 0]
    mean, log_variance = map(ops.convert_to_numpy, outputs["posterior"].values())
    log_q = stats.norm.logpdf(z, mean, np.exp(0.5 * log_variance))
    kl = (log_q - stats.norm.logpdf(z)).sum(axis=1).mean()
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + kl, rel=1e-5)


def test_the_weights_are_1_6_and_1_by_default():
    model = kerae.BetaTCVAE((4,), 2, dataset_size=10)
    assert [term.weight for term in model.terms] == [1.0, 1.0, 6.0, 1.0]
    assert [term.sampling for term in model.terms[1:]] == ["weighted"] * 3


# The logarithm of an unbiased estimate is too low on average: in small batches by so much, where
# sampling is stratified, that the total correlation is hardly restrained.
@pytest.mark.nightly
@pytest.mark.once
@pytest.mark.parametrize(
    ("sampling", "batch_size"),
    [("weighted", 128), ("stratified", 512)],
)
def test_on_digits_codes_are_closer_to_independent_than_a_vaes(digits, sampling, batch_size):
    x = digits.x_train
    options = {"batch_size": batch_size, "epochs": batch_size // 6}
    plain = total_correlation(trained(kerae.VAE, x, **options), x)
    model = trained(kerae.BetaTCVAE, x, len(x), sampling=sampling, **options)
    assert total_correlation(model, x) < 0.5 * plain


@pytest.mark.parametrize("sampling", ["weighted", "stratified"])
def test_the_size_of_the_data_is_that_of_what_fit_is_given(images, sampling, tmp_path):
    given, taken = (
        kerae.BetaTCVAE((8, 8, 1), 2, dataset_size=size, sampling=sampling)
        for size in (len(images), None)
    )
    taken.compile("sgd")
    taken.fit(images, batch_size=4, verbose=0)
    taken.save(tmp_path / "model.keras")
    loaded = kerae.load(tmp_path / "model.keras")
    given.compile()
    for own, other in zip(given.trainable_variables, taken.trainable_variables, strict=True):
        own.assign(other)
    one, two, three = (
        model.evaluate(images[:4], verbose=0, return_dict=True) for model in (given, taken, loaded)
    )
    assert one == pytest.approx(two, rel=1e-6)
    assert two == three


def test_before_fit_the_batch_counts_as_all_of_the_data(images):
    logs = []
    for size in (None, 4):
        kerae.set_random_seed(0)
        model = kerae.BetaTCVAE((8, 8, 1), 2, dataset_size=size)
        model.compile()
        logs.append(model.evaluate(images[:4], verbose=0, return_dict=True))
    assert logs[0] == pytest.approx(logs[1], rel=1e-6)
