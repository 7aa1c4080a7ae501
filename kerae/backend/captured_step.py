"""A training step on PyTorch as a graph of its kernels, without the Python around them."""

import keras
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from ..noise.given import AskedNoise, GivenNoise


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

    def pure(tensors, noise):
        """The gradients, and the new values of the variables that change."""
        tensors = iter(tensors)
        own = [next(tensors).detach().requires_grad_() for _ in weights]
        others = [next(tensors) for _ in before]
        given = keras.tree.map_structure(lambda _: next(tensors), batch)
        bound = list(zip([*trainable, *state], [*own, *others], strict=True))
        with keras.StatelessScope(state_mapping=bound) as scope:
            loss = model.optimizer.scale_loss(model.objective(given, True, noise))
        if any(scope.get_current_value(seed) is not None for seed in seeds):
            raise NotImplementedError
        after = [scope.get_current_value(variable) for variable in state]
        pairs = enumerate(zip(others, after, strict=True))
        changed = {index: new for index, (old, new) in pairs if new is not old}
        return torch.autograd.grad(loss, own, allow_unused=True), changed

    asked = AskedNoise(len(keras.tree.flatten(batch)[0]))

    def flat(*given):
        drawn = len(given) - len(asked.shapes)
        draws = GivenNoise(dict(zip(asked.shapes, given[drawn:], strict=True)))
        gradients, changed = pure(given[:drawn], draws)
        return [*gradients, *changed.values()]

    try:
        # Layers with noise of their own, such as dropout, draw it from PyTorch's generator.
        with torch.random.fork_rng():
            _, changed = pure([*weights, *before, *keras.tree.flatten(batch)], asked)
            draws = asked.drawn_from(AskedNoise(asked.count)).values()
            graph = make_fx(flat)(*weights, *before, *keras.tree.flatten(batch), *draws)
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
        draws = asked.drawn_from(noise).values()
        results = graph(*weights, *before, *keras.tree.flatten(batch), *draws)
        torch._foreach_copy_(changing, results[len(weights) :])  # pyright: ignore[reportPrivateImportUsage]
        model.optimizer.apply(results[: len(weights)], trainable)

    return step
