import numpy as np
import pytest
from keras import ops

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


@pytest.mark.parametrize("step", [0, 5, 10, 1000])
def test_the_kl_is_compared_with_a_capacity_that_grows_by_the_step(images, step):
    model = kerae.AnnealedVAE((8, 8, 1), 2, gamma=7.0, capacity=3.0, steps=10)
    model.step.assign(step)
    _, kl = model.terms
    found = kl.loss(np.float32([[2.0, 0.5], [0.1, 0.2]]), model.step)
    capacity = 3.0 * min(step / 10, 1)
    expected = [7 * abs(2.5 - capacity), 7 * abs(0.3 - capacity)]
    np.testing.assert_allclose(ops.convert_to_numpy(found), expected, rtol=1e-5)


def test_what_is_logged_is_the_kl_itself(images):
    model = kerae.AnnealedVAE((8, 8, 1), 2, gamma=2.0, capacity=50.0, steps=10)
    model.step.assign(10)
    model.compile()
    logs = model.evaluate(images, verbose=0, return_dict=True)
    posterior = model.posterior(ops.convert_to_tensor(images))
    mean, log_variance = map(ops.convert_to_numpy, posterior.values())
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance)
    assert logs["kl"] == pytest.approx(kl.sum(axis=1).mean(), rel=1e-4)
    expected = logs["reconstruction"] + 2 * np.abs(kl.sum(axis=1) - 50).mean()
    assert logs["loss"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.nightly
@pytest.mark.once
def test_on_digits_the_kl_comes_near_the_capacity(digits):
    x = digits.x_train
    model = kerae.AnnealedVAE(
        (8, 8, 1),
        4,
        gamma=30.0,
        capacity=6.0,
        steps=100,
        encoder=kerae.networks.dense_encoder((8, 8, 1), widths=(64,)),
        decoder=kerae.networks.dense_decoder((4,), (8, 8, 1), widths=(64,)),
    )
    model.compile()
    model.optimizer.learning_rate = 0.01
    model.fit(x, epochs=20, batch_size=128, verbose=0)
    assert model.evaluate(x, verbose=0, return_dict=True)["kl"] == pytest.approx(6, abs=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gamma": -1.0}, "`weight`.*at least 0.*-1"),
        ({"capacity": -1.0}, "`capacity`.*at least 0.*-1"),
        ({"steps": 0}, "`steps` to be positive"),
    ],
    ids=str,
)
def test_refuses_what_makes_no_sense(arguments, message):
    with pytest.raises(ValueError, match=message):
        kerae.AnnealedVAE((4,), 2, **{"gamma": 1.0, "capacity": 1.0, "steps": 1, **arguments})
