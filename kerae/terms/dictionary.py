"""Terms of models with a dictionary: a sparse code, and atoms that it is the weights of."""

import math
from typing import TYPE_CHECKING, Any

from keras import ops

from ..checks.types import Shape, Tensor
from ..latents.sparse import Sparse, TopK
from ..networks import DictionaryDecoder, DictionaryEncoder
from .term import Term, flat

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class OfSparse(Term):
    """A term that reads a sparse code.

    Raises:
        ValueError: If the model's latent is none.
    """

    def fit_to(self, model: "Autoencoder") -> None:
        if not isinstance(model.latent, Sparse):
            raise ValueError(
                f"Expected a sparse latent under {type(self).__name__}. Received: "
                f"{type(model.latent).__name__}. Take kerae.latents.TopK, or leave the term out."
            )

    def tried_in(self) -> dict[str, Any]:
        return tried_in((4, 4, 1), TopK(2), self)


class OfDictionary(OfSparse):
    """A term that reads the atoms of the decoder too.

    Raises:
        ValueError: If the model's decoder has none.
    """

    def fit_to(self, model: "Autoencoder") -> None:
        super().fit_to(model)
        if not isinstance(model.decoder, DictionaryDecoder):
            raise ValueError(
                f"Expected a kerae.networks.DictionaryDecoder under {type(self).__name__}. "
                f"Received: {type(model.decoder).__name__}. Take kerae.SAE, or leave the term out."
            )


def tried_in(shape: Shape, latent: Sparse, *terms: Term) -> dict[str, Any]:
    """Arguments of a small `kerae.Autoencoder` with a dictionary."""
    from .squared_error import SquaredError

    decoder = DictionaryDecoder(math.prod(shape), shape)
    encoder = DictionaryEncoder(decoder, use_bias=not latent.has_biases)
    terms = (SquaredError(), *terms)
    return {"latent": latent, "terms": [*terms], "encoder": encoder, "decoder": decoder}


def residual(model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
    """What the reconstruction of each code leaves of the target, `(batch * num_samples, size)`."""
    target, num_samples = outputs["target"], outputs["z"].shape[1]
    target = target if num_samples == 1 else ops.repeat(target, num_samples, axis=0)
    mean = model.likelihood.mean(outputs["parameters"])
    return flat(ops.cast(target, mean.dtype) - mean)


def weighed(codes: Tensor, model: "Autoencoder") -> Tensor:
    """Codes as large as what they write: times the length of their atoms, where that is not 1."""
    decoder = model.decoder
    lengths = decoder.atom_lengths() if isinstance(decoder, DictionaryDecoder) else None
    return codes if lengths is None else codes * lengths


def data_scale(model: "Autoencoder") -> Tensor:
    """The number that the dictionary multiplies its data by; without a dictionary 1."""
    decoder = model.decoder
    return ops.convert_to_tensor(decoder.scale) if isinstance(decoder, DictionaryDecoder) else 1.0
