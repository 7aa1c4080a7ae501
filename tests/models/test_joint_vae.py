import keras
import numpy as np
import pytest
from scipy.special import log_softmax, logsumexp
from scipy.stats import norm

import kerae
from kerae.schedules import Linear

X = np.random.default_rng(0).integers(0, 2, (6, 5)).astype("float32")


def small(**arguments):
    kerae.set_random_seed(0)
    given = {"latent_dim": 1, "num_categories": 3, "steps": 10_000} | arguments
    return kerae.JointVAE(
        (5,), encoder=keras.layers.Flatten(), decoder=keras.layers.Dense(5), **given
    )


def weights(layer):
    return [each.astype("float64") for each in layer.get_weights()]


def kl_by_hand(model, x):
    """Of both parts, for one continuous dimension and one variable."""
    normal, categorical = model.latent.parts
    mean, log_variance, logits = (
        x @ kernel + bias
        for kernel, bias in map(
            weights, (normal.mean_head, normal.log_variance_head, categorical.head)
        )
    )
    log_p = log_softmax(logits, axis=-1)
    continuous = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)
    return continuous, (np.exp(log_p) * log_p).sum(axis=1) + np.log(log_p.shape[1])


@pytest.mark.mainly("torch")
def test_the_likelihood_is_the_sum_over_categories_of_integrals_over_the_rest():
    model = small()
    kernel, bias = weights(model.decoder)
    z, step = np.linspace(-8, 8, 2001, retstep=True)
    log_p = []
    for category in np.eye(3):
        codes = np.concatenate([z[:, None], np.tile(category, (len(z), 1))], axis=1)
        logits = codes @ kernel + bias
        log_x = X @ -np.logaddexp(0, -logits).T + (1 - X) @ -np.logaddexp(0, logits).T
        log_p.append(logsumexp(log_x + norm.logpdf(z), axis=1) + np.log(step) - np.log(3))
    expected = logsumexp(log_p, axis=0)
    found = np.array([model.log_likelihood(X, num_samples=2000, seed=seed) for seed in range(8)])
    error = found.std(axis=0, ddof=1) / np.sqrt(8)
    assert (np.abs(found.mean(axis=0) - expected) < 4 * error + 1e-4).all()
    assert error.max() < 0.03


@pytest.mark.parametrize(
    ("step", "continuous", "categorical"),
    [(0, 0.0, 0.0), (2000, 1.0, 1.0), (4000, 2.0, np.log(3)), (50_000, 5.0, np.log(3))],
)
@pytest.mark.mainly("torch")
def test_the_loss_is_that_of_the_paper(step, continuous, categorical):
    model = small(gamma=7.0)
    model.step.assign(step)
    model.compile()
    logs = model.evaluate(X, verbose=0, return_dict=True)
    found = kl_by_hand(model, X)
    assert logs["kl_continuous"] == pytest.approx(found[0].mean(), rel=1e-4)
    assert logs["kl_categorical"] == pytest.approx(found[1].mean(), rel=1e-4)
    distances = abs(found[0] - continuous) + abs(found[1] - categorical)
    assert logs["loss"] == pytest.approx(logs["reconstruction"] + 7 * distances.mean(), rel=1e-4)
    scores = model.score(X, num_samples=2)
    np.testing.assert_allclose(scores["kl"], sum(found), rtol=1e-4)


@pytest.mark.once
def test_a_capacity_may_be_a_schedule_or_nothing():
    schedule = Linear(0.5, 1.0, 10)
    terms = small(capacity_z=schedule, capacity_c=0.0).terms
    assert terms[1].capacity is schedule
    assert float(terms[2].capacity(50)) == 0.0
    assert [term.label for term in terms] == ["reconstruction", "kl_continuous", "kl_categorical"]
    with pytest.raises(ValueError, match="`capacity_c` to be a number of at least 0"):
        small(capacity_c=-1.0)
    with pytest.raises(ValueError, match="`steps` to be positive"):
        small(steps=0)
    with pytest.raises(ValueError, match="either `terms` or `gamma`"):
        small(gamma=1.0, terms=[kerae.Reconstruction()])


@pytest.mark.once
def test_what_each_category_and_each_dimension_does():
    model = small(latent_dim=2, num_variables=2)
    z = np.array([0.5, -1.0, 0, 1, 0, 1, 0, 0], "float32")
    found = kerae.latent_space.traverse_categories(model, z)
    assert found.shape == (2, 3, 5)
    codes = np.tile(z, (3, 1))
    codes[:, 5:] = np.eye(3)
    np.testing.assert_allclose(found[1], model.decode(codes), rtol=1e-6)
    alone = kerae.latent_space.traverse_categories(model, z, variables=[1])
    np.testing.assert_array_equal(alone, found[1:])
    assert kerae.latent_space.traverse(model, z, steps=4).shape == (2, 4, 5)  # not of categories
    way = model.interpolate(X[:1], X[1:2], steps=3)[0]
    middle = model.encode(X[:2]).mean(axis=0, keepdims=True)
    np.testing.assert_allclose(way[1], model.decode(middle)[0], rtol=1e-5)


@pytest.mark.once
def test_refuses_to_traverse_what_is_not_there():
    with pytest.raises(ValueError, match="categorical variables, such as.*Normal"):
        kerae.latent_space.traverse_categories(kerae.VAE((5,), 2), np.zeros(2))
    model = kerae.CategoricalVAE((5,), 2, 3)
    with pytest.raises(ValueError, match="`variables` to be integers from 0 to 1"):
        kerae.latent_space.traverse_categories(model, np.zeros(6), variables=[2])
    with pytest.raises(ValueError, match="Call `traverse_categories`"):
        kerae.latent_space.traverse(model, np.zeros(6))
    latent = kerae.latents.Joint([kerae.latents.Categorical(1, size) for size in (2, 3)])
    mixed = kerae.Autoencoder((5,), latent, prior=latent.tried_in()["prior"])
    with pytest.raises(ValueError, match=r"as many categories each.*\[2, 3\]"):
        kerae.latent_space.traverse_categories(mixed, np.zeros(5))
    assert kerae.latent_space.traverse_categories(mixed, np.zeros(5), [1]).shape == (1, 3, 5)
    with pytest.raises(ValueError, match="one code"):
        kerae.latent_space.traverse_categories(mixed, np.zeros(4))
