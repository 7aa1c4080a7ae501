import numpy as np
import pytest
from keras import ops

import kerae
from kerae.export.endpoints import endpoints


@pytest.mark.mainly("torch")
@pytest.mark.parametrize("activation", ["topk", "batchtopk", "jumprelu", "gated"])
def test_features_of_a_dictionary_are_its_codes(activation):
    x = (np.random.default_rng(0).normal(size=(8, 6)) + 3).astype("float32")
    model = kerae.SAE(6, 40, activation).start_at_mean(x)
    found = endpoints(model)["features"].function(x=ops.convert_to_tensor(x))
    np.testing.assert_allclose(ops.convert_to_numpy(found["features"]), model.encode(x), atol=1e-6)


def test_other_models_have_none():
    assert "features" not in endpoints(kerae.AE((6,), 2))
