"""How a model is trained and evaluated: its objective, and Keras' `fit` around it."""

from contextlib import nullcontext
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from .. import backend, distribution
from ..backend import replica_concat
from ..callbacks.epoch_start import EpochStart
from ..callbacks.progress_bar import with_progress_bar
from ..callbacks.stop_at_non_finite import StopAtNonFinite
from ..checks.batches import number_of_batches
from ..checks.data import checked_arrays, checked_examples
from ..checks.data_sets import (
    check_alone,
    check_dataset,
    checked_batches,
    part_of,
)
from ..checks.fit import check_arguments
from ..checks.given import is_array
from ..checks.seen import forget_seen, limits, note_seen, refuse_seen
from ..checks.types import ArrayLike, ModelMixin
from ..data.activations import Activations
from ..data.dataset import Dataset
from ..data.native_batches import with_native_batches
from ..networks.output_bias import set_output_bias
from ..terms.term import total
from .feeding import (
    BATCH_SIZE,
    batches_of_activations,
    batches_of_arrays,
    data_to_evaluate,
)
from .many_steps import many_steps_a_call


class Training(ModelMixin):
    """The objective of `kerae.Autoencoder` and the methods of `keras.Model` that use it.

    Needs of the model: `propagate`, `terms`, `adversary`, `label_readers`; `trackers`, `step`,
    `first_non_finite` and `seen`, which it moves.
    """

    train_step = backend.train_step
    test_step = backend.test_step

    def objective(self, data: tuple, training: bool, noise: Any = None):
        """The loss of a batch, a scalar; each term is added to its running mean on the way.

        A replica gives its share, the sum over its own examples divided by the number of all.

        Args:
            data: Tuple as Keras' steps take it.
            training: Boolean.
            noise: Where the pass draws from; see `propagate`.
        """
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        outputs = self.propagate(x, y if self.label_readers else None, training, noise)
        values = [term.value(self, outputs) for term in self.terms]
        losses = [
            term.loss(value, outputs["step"])
            for term, value in zip(self.terms, values)
            if not term.is_watched
        ]
        totals = [total(value) for value in values]
        if self.adversary is not None:
            totals.append(self.adversary.loss(self, outputs))
        # TensorFlow adds no numbers of different precision.
        losses, totals = (
            [ops.cast(each, self.variable_dtype) for each in kind] for kind in (losses, totals)
        )
        per_example = [sum(losses), *totals]
        if sample_weight is not None:
            weight = ops.reshape(ops.cast(sample_weight, self.variable_dtype), (-1,))
            per_example = [weight * value for value in per_example]
        logged = ops.stack(per_example, axis=1)
        if self.looks_at_data:
            given = {"x": x, "y": y, "target": outputs["target"], "sample_weight": sample_weight}
            logged = ops.concatenate([logged, limits(self, given)], axis=1)
        logged = replica_concat(ops.stop_gradient(logged))
        if self.looks_at_data:
            logged, seen = ops.split(logged, [len(per_example)], axis=1)
            note_seen(self, seen)
        terms = (None, *self.terms, None)  # the loss, and that of an adversary, are of none
        for term, tracker, value in zip(terms, self.trackers, ops.unstack(logged, axis=1)):
            if term is None:
                tracker.update_state(value)
            else:
                term.track(tracker, value, self, outputs)
        if training:
            self._count_step(logged[:, 1:])
        # No variable gets a gradient from both, so one backward pass serves model and adversary.
        own, adversary = per_example[0], per_example[1 + len(self.terms) :]
        return ops.sum(sum(adversary, own)) / ops.cast(ops.shape(logged)[0], own.dtype)

    def _count_step(self, values):
        self.step.assign(self.step + 1)
        finite = ops.all(ops.isfinite(values), axis=0)
        watched = [term.is_watched for term in self.terms] + [False] * (self.adversary is not None)
        if any(watched):  # which may be infinite
            finite = ops.logical_or(finite, watched)
        before = ops.convert_to_tensor(self.first_non_finite)
        is_first = ops.logical_and(ops.logical_not(finite), before < 0)
        self.first_non_finite.assign(ops.where(is_first, ops.convert_to_tensor(self.step), before))

    @property
    def metrics(self) -> list[Any]:
        return self.trackers

    def start_at_mean(self, x: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Sets the bias of the decoder's last layer so that training starts at the data's mean.

        Otherwise the first steps go into learning that mean, through the code: units with a
        bounded activation, such as a sigmoid, can then saturate for good. To be called once,
        before `fit`; a decoder whose last layer has no bias is left as it is.

        Args:
            x: Array `(n, *input_shape)`, the examples to train on.
            y: Array of what is to come back of a model whose target is given.
        Returns:
            The model itself.
        Raises:
            ValueError: If the data do not fit the model.
        Reference:
            Burda et al., 2016, https://arxiv.org/abs/1509.00519 (section 5)
        """
        if self.target.reads_labels:
            (x, y) = self.checked_inputs(x, y, target=True)
        else:
            x = checked_examples(self, x)
        sums = [part.sum(axis=0, dtype="float64") for part in self.targets_in_parts(x, y)]
        mean = np.sum(sums, axis=0) / np.shape(x)[0]
        set_output_bias(
            self.decoder,
            np.zeros((1, *self.decoded_shape), self.variable_dtype),
            lambda axes: self.likelihood.parameters_of(mean.mean(axes, keepdims=True)),
        )
        return self

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: bool | int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        sample_weight: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Keras' `fit`, after a look at the data.

        Arrays are shuffled in an order that depends on the model's seed and the steps it was
        trained for, so that a run that was interrupted and resumed sees the same batches as
        one that was not. On many devices (see `kerae.distribution.strategy`) `batch_size` counts
        the examples of all of them, and processes take each its part of every batch of arrays.
        With `sample_weight`, every logged value is, like Keras' own loss, the sum of weight times
        value divided by the number of examples.

        Args:
            x: Array, `tf.data.Dataset`, `keras.utils.PyDataset`, torch `DataLoader`, or
                `kerae.data.Dataset`, whose training part is then `x` and `y`.
            y: Array of what a conditional model is conditioned on, or of the labels that an
                adversary reads; other models ignore it.
            validation_data: As for `keras.Model.fit`, or `kerae.data.Dataset` for its test part.
            **kwargs: As for `keras.Model.fit`, like the arguments not named here.
        Raises:
            ValueError: If the model is not compiled, the data do not fit it, or a
                `keras.distribution` is set on a backend that does not carry it out.
            FloatingPointError: If the loss becomes NaN or infinite.
        """
        self.check_compiled("fit")
        distribution.check()
        check_arguments(epochs, batch_size, validation_split, callbacks)
        epoch_start, looping = EpochStart(), nullcontext()
        callbacks = keras.tree.flatten(callbacks or [])
        if isinstance(x, Dataset):
            x, y = part_of(x, "train", y)
        if is_array(x):
            x, y, sample_weight = checked_arrays(self, x, y, sample_weight)
            if validation_split and validation_data is None:
                kept = len(x) - int(len(x) * validation_split)
                validation_data = tuple(a if a is None else a[kept:] for a in (x, y, sample_weight))
                x, y, sample_weight = (a if a is None else a[:kept] for a in (x, y, sample_weight))
                validation_split = 0.0
            arrays, size = (x, y, sample_weight), batch_size or BATCH_SIZE
            batches, steps = batches_of_arrays(self, arrays, size, callbacks, kwargs)
        elif isinstance(x, Activations) and shuffle is True:
            check_alone(x, y=y, sample_weight=sample_weight, validation_split=validation_split)
            batches, steps = batches_of_activations(self, x, batch_size, callbacks, kwargs)
        else:
            check_dataset(self, x, self.label_readers)
            x, batches = with_native_batches(x), None
            # Keras shuffles the batches of a PyDataset; it warns where it cannot shuffle.
            shuffle = shuffle and isinstance(x, keras.utils.PyDataset)
        if batches is not None:
            x, y, sample_weight = batches, None, None
            if steps:
                looping = many_steps_a_call(self, batches, steps, epochs)
                x, kwargs["batch_size"] = backend.counted(len(batches)), 1  # which Keras counts
            if shuffle is True:
                epoch_start.batches = batches
            shuffle = False
        if validation_data is not None:
            size = kwargs.get("validation_batch_size") or batch_size or BATCH_SIZE
            kwargs["validation_batch_size"] = size
            validation_data = keras.utils.unpack_x_y_sample_weight(validation_data)
            validation_data = data_to_evaluate(self, *validation_data, size)  # pyright: ignore[reportCallIssue]
        self.build_optimizer()
        self.check_trained()
        with backend.variables_kept(self), looping as planned:
            own = [epoch_start, StopAtNonFinite(), *([planned] if planned else [])]
            return super().fit(
                x,
                y,
                epochs=epochs,
                verbose=verbose,
                callbacks=with_progress_bar([*own, *callbacks], verbose),
                validation_split=validation_split,
                validation_data=validation_data,
                shuffle=shuffle,
                sample_weight=sample_weight,
                **kwargs,
            )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        *args: Any,
        sample_weight: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Keras' `evaluate`, after a look at the data; it changes nothing in the model.

        Args:
            x: As for `fit`; of a `kerae.data.Dataset` the test part.
            y: As for `fit`.
            **kwargs: As for `keras.Model.evaluate`, like the arguments not named here.

        Example:

        >>> data, model = kerae.data.load("digits"), kerae.VAE((8, 8, 1), latent_dim=2)
        >>> model.compile()
        >>> sorted(model.evaluate(data, verbose=0, return_dict=True))
        ['kl', 'loss', 'reconstruction']

        Raises:
            ValueError: If the model is not compiled, or the data do not fit it.
        """
        self.check_compiled("evaluate")
        if kwargs.get("_use_cached_eval_dataset"):  # validation data that `fit` has looked at
            where = "`validation_data`"
            refuse_seen(self, "the training data")
        else:
            where = "the data"
            check_arguments(batch_size=batch_size, callbacks=kwargs.get("callbacks"))
            batch_size = batch_size or BATCH_SIZE
            x, y, sample_weight = data_to_evaluate(self, x, y, sample_weight, batch_size)
            verbose = args[0] if args else kwargs.get("verbose", "auto")
            kwargs["callbacks"] = with_progress_bar(kwargs.get("callbacks"), verbose)
            forget_seen(self)
        with backend.variables_kept(self):
            logs = super().evaluate(x, y, batch_size, *args, sample_weight=sample_weight, **kwargs)
        refuse_seen(self, where)
        return logs

    def predict(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Keras' `predict`, after a look at the data: reconstructions in data space.

        Args:
            x: Array or data set; for a conditional model, the arrays `[x, y]`.
        """
        if self.condition is not None:
            if not (isinstance(x, list | tuple) and len(x) == 2):
                raise ValueError(
                    f"This {type(self).__name__} is conditional: expected the two arrays [x, y]. "
                    f"Received: {type(x).__name__}."
                )
            x = list(self.checked_inputs(*x))
        elif is_array(x):
            x = checked_examples(self, x)
        data = nullcontext(x)
        if not is_array(x):
            data = checked_batches(self, x)
            if len(args) < 3:  # of which the third is `steps`
                kwargs.setdefault("steps", number_of_batches(x))
        with backend.variables_kept(self), data as x:
            return super().predict(x, *args, **kwargs)
