"""What models with a dictionary of atoms have in common."""

import warnings
from functools import partial
from typing import Any, Self

import numpy as np
from keras import ops

from ..autoencoder.in_batches import in_batches
from ..checks.arguments import check_choice
from ..checks.data import checked_examples
from ..checks.data_sets import check_stored, first_examples
from ..checks.numbers import check_count
from ..checks.types import ModelMixin, Shape
from ..latents.sparse import BatchTopK, Sparse
from ..likelihoods import Normal
from ..networks import DictionaryDecoder, DictionaryEncoder
from ..networks.dictionary_start import CENTERS, start
from ..schedules import Weight
from ..terms import (
    L0,
    AuxiliaryReconstruction,
    DeadUnits,
    ExplainedVariance,
    NestedError,
    SquaredError,
)

MOST = 32_768  # examples of which the middle is found
OF_AMOUNTS = 1_024  # examples of which the scale of the encoder is found
OF_PAPER = 1 / 32  # the weight of AuxK beside an error divided by the variance
CANDIDATES = 4  # times k, the largest features of an example that are first looked at


class Dictionary(ModelMixin):
    """The atoms of a model, where it starts, and the threshold of its codes.

    Needs of the model: a `kerae.networks.DictionaryDecoder` as `decoder`, the encoder for it, and
    a latent of `kerae.latents.sparse`; `center` and `scaled`, as for `kerae.SAE`.
    """

    @property
    def atoms(self) -> np.ndarray:
        """What a code of 1 of each unit adds to an example, `(latent_dim, *output_shape)`."""
        atoms = np.asarray(ops.convert_to_numpy(self.decoder.atoms()))
        atoms = atoms / np.asarray(ops.convert_to_numpy(self.decoder.scale))
        return atoms.reshape(-1, *self.decoder.output_shape)

    def start_at_mean(self, x: Any, y: Any = None) -> Self:
        """Sets bias and scale to those of examples; `fit` calls it first of all.

        Where the data that are encoded come back, the encoder's kernel W is multiplied by the
        number a with which the codes that it starts with explain most:

            a = sum <t, t_hat> / sum |t_hat|^2,   t = s x - b,   t_hat = sum over units j of z_j d_j

        since each of several atoms that overlap adds what they have in common.

        Args:
            x: Array `(n, *input_shape)`, of which about 32,768 examples are looked at.
            y: Array of what is to come back of a model whose target is given.
        Returns:
            The model itself.
        Raises:
            ValueError: If the data do not fit the model.
        """
        if self.target.reads_labels:
            x, y = self.checked_inputs(x, y, target=True)
        else:
            x = checked_examples(self, x)
        every = -(-len(x) // MOST)
        x, y = x[::every], None if y is None else y[::every]
        targets = self.targets_in_batches(x, y)
        middle, scale = start(targets.reshape(len(targets), -1), self.center)
        scale = scale if self.scaled else 1.0
        self.decoder.scale.assign(scale)
        self.decoder.bias.assign(scale * middle)
        encoder = self.encoder
        if not encoder.centered and encoder.use_bias and self.center is not None:
            rows = x.reshape(-1, encoder.kernel.shape[0])
            shift = start(rows, self.center)[0] @ ops.convert_to_numpy(encoder.kernel)
            encoder.bias.assign(-scale * shift)
        if not encoder.tied and not self.target.reads_labels:
            few = slice(None, None, -(-len(x) // OF_AMOUNTS))
            factor = self._factor_of_codes(x[few], targets[few])
            encoder.kernel.assign(factor * ops.convert_to_tensor(encoder.kernel))
        self.decoder.started.assign(1)
        return self

    def _factor_of_codes(self, x, targets):
        decoder = self.decoder
        features = self.posterior(self.preprocess(ops.convert_to_tensor(x)))["features"]
        total = decoder.sum_of_atoms(self.latent.code_at_start(features))
        total, scale, bias = (
            np.asarray(ops.convert_to_numpy(ops.cast(each, "float32")), "float64")
            for each in (total, decoder.scale, decoder.bias)
        )
        wanted = scale * targets.reshape(len(targets), -1) - bias
        squares = np.sum(np.square(total))
        return float(np.sum(wanted * total) / squares) if squares > 0 else 1.0

    def fit(self, x: Any = None, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        """As for every model, after `start_at_mean` of a new one.

        Args:
            x: As for `kerae.Autoencoder.fit`; of a data set the first batches are read for it.
            y: As for `kerae.Autoencoder.fit`.
            **kwargs: As for `kerae.Autoencoder.fit`, like the arguments not named here.
        """
        check_stored(self, x)
        if not int(ops.convert_to_numpy(self.decoder.started)):
            first = first_examples(x, y, MOST)
            if first is None:
                warnings.warn(
                    "Expected data that can be read twice, of which bias and scale are found. "
                    "Received: a generator; training starts without. Call `start_at_mean` first.",
                    stacklevel=2,
                )
            else:
                self.start_at_mean(first[0], first[1] if self.target.reads_labels else None)
        return super().fit(x, y, *args, **kwargs)

    def decoded(self, outputs: dict[str, Any]) -> dict[str, Any]:
        """As of every model; by sums of the first atoms where a term asks for these, and of the
        active ones where the latent says which these are."""
        nested = [term for term in self.terms if isinstance(term, NestedError)]
        sizes = {size for term in nested for size in term.sizes}
        ends = (*sorted(sizes), self.latent.latent_dim)
        if sizes:
            sums = self.decoder.prefix_sums(outputs["z"][:, 0], ends)
        elif "active" in outputs:
            sums = [self.decoder.sum_of_active(*outputs["active"])]
        else:
            return super().decoded(outputs)
        parameters = ops.cast(self.decoder.finished(sums[-1]), self.variable_dtype)
        return {
            "parameters": self.past_codes(outputs["x"], parameters),
            "prefix_sums": dict(zip(ends, sums)),
        }

    def calibrate(self, x: Any, batch_size: int = 256) -> Self:
        """Sets the threshold of `kerae.latents.BatchTopK` so that examples have k active units.

        On average, that is, as exactly as their features can be told apart. It is saved with the
        model. `kerae.train` calls it with the examples that it holds out; `fit` does not.

        Args:
            x: Array `(n, *input_shape)`, best of examples that were not trained on.
            batch_size: Integer, the number of examples computed at once.
        Returns:
            The model itself.
        Raises:
            ValueError: If the data do not fit the model, or its latent has no such threshold.
        """
        latent = self.latent
        if not isinstance(latent, BatchTopK):
            raise ValueError(
                "Expected kerae.latents.BatchTopK, whose threshold is found. Received: "
                f"{type(latent).__name__}, which needs none. Leave the call out."
            )
        arrays = self.checked_inputs(x, None)
        wanted, count = latent.k * len(arrays[0]), min(CANDIDATES * latent.k, latent.latent_dim)
        while True:
            function = partial(largest_features, model=self, count=count)
            largest = in_batches(self, function, arrays, batch_size=batch_size)
            # Halfway to the next one, so that rounding does not move it.
            threshold = max(0.0, float(np.mean(_around(largest, wanted))))
            # An example of which all of these are above may have others.
            if count == latent.latent_dim or not (largest.min(axis=1) > threshold).any():
                break
            count = min(2 * count, latent.latent_dim)
        latent.threshold.assign(threshold)
        return self


def _around(values, wanted):
    """The `wanted`-th largest of all values, and the one after."""
    places = (values.size - wanted, max(0, values.size - wanted - 1))
    return np.partition(values, places, axis=None)[list(places)]


def largest_features(x: Any, *, model: Any, count: int) -> Any:
    """The largest features of each example, as tensors `(batch, count)`."""
    features = model.posterior(model.preprocess(x))["features"]
    return ops.top_k(features, count)[0]


def dictionary_parts(
    output_shape: Shape,
    latent: Sparse,
    latent_dim: int,
    lengths: str,
    center: str | None,
    tied: bool = False,
    use_bias: bool = True,
    of_same_data: bool = True,
    skip: bool = False,
) -> dict[str, Any]:
    """Arguments of a `kerae.Autoencoder` with a dictionary.

    Args:
        output_shape: Tuple, the shape of what is decoded.
        of_same_data: Boolean, whether that is what is encoded, whose bias is then subtracted.
        skip: Boolean, whether the encoder has a linear map past the code.
        **others: As for `kerae.SAE`.
    """
    check_count("latent_dim", latent_dim)
    if center is not None:
        check_choice("center", center, CENTERS)
    decoder = DictionaryDecoder(latent_dim, output_shape, lengths)
    use_bias = use_bias and not latent.has_biases
    centered = of_same_data and center is not None
    encoder = DictionaryEncoder(decoder, centered, tied, use_bias, skip)
    return {"encoder": encoder, "decoder": decoder, "likelihood": Normal()}


def dictionary_terms(
    latent: Sparse,
    size: int,
    sparsity_weight: Weight | None = None,
    aux_weight: Weight | None = None,
) -> list[Any]:
    """What a dictionary with such a latent is trained on, and what is logged beside.

    Args:
        latent: `kerae.latents.Sparse`.
        size: Integer, the elements of what is decoded.
        **weights: As for `kerae.SAE`.
    Raises:
        ValueError: If there is a weight of a sparsity that needs none.
    """
    if sparsity_weight is not None and not latent.default_weight:
        raise ValueError(
            "Expected `sparsity_weight` of an activation that is made sparse by a penalty. "
            f"Received: {type(latent).__name__}, which keeps so many units. Leave it out, or "
            "change `k`."
        )
    weight = latent.default_weight if sparsity_weight is None else sparsity_weight
    if aux_weight is None and latent.chooses:
        aux_weight = OF_PAPER * size  # the variance, after scaling, of an example
    auxiliary = [] if aux_weight is None else [AuxiliaryReconstruction(aux_weight)]
    watched = [L0(), ExplainedVariance(), DeadUnits()]
    return [SquaredError(), *latent.terms(weight), *auxiliary, *watched]
