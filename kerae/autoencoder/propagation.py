"""How data pass through a model: corrupted, encoded, drawn, decoded."""

from typing import Any

from keras import ops

from ..checks.types import ModelMixin, Tensor
from ..conditions.condition import join
from ..noise.fresh import FreshNoise
from ..noise.repeatable import RepeatableNoise
from .parts import check_codes

EVALUATION_SEED = 0


class Propagation(ModelMixin):
    """The passes of `kerae.Autoencoder`, as functions of tensors, through its parts.

    Needs of the model: the parts that its constructor takes, `input_dtype`, `seed_generator` and
    `step`.
    """

    def preprocess(self, x: Tensor, training: bool = False) -> Tensor:
        """The data that the model sees."""
        return applied(self.preprocessing, ops.cast(x, self.input_dtype), training)

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The shape of what a reconstruction is compared with, and of a reconstruction."""
        return self.target.shape_of(self.data_shape)

    @property
    def label_readers(self) -> list[Any]:
        """The parts for which `fit` and `evaluate` need `y`."""
        parts = (self.condition, self.target, self.adversary)
        return [part for part in parts if part is not None and part.reads_labels]

    @property
    def encoder_is_conditional(self) -> bool:
        """Whether the encoder too is given the condition; else only the decoder is."""
        return self.condition is not None and self.condition.for_encoder

    def embed(self, y: Tensor) -> Tensor:
        """The condition c(y) of shape `(batch, size)`, or `None` where there is none."""
        return None if self.condition is None or y is None else self.condition(y)

    def posterior(self, x: Tensor, condition: Tensor = None, training: bool = False) -> Any:
        """The parameters of q(z|x, c), a dict of tensors, for preprocessed data `x`."""
        if self.encoder_is_conditional:
            x = join(x, condition)
        return self.latent(self.encoder(x, training=training))

    def likelihood_parameters(
        self, z: Tensor, condition: Tensor = None, training: bool = False
    ) -> Tensor:
        """The decoder's output for codes `z` of shape `(batch, *event_shape)`."""
        read = join(self.latent.for_decoder(z), condition)
        return ops.cast(self.decoder(read, training=training), self.variable_dtype)

    def past_codes(self, x: Tensor, parameters: Tensor) -> Tensor:
        """The decoder's output, with what an encoder such as `kerae.networks.DictionaryEncoder`
        lets past the code."""
        if not getattr(self.encoder, "skip", False):
            return parameters
        skipped = ops.reshape(self.encoder.skipped(x), ops.shape(parameters))
        return parameters + ops.cast(skipped, parameters.dtype)

    def parameters_of_codes(
        self, z: Tensor, condition: Tensor = None, training: bool = False
    ) -> Tensor:
        """The same for codes `(batch, num_samples, *event_shape)`, row by row."""
        if condition is not None:
            condition = ops.repeat(condition, z.shape[1], axis=0)
        rows = ops.reshape(z, (-1, *self.latent.event_shape))
        return self.likelihood_parameters(rows, condition, training)

    def log_likelihood_of_parameters(self, target, parameters: Tensor, num_samples: int):
        """log p(target|z) in nats, `(batch, num_samples)`, for what `parameters_of_codes` gives."""
        log_prob = self.likelihood.log_prob(ops.repeat(target, num_samples, axis=0), parameters)
        return ops.reshape(log_prob, (-1, num_samples))

    def log_weights(self, outputs: dict[str, Any]) -> Tensor:
        """log( p(x|z) p(z) / q(z|x) ) of the codes of a pass, in nats, `(batch, num_samples)`."""
        log_prior = outputs["prior"].log_prob(outputs["z"])
        return outputs["log_likelihood"] + log_prior - self.latent.log_posterior(outputs)

    def draws_by_class(self, prior: Any = None) -> bool:
        """Whether `y` says of which class of a prior, by default the model's own, codes are drawn.

        It does where the adversary gives the prior classes, or the prior is one of classes; the
        components of another are meant where `y` has no other meaning.
        """
        if self.adversary in self.label_readers:
            return True
        if self.condition is not None and self.condition.known_labels is None:
            return False
        if (prior or self.prior).is_conditional:
            return True
        return prior is not None and prior.num_classes > 0 and self.condition is None

    def drawn_from_prior(self, noise: Any, y: Tensor = None, prior: Any = None) -> Any:
        """Codes drawn from the prior, of the classes `y` where it is drawn from by class.

        Args:
            noise: `kerae.noise.FreshNoise` or the like, made for as many examples.
            y: Tensor of what is known of each, or `None`.
            prior: Another `kerae.priors.Prior` than the model's own.
        """
        outputs = {
            "y": y,
            "condition": self.embed(y),
            "noise": noise,
            "step": ops.convert_to_tensor(self.step),
            "training": False,
        }
        density = (prior or self.prior).given(self, outputs)
        labels = y if self.draws_by_class(prior) else None
        return density.sample(noise, labels=labels)

    def call(self, inputs: Any, training: bool = False) -> Tensor:
        x, y = inputs if self.condition is not None else (inputs, None)
        x, condition = self.preprocess(x), self.embed(y)
        z = self.latent.mode(self.posterior(x, condition, training))
        parameters = self.past_codes(x, self.likelihood_parameters(z, condition, training))
        return self.likelihood.mean(parameters)

    def noise(
        self,
        x: Tensor,
        training: bool = False,
        seed: Tensor = EVALUATION_SEED,
        skip: Tensor = 0,
    ) -> Any:
        """Where a pass over the batch `x` draws its random numbers from.

        Args:
            x: Tensor `(batch, *input_shape)`.
            training: Boolean, whether they are new at every call; else those of `RepeatableNoise`.
            seed: As for `RepeatableNoise`, like `skip`.
        """
        if training:
            return FreshNoise(self.seed_generator, ops.shape(x)[0])
        return RepeatableNoise("pass", RepeatableNoise.identity_of(x), seed, skip)

    def up_to_codes(
        self,
        x: Tensor,
        y: Tensor = None,
        training: bool = False,
        noise: Any = None,
        num_samples: int | None = None,
    ) -> dict[str, Any]:
        """The part of `propagate` that comes before the decoder: its dict up to the codes."""
        noise = noise or self.noise(x, training)
        x = self.preprocess(x, training)
        condition = self.embed(y)
        corrupted = applied(self.corruption, x, training)
        outputs = {
            "x": x,
            "target": self.target(x, y),
            "y": y,
            "condition": condition,
            "noise": noise,
            "step": ops.convert_to_tensor(self.step),
            "training": training,
            "posterior": self.posterior(corrupted, condition, training),
        }
        outputs["prior"] = self.prior.given(self, outputs)
        outputs |= self.latent.draw(self, outputs, num_samples)
        check_codes(outputs["z"], self.latent, num_samples)
        return outputs

    def decoded(self, outputs: dict[str, Any]) -> dict[str, Any]:
        """What the decoder adds to a pass, its `parameters` and what it made on the way."""
        condition, training = outputs["condition"], outputs["training"]
        parameters = self.parameters_of_codes(outputs["z"], condition, training)
        return {"parameters": self.past_codes(outputs["x"], parameters)}

    def propagate(
        self,
        x: Tensor,
        y: Tensor = None,
        training: bool = False,
        noise: Any = None,
        num_samples: int | None = None,
    ) -> dict[str, Any]:
        """One stochastic pass over a batch, as training and evaluation do it.

        Args:
            x: Tensor `(batch, *input_shape)`.
            y: Tensor of what condition, target or adversary read, or `None`.
            training: Boolean.
            noise: Where random numbers are drawn from. Defaults to `noise(x, training)`.
            num_samples: Integer, the codes an example. Defaults to the latent's own number.
        Returns:
            Dict, to which each part adds what those after it may read:

            - `x`, what the model sees, and `target`, what comes back; `y`, and the `condition`
              made of it, or `None`
            - `noise`, to draw further random numbers from; `step`, the number of training steps
              done; whether this is `training`
            - `posterior`, a dict of tensors; `prior`, the density of codes in this pass
            - codes `z` of shape `(batch, num_samples, *event_shape)`, and whatever else the
              latent draws
            - `parameters`, what the decoder gives, a row a code, `(batch * num_samples, …)`, and
              `log_likelihood`, log p(target|z) in nats, of shape `(batch, num_samples)`
            - with an adversary the `fakes` that it is shown, a list
        """
        outputs = self.up_to_codes(x, y, training, noise, num_samples)
        outputs |= self.decoded(outputs)
        outputs["log_likelihood"] = self.log_likelihood_of_parameters(
            outputs["target"], outputs["parameters"], outputs["z"].shape[1]
        )
        if self.adversary is not None:
            outputs["fakes"] = self.adversary.fakes(self, outputs)
        return outputs


def applied(layer: Any, x: Tensor, training: bool = False) -> Tensor:
    """What the layer makes of `x`; without a layer (`None`), `x`."""
    return x if layer is None else layer(x, training=training)
