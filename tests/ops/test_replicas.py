import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import replicas as script
from python_program import BACKEND, python
from small_models import SMALL_MODELS
from two_processes import STRATEGY, two_processes

TERMS = {
    "VAE": {"kl"},
    "SparseAE": {"sparsity"},
    "BetaTCVAE": {"mutual_information", "total_correlation", "dimension_wise_kl"},
    "FactorVAE": {"kl", "total_correlation", "critic"},
    "RAE": {"code_norm"},
    "DIPVAE": {"kl", "moments"},
    "AAE": {"adversarial", "critic"},
    "clusters": {"clustering"},
    "WAE": {"mmd"},
    "SWAE": {"sliced_wasserstein"},
    "HVAE": {"kl"},
    "RHVAE": {"kl"},
    "multimodal": {"kl"},
    "VQVAE": {"commitment", "perplexity", "used_codes"},
    "VQVAE2": {
        f"{name}_{level}"
        for name in ("commitment", "perplexity", "used_codes")
        for level in ("top", "bottom")
    },
    "Residual": {"commitment", "perplexity", "used_codes"},
    "Grouped": {"commitment", "perplexity", "used_codes"},
    "CodeEntropy": {"code_entropy"},
    "CategoricalVAE": {"kl"},
    "JointVAE": {"kl_continuous", "kl_categorical"},
    "DenoisingAE": set(),
    "unused": {"unused"},
    "importance weighted": {"bound", "kl"},
    "planar": {"kl"},
    "vamp": {"kl"},
    "quantized": {"commitment", "perplexity"},
    "ladder": {"kl"},
    "sparse": {"auxiliary", "l0"},
    "transcoder": set(),
}
REFUSED = {
    "losing": r"in epoch 1 at training step [123], by the term 'lost'",
    "out of range": r"batch of the training data does not fit .* from .* to 2\.",
}
ALL = (*TERMS, *REFUSED)
OF_CODES = ("Residual", "Grouped", "CodeEntropy", "CategoricalVAE", "JointVAE")
# On JAX a batch is that of all devices, whatever the model computes of it.
HOW = {
    "tensorflow": {"mirrored 2": ALL, "mirrored 4": ("VAE",), "processes": ("VAE",)},
    "jax": {
        "data_parallel 2": ("VAE", "SparseAE", "out of range", *OF_CODES, *SMALL_MODELS),
        "data_parallel 4": ("VAE",),
        "processes": ("VAE",),
        "model_parallel 4": ("SparseAE",),
    },
    "torch": {"processes": ALL},
}[BACKEND]
# What trains as another one does: by sums, or by the rows of all replicas.
NIGHTLY = {
    "HVAE",
    "RHVAE",
    "multimodal",
    "RAE",
    "DIPVAE",
    "clusters",
    "AAE",
    "WAE",
    "SWAE",
    *OF_CODES,
    "VQVAE2",
    "importance weighted",
    "planar",
    "vamp",
    "transcoder",
    "mirrored 4",
    "data_parallel 4",
}
if BACKEND != "torch":  # which compile each for all replicas
    NIGHTLY |= {*TERMS} - {"VAE"}
if BACKEND == "jax":  # where test_replicated_activations.py trains on as many
    NIGHTLY |= {"data_parallel 2"}
if BACKEND == "tensorflow":  # on which one loss of a replica stands for both
    NIGHTLY |= {"out of range"}
pytestmark = pytest.mark.slow


def _printed(how, models):
    if how == "processes":
        command = [*python(), script.__file__, STRATEGY, 0, *models]
        both = two_processes(command)
        (printed, told), (nothing, _) = [each.communicate(timeout=300) for each in both]
        assert both[0].returncode == both[1].returncode == 0, told
        # Of what Python prints; the runtime's own lines come from elsewhere.
        assert "logs" not in nothing
    else:
        command = [*python(), script.__file__, *how.split(), *models]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        printed = result.stdout
    replicas, trained = printed.splitlines()[-2:]
    return int(replicas), json.loads(trained)


@pytest.fixture(scope="module")
def trained(request):
    """What replicas.py prints, on one device and on many, for the models that tests ask for."""
    items = [item for item in request.session.items if item.path == request.path]
    items = [item for item in items if not item.get_closest_marker("skip")]  # of no case
    asked = [(item.callspec.params["how"], item.callspec.params["model"]) for item in items]
    wanted = {"none 0": dict.fromkeys(model for _, model in asked)}
    for how, model in asked:
        wanted.setdefault(how, []).append(model)
    with ThreadPoolExecutor(2) as at_once:
        return dict(zip(wanted, at_once.map(_printed, wanted, wanted.values())))


def cases(refused):
    return pytest.mark.parametrize(
        ("how", "model"),
        [
            pytest.param(how, model, marks=pytest.mark.nightly if NIGHTLY & {how, model} else ())
            for how, models in HOW.items()
            for model in models
            if (model in REFUSED) is refused
        ],
    )


@cases(refused=False)
def test_many_replicas_train_and_log_like_one(trained, how, model):
    replicas, results = trained[how]
    assert replicas == {"model_parallel 4": 1, "mirrored 4": 4, "data_parallel 4": 4}.get(how, 2)
    one, many = trained["none 0"][1][model], results[model]
    assert one["step"] == many["step"] == 9
    for a, b in zip(one["weights"], many["weights"], strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5, atol=1e-6)
    terms = {"loss", "reconstruction"} | TERMS[model]
    assert one["logs"].keys() == terms | {f"val_{term}" for term in terms}
    for name, values in one["logs"].items():
        np.testing.assert_allclose(many["logs"][name], values, rtol=1e-5, atol=1e-6)
    for name, value in one["evaluated"].items():
        np.testing.assert_allclose(many["evaluated"][name], value, rtol=1e-5, atol=1e-6)
    for answer in ("encoded", "reconstructed"):
        np.testing.assert_allclose(many[answer], one[answer], rtol=1e-5, atol=1e-5)


@cases(refused=True)
def test_what_one_replica_is_lost_by_is_noticed_on_all(trained, how, model):
    one, many = (trained[each][1][model] for each in ("none 0", how))
    assert re.search(REFUSED[model], one)
    assert many == one
