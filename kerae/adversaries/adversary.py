"""What an autoencoder asks of a network that is trained against it."""

from typing import TYPE_CHECKING, Any

from keras import ops

from ..checks.types import Tensor
from ..ops.frozen import frozen
from ..part import Part

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


class Adversary(Part):
    """A critic with one logit that tells what the model makes from what it should make.

        loss = - log sigmoid(logit(real)) - mean over fakes of log(1 - sigmoid(logit(fake)))

    in nats per example. It is trained beside the model, with an optimizer of its own, on values
    through which no gradient reaches the model. Terms of the model, such as `Deception`, judge
    by its logits without moving it. Subclasses define `critic_for`, `real`, `fakes` and, where
    the network sees more than these values, `logit`.

    Attributes:
        critic: Keras model or layer, the network; made when the adversary becomes part of a model.
        label: String, the name of the critic's loss in the logs.
        reads_labels: Boolean, whether it needs labels `y`, integers; then it has `known_labels`
            and `check` as a `kerae.conditions.Condition` has.
    """

    label = "critic"
    reads_labels = False
    y_shape = ()
    y_dtype = "int32"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.critic = None

    def tried_in(self) -> dict[str, Any]:
        from ..latents import Normal
        from ..priors import SwissRoll

        return {"latent": Normal(2), "prior": SwissRoll(), "adversary": self}

    def fit_to(self, model: "Autoencoder") -> None:
        self.critic = self.critic or self.critic_for(model)

    def critic_for(self, model: "Autoencoder") -> Any:
        """The network, built, for codes and data of the model's shapes."""
        raise NotImplementedError

    def real(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        """What a fake should be like, of shape `(batch, …)`."""
        raise NotImplementedError

    def fakes(self, model: "Autoencoder", outputs: dict[str, Any]) -> Any:
        """List of what the model makes, each of shape `(batch, …)`, with gradients."""
        raise NotImplementedError

    def logit(self, network: Any, value: Tensor, outputs: dict[str, Any]) -> Tensor:
        """The logit that `network` gives to real or fake values, of shape `(batch,)`."""
        logit = network(value, training=outputs["training"])
        return ops.cast(ops.squeeze(logit, axis=-1), self.variable_dtype)

    def loss(self, model: "Autoencoder", outputs: dict[str, Any]) -> Tensor:
        """The critic's own loss, of shape `(batch,)`."""
        real = ops.stop_gradient(self.real(model, outputs))
        fakes = [ops.stop_gradient(fake) for fake in outputs["fakes"]]
        false_alarm = ops.softplus(-self.logit(self.critic, real, outputs))
        misses = [ops.softplus(self.logit(self.critic, fake, outputs)) for fake in fakes]
        return false_alarm + sum(misses) / len(misses)

    def verdicts(self, model: "Autoencoder", outputs: dict[str, Any]) -> Any:
        """The logits of the fakes, `(batch, number of fakes)`, for the model to learn from."""
        judge = frozen(self.critic)
        return ops.stack([self.logit(judge, fake, outputs) for fake in outputs["fakes"]], axis=1)
