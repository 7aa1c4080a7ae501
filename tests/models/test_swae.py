import pytest
from on_digits import distance_from_prior, trained
from shifted_normal import ShiftedNormal

import kerae
from kerae.terms import SlicedWasserstein

pytestmark = pytest.mark.mainly("torch")


def test_its_terms_are_a_reconstruction_and_a_distance_of_a_deterministic_code(images):
    prior = ShiftedNormal(1.0)
    model = kerae.SWAE((8, 8, 1), 2, num_projections=9, weight=3.0, prior=prior)
    _, distance = model.terms
    assert type(distance) is SlicedWasserstein
    assert (distance.weight, distance.num_projections) == (3.0, 9)
    assert type(model.latent) is kerae.latents.Deterministic and model.prior is prior
    model.compile()
    logs = model.evaluate(images, verbose=0, return_dict=True)
    expected = logs["reconstruction"] + 3 * logs["sliced_wasserstein"]
    assert logs["loss"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.nightly
@pytest.mark.once
def test_on_digits_codes_are_like_the_prior(digits):
    model, without = (trained(each, digits.x_train, epochs=8) for each in (kerae.SWAE, kerae.AE))
    distances = [distance_from_prior(each.encode(digits.x_train)) for each in (model, without)]
    assert distances[0] < 0.02 < 0.1 * distances[1]
