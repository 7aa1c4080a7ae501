"""How a model is compiled: its optimizers, and what Keras' files keep of them."""

from contextlib import nullcontext
from typing import Any

import keras

from .. import backend
from ..checks.parts import checked_optimizer
from ..checks.short import short
from ..checks.types import ModelMixin

NOT_IN_COMPILE = ("loss", "loss_weights", "metrics", "weighted_metrics")


class Compilation(ModelMixin):
    """`compile` of `kerae.Autoencoder`, and when its optimizer is built.

    Needs of the model: `adversary`, and what `keras.Model` has.
    """

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Builds the optimizer; the model is built. Keras' own looks at a batch, and fails to where
        TensorFlow has spread it over processes."""
        self.build_optimizer()

    def check_compiled(self, asked: str) -> None:
        """Checks that there is an optimizer.

        Args:
            asked: String, the name of the method that needs it.
        Raises:
            ValueError: If `compile` was not called.
        """
        if not self.compiled:
            raise ValueError(
                "Expected a compiled model. Received: one whose `compile` was not called. Call "
                f'`model.compile(optimizer="adam")` before `{asked}`.'
            )

    def _trained(self):
        """The places among `variables` of those that are trained, while no layer is frozen."""
        trainable = {id(variable) for variable in self.trainable_variables}
        return [i for i, variable in enumerate(self.variables) if id(variable) in trainable]

    def check_trained(self) -> None:
        """Checks that the optimizer is for what is trainable now.

        Raises:
            ValueError: If a layer was frozen, or no longer is, since it was built.
        """
        if self.compiled and self.optimized not in (None, self._trained()):
            raise ValueError(
                "Expected the layers that were trainable at `compile`. Received: a model in which "
                "`trainable` of a layer was changed since. Call `compile` again, which starts the "
                "state of the optimizer anew."
            )

    def compile(
        self,
        optimizer: Any = "adam",
        adversary_optimizer: keras.Optimizer | str | None = None,
        steps_per_execution: int | str = "auto",
        jit_compile: bool | str = "auto",
        **kwargs: Any,
    ) -> None:
        """Sets the optimizer; the objective is the model's own.

        Args:
            optimizer: Keras optimizer or its name.
            adversary_optimizer: The same for the variables of the model's adversary. Defaults to
                one like `optimizer`.
            steps_per_execution: Integer, the steps of training in one call, after which callbacks
                are told and an interrupt is noticed; `"epoch"` for as many as there are in one.
                By default up to 100 on arrays that fit on the device, unless a callback of yours
                watches batches; else 1. On PyTorch a call of data sets has 1, and one of arrays at
                most so many.
            jit_compile: Boolean, whether XLA or TorchDynamo compiles a step. By default where it
                is quicker: on JAX always, on TensorFlow on a GPU and, without convolutions, in a
                fit of 500 steps and more; PyTorch's steps are captured as a graph of kernels in
                one of 100 and more. On TensorFlow a seed gives other noise with XLA.
            **kwargs: Keras' own.
        Raises:
            ValueError: If a loss or metrics are given, an optimizer for an adversary that the
                model does not have, or no number of steps.
        """
        given = [name for name in NOT_IN_COMPILE if kwargs.get(name) is not None]
        if given:
            raise ValueError(
                f"A kerae model has its own objective. Received: {given[0]}={kwargs[given[0]]!r}. "
                "Choose `likelihood=` for another reconstruction error, `terms=` for other terms."
            )
        if self.adversary is None and adversary_optimizer is not None:
            raise ValueError(
                "This model has no adversary. Received: "
                f"adversary_optimizer={adversary_optimizer!r}. Leave it out."
            )
        steps = steps_per_execution
        is_count = isinstance(steps, int) and not isinstance(steps, bool) and steps >= 1
        if not (steps in ("auto", "epoch") if isinstance(steps, str) else is_count):
            raise ValueError(
                'Expected `steps_per_execution` to be at least 1, "epoch" or "auto". '
                f"Received: {short(steps)}"
            )
        optimizer = backend.fused(checked_optimizer("optimizer", optimizer))
        kept = {"optimizer": optimizer, "steps_per_execution": steps_per_execution}
        used = optimizer
        if self.adversary is not None:
            adversary_optimizer = backend.fused(
                checked_optimizer(
                    "adversary_optimizer",
                    adversary_optimizer or type(optimizer).from_config(optimizer.get_config()),
                )
            )
            # By identity: the paths of variables change when a model is loaded.
            own = {id(variable) for variable in self.adversary.trainable_variables}
            used = keras.optimizers.MultiOptimizer(
                lambda variable: adversary_optimizer if id(variable) in own else optimizer
            )
            kept["adversary_optimizer"] = adversary_optimizer
        self.steps_asked, self.jit_compile_asked = steps_per_execution, jit_compile
        self.train_many = self.optimized = None
        super().compile(
            optimizer=used,
            jit_compile=jit_compile,
            steps_per_execution=1 if isinstance(steps, str) else backend.steps_of_keras(steps),
            **kwargs,
        )
        self._compile_config.config.update(kept)  # what a `.keras` file keeps

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles a loaded model as it was when it was saved, ready for its optimizer's state."""
        arguments = keras.saving.deserialize_keras_object(config)
        optimized = arguments.pop("optimized", None)
        # Whether XLA or TorchDynamo compiles the steps is not for the backend that saved to say.
        self.compile(**arguments | {"jit_compile": "auto"})
        self.build_optimizer(optimized)

    def build_optimizer(self, optimized: list[int] | None = None) -> None:
        """Makes the variables of the optimizer, if they are missing.

        Args:
            optimized: List of the places among `variables` of those that it is for. Defaults to
                those that are trainable now.
        """
        # One that scales losses of half precision would get its variables a second time.
        if self.compiled and not self.optimizer.built:
            self.optimized = self._trained() if optimized is None else optimized
            variables = self.variables
            # On TensorFlow a model has the strategy that it was made in.
            strategy = getattr(self, "distribute_strategy", None)
            with strategy.scope() if strategy else nullcontext():
                self.optimizer.build([variables[place] for place in self.optimized])

    def get_compile_config(self) -> dict[str, Any] | None:
        """What a file keeps of `compile`, readable on every backend."""
        config = super().get_compile_config()
        if not self.compiled:
            return config
        return _of_no_backend(config) | {"optimized": self.optimized or self._trained()}


def _of_no_backend(config):
    """The config with Keras' public optimizers in the place of PyTorch's own subclasses."""
    if not isinstance(config, dict):
        return config
    config = {name: _of_no_backend(value) for name, value in config.items()}
    if str(config.get("module")).startswith("keras.src.backend."):
        config |= {"module": "keras.optimizers", "registered_name": None}
    return config
