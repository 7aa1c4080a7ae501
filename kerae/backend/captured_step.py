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

    # The variables stay where they are in memory.
    weights, before = ([v.value.detach() for v in variables] for variables in (trainable, state))

    def pure(tensors, draws):
        """The gradients, and the new values of the variables that change."""
        tensors = iter(tensors)
        own = [next(tensors).detach().requires_grad_() for _ in weights]
        others = [next(tensors) for _ in before]
        given = keras.tree.map_structure(lambda _: next(tensors), batch)
        bound = list(zip([*trainable, *state], [*own, *others], strict=True))
        with _noise(model, draws), keras.StatelessScope(state_mapping=bound) as scope:
            loss = model.optimizer.scale_loss(model.objective(given, training=True))
        if any(scope.get_current_value(seed) is not None for seed in seeds):
            raise NotImplementedError
        after = [scope.get_current_value(variable) for variable in state]
        pairs = enumerate(zip(others, after, strict=True))
        changed = {index: new for index, (old, new) in pairs if new is not old}
        return torch.autograd.grad(loss, own, allow_unused=True), changed

    def flat(*given):
        drawn = len(given) - len(shapes)
        gradients, changed = pure(given[:drawn], _GivenNoise(given[drawn:]))
        return [*gradients, *changed.values()]

    asked = _AskedNoise(len(keras.tree.flatten(batch)[0]))
    try:
        _, changed = pure([*weights, *before, *keras.tree.flatten(batch)], asked)
        shapes = asked.shapes
        graph = make_fx(flat)(*weights, *before, *keras.tree.flatten(batch), *asked.given)
    except (NotImplementedError, RuntimeError):
        return None
    for node in graph.graph.find_nodes(op="call_function", target=torch.ops.aten.detach.default):
        node.replace_all_uses_with(node.args[0])  # autograd is done
        graph.graph.erase_node(node)
    graph.recompile()
    changing = [before[index] for index in changed]

    @torch.no_grad()
    def step(batch):
        noise = model.noise(keras.tree.flatten(batch)[0], training=True)
        draws = [getattr(noise, kind)(shape) for kind, shape in shapes]
        results = graph(*weights, *before, *keras.tree.flatten(batch), *draws)
        torch._foreach_copy_(changing, results[len(weights) :])
        model.optimizer.apply(results[: len(weights)], trainable)

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
