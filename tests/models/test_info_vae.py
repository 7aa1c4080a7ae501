import pytest
from keras import ops
from on_digits import distance_from_prior, trained

import kerae

# On others test_contract.py computes the gradients of each model.
pytestmark = pytest.mark.mainly("torch")


@pytest.mark.parametrize(("alpha", "lambda_"), [(0.0, 1.0), (0.5, 2.0), (1.0, 10.0), (-1.0, 3.0)])
def test_the_weights_are_the_papers(images, alpha, lambda_):
    model = kerae.InfoVAE((8, 8, 1), 2, alpha=alpha, lambda_=lambda_)
    model.compile()
    logs = model.evaluate(images, verbose=0, return_dict=True)
    expected = logs["reconstruction"] + (1 - alpha) * logs["kl"]
    expected += (alpha + lambda_ - 1) * logs["mmd"]
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)
    assert abs(logs["mmd"]) > 0.01


def test_without_either_it_is_the_vae(images):
    model = kerae.InfoVAE((8, 8, 1), 2, alpha=0.0, lambda_=1.0)
    vae = kerae.VAE((8, 8, 1), 2)
    for one, other in zip(vae.trainable_variables, model.trainable_variables, strict=True):
        one.assign(ops.convert_to_numpy(other))
    losses = []
    for each in (model, vae):
        each.compile()
        losses.append(each.evaluate(images, verbose=0, return_dict=True)["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_the_kernel_is_that_of_the_paper_unless_another_is_given():
    assert kerae.InfoVAE((4,), 2).terms[2].kernel == "rbf"
    assert kerae.InfoVAE((4,), 2, kernel="imq").terms[2].kernel == "imq"


@pytest.mark.parametrize(("alpha", "lambda_"), [(1.1, 5.0), (0.5, 0.4), (-3.0, 3.9)])
def test_refuses_a_negative_weight(alpha, lambda_):
    with pytest.raises(ValueError, match=f"alpha={alpha}, lambda_={lambda_}"):
        kerae.InfoVAE((4,), 2, alpha=alpha, lambda_=lambda_)


@pytest.mark.nightly
@pytest.mark.once
def test_on_digits_it_tells_more_of_the_example_than_a_vae_by_codes_like_the_prior(digits):
    x = digits.x_train
    info, vae = (trained(each, x, epochs=15) for each in (kerae.InfoVAE, kerae.VAE))
    logs = [each.evaluate(x, verbose=0, return_dict=True) for each in (info, vae)]
    assert logs[0]["kl"] > 2 * logs[1]["kl"]
    assert logs[0]["reconstruction"] < logs[1]["reconstruction"] - 0.5
    drawn = ops.convert_to_numpy(info.propagate(x)["z"])[:, 0]
    assert distance_from_prior(drawn) < 0.03
