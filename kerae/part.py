"""What latents, priors, likelihoods and terms have in common."""

from typing import TYPE_CHECKING, Any

import keras

from .checks.types import Shape
from .configurable import Configurable
from .schedules import adjustables

if TYPE_CHECKING:
    from .autoencoder.autoencoder import Autoencoder


class Part(Configurable, keras.Layer):
    """A piece of an autoencoder: a Keras layer that computes in the dtype of its variables.

    Networks may run in half precision (`mixed_bfloat16`); densities and sums over pixels
    may not, so a part takes the policy's variable dtype for its computations too.

    A part that acts in a pass is called with `(model, outputs)`: the `kerae.Autoencoder`, for its
    other parts, and a dict of what the pass has computed so far, to which it adds (see
    `Autoencoder.propagate`). It keeps no reference to the model. Variables of its own that are not
    trained it may `assign` while `outputs["training"]`, from statistics over all replicas
    (`kerae.ops.batch_mean`), but none that this pass has differentiated through.
    """

    def __init__(self, dtype: Any = None, **kwargs: Any) -> None:
        policy = keras.dtype_policies.get(dtype or keras.config.dtype_policy())
        super().__init__(dtype=policy.variable_dtype, **kwargs)  # pyright: ignore[reportCallIssue]
        # Else Keras would call the model to build parts that nobody calls.
        self.built = type(self).build is Part.build

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        # Which are no layers; so their variables are saved, and a step knows of them.
        for index, each in enumerate(adjustables(value)):
            super().__setattr__(f"{name}_value_{index}", each.value)

    def fit_to(self, model: "Autoencoder") -> None:
        """Makes what depends on the model's shapes and other parts, and checks that they fit.

        A model calls it of each of its parts, once encoder, latent and decoder are built; a part
        of several models is called by each, and keeps the variables that it has.

        Raises:
            ValueError: If the part makes no sense for the model.
        """

    def tried_in(self) -> dict[str, Any]:
        """Arguments of a small `kerae.Autoencoder` in which `kerae.testing` tries the part."""
        raise NotImplementedError

    def build(self, input_shape: Shape) -> None:
        """For parts whose variables depend on the input of a call; all others make them in the
        constructor or in `fit_to`."""
