"""What a model asks of codes of which few units are active at a time."""

from typing import TYPE_CHECKING, Any

from keras import ops

from ...backend import replica_sum
from ...checks.numbers import check_count
from ...checks.types import Shape, Tensor
from ...networks import DictionaryEncoder
from ...ops.rows import are_few
from ..latent import Latent

if TYPE_CHECKING:
    from ...autoencoder.autoencoder import Autoencoder
    from ...schedules import Weight
    from ...terms.term import Term

LONGEST = 2**30  # examples that are counted


class Sparse(Latent):
    """A code that is what an activation leaves of the encoder's features, most of it zeros.

    There are as many units as features, `(batch, features)`: the encoder ends in a linear layer,
    such as `kerae.networks.DictionaryEncoder`. Codes are at least 0. Subclasses define `code`, and
    `training_code` where units are chosen otherwise in training, or statistics followed.

    A unit is *dead* that no example has activated for as long as `dead_after` examples of training,
    those of all replicas together.

    Args:
        dead_after: Integer, the examples (of language models: tokens). Defaults to 100,000.

    Attributes:
        age: Variable int32 `(latent_dim,)`, the examples since each unit was last active.
        has_biases: Boolean, whether units have biases of their own, so that the encoder needs none.
        default_weight: Float, the weight of its sparsity where none is given.
        chooses: Boolean, whether it keeps so many units, so that no term has to make codes sparse,
            and those that are never chosen get no gradient without a term of their own.
    Raises:
        ValueError: If the encoder's features are not of shape `(batch, features)`.
    """

    has_biases = False
    default_weight = 0.0
    chooses = False

    def __init__(self, dead_after: int = 100_000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_count("dead_after", dead_after)
        self.dead_after = dead_after

    def build(self, input_shape: Any) -> None:
        is_one = not isinstance(input_shape[0], list | tuple)
        if not is_one or len(input_shape) != 2 or input_shape[-1] is None:
            received = [("batch", *each[1:]) for each in ([input_shape] if is_one else input_shape)]
            raise ValueError(
                "Expected the encoder to give features of shape (batch, features), one for each "
                f"code unit. Received: {received}. End it with keras.layers.Flatten and "
                "keras.layers.Dense(latent_dim)."
            )
        self.event_shape = tuple(input_shape[1:])
        self.latent_dim = input_shape[-1]
        self.age = self.add_weight(
            shape=self.event_shape, initializer="zeros", dtype="int32", trainable=False, name="age"
        )
        self.build_units(self.event_shape)
        self.built = True

    def build_units(self, shape: Shape) -> None:
        """Makes the variables of the units; by default none."""

    def terms(self, weight: "Weight") -> "list[Term]":
        """What makes codes sparse, or trains what the reconstruction does not; by default nothing.

        Args:
            weight: Float or schedule, the weight of the sparsity.
        """
        return []

    def tried_in(self) -> dict[str, Any]:
        from ...terms import Reconstruction

        return {"latent": self, "terms": [Reconstruction()]}

    def code(self, features: Tensor) -> Tensor:
        """The code of an example, whatever the batch that it comes in, `(batch, latent_dim)`."""
        raise NotImplementedError

    def training_code(self, features: Tensor, outputs: dict[str, Any]) -> Tensor:
        """The code in a step of training: by default the same."""
        return self.code(features)

    def code_at_start(self, features: Tensor) -> Tensor:
        """The code before any step of training: by default the same."""
        return self.code(features)

    def penalized(self, outputs: dict[str, Any]) -> Tensor:
        """What terms of sparsity make small, `(batch, latent_dim)`: by default the code."""
        return outputs["z"][:, 0]

    def preactivations(self, posterior: dict[str, Any]) -> Tensor:
        """What the activation is of, `(batch, latent_dim)`: by default the encoder's features."""
        return posterior["features"]

    def largest(
        self, model: "Autoencoder", outputs: dict[str, Any], candidates: Tensor, k: int
    ) -> tuple[Tensor, Tensor]:
        """The k largest of each example, where they are positive, else 0, and which units they are.

        Args:
            candidates: Tensor `(batch, latent_dim)`, preactivations, or -1 for units left out.
        Returns:
            Two tensors `(batch, k)`, with the gradient of the preactivations.
        """
        values, places = ops.top_k(ops.stop_gradient(candidates), k)
        return ops.where(values > 0, self._at(model, outputs, places), 0.0), places

    def _at(self, model, outputs, places):
        x, features = outputs["x"], outputs["posterior"]["features"]
        preactivations = self.preactivations(outputs["posterior"])
        is_of_encoder = preactivations is features and isinstance(model.encoder, DictionaryEncoder)
        reads_x = model.corruption is None and not model.encoder_is_conditional
        # Nothing trained has made them: data get no gradient.
        is_fixed = not getattr(model.preprocessing, "trainable_variables", ())
        few = are_few(places.shape[1], self.latent_dim)
        if few and is_of_encoder and reads_x and is_fixed:
            return model.encoder.features_at(x, features, places)
        return ops.take_along_axis(preactivations, places, axis=1)

    def call(self, features: Tensor):
        return {"features": features}

    def mode(self, posterior: dict[str, Any]) -> Tensor:
        return self.code(posterior["features"])

    def draw(
        self, model: "Autoencoder", outputs: dict, num_samples: int | None = None
    ) -> dict[str, Any]:
        features = outputs["posterior"]["features"]
        if outputs["training"]:
            z = self.training_code(features, outputs)
            self.follow(ops.any(z > 0, axis=0), ops.shape(z)[0])
        else:
            z = self.code(features)
        return {"z": ops.expand_dims(z, 1)}

    def follow(self, active: Tensor, count: Tensor) -> None:
        """Counts examples, and says of each unit, `(latent_dim,)`, whether one has activated it."""
        count, active = (replica_sum(ops.cast(each, "int32")) for each in (count, active))
        age = ops.minimum(ops.convert_to_tensor(self.age) + count, LONGEST)
        self.age.assign(ops.where(active > 0, 0, age))

    def is_dead(self) -> Tensor:
        """Of each unit whether it is dead, `(latent_dim,)`."""
        return ops.convert_to_tensor(self.age) >= self.dead_after
