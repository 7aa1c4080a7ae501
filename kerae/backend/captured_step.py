"""A training step on PyTorch as a graph of its kernels, without the Python around them."""

from contextlib import contextmanager

import keras
import torch
from torch.fx.experimental.proxy_tensor import make_fx


def captured_step(model, batch):
    """Captures forward and backward pass for batches of one shape.

    The weights move as in `train_step`, and the random draws are the same.

    Args:
        model: Compiled `kerae.Autoencoder`.
        batch: Tensors as `train_step` takes them.
    Returns:
        Function of a batch that trains on it; `None` where a step cannot be captured: where layers
        draw by seed generators of their own, or Python looks at values.
    """
    trainable = model.trainable_variables
    seeds = [v for v in model.non_trainable_variables if v.dtype == "uint32"]
    state = [v for v in model.non_trainable_variables if not any(v is seed for seed in seeds)]
    state += [*model.metrics_variables, *model.optimizer.variables]

    def pure(weights, others, batch, draws):
        weights = [weight.detach().requires_grad_() for weight in weights]
        bound = list(zip([*trainable, *state], [*weights, *others], strict=True))
        with _noise(model, draws), keras.StatelessScope(state_mapping=bound) as scope:
            loss = model.optimizer.scale_loss(model.objective(batch, training=True))
        if any(scope.get_current_value(seed) is not None for seed in seeds):
            raise NotImplementedError
        gradients = torch.autograd.grad(loss, weights, allow_unused=True)
        return gradients, [scope.get_current_value(variable) for variable in state]

    asked = _AskedNoise(len(keras.tree.flatten(batch)[0]))
    values = _values(trainable), _values(state)
    try:
        pure(*values, batch, asked)
        shapes, tensors = asked.shapes, asked.given
        graph = make_fx(lambda *given: pure(*given[:3], _GivenNoise(given[3])))(
            *values, batch, tensors
        )
    except (NotImplementedError, RuntimeError):
        return None

    @torch.no_grad()
    def step(batch):
        noise = model.noise(keras.tree.flatten(batch)[0], training=True)
        draws = [getattr(noise, kind)(shape) for kind, shape in shapes]
        before = _values(state)
        gradients, after = graph(_values(trainable), before, batch, draws)
        torch._foreach_copy_(before, after)
        model.optimizer.apply(list(gradients), trainable)

    return step


@contextmanager
def _noise(model, draws):
    """Lets a model draw from `draws`."""
    own = vars(model).get("noise")
    model.noise = lambda x, training: draws
    try:
        yield
    finally:
        del model.noise
        if own is not None:
            model.noise = own


def _values(variables):
    return [variable.value.detach() for variable in variables]


class _AskedNoise:
    """Notes the draws that a step asks for, in their order."""

    def __init__(self, count):
        self.count, self.shapes, self.given = count, [], []

    def normal(self, shape):
        return self._ask("normal", shape)

    def uniform(self, shape):
        return self._ask("uniform", shape)

    def _ask(self, kind, shape):
        self.shapes.append((kind, shape))
        self.given.append(keras.ops.full((self.count, *shape), 0.5))
        return self.given[-1]


class _GivenNoise:
    """Gives these tensors, one after the other."""

    def __init__(self, tensors):
        self._tensors = iter(tensors)

    def normal(self, shape):
        return next(self._tensors)

    uniform = normal
