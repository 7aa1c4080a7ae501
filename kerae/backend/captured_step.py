"""A training step on PyTorch as a graph of its kernels, without the Python around them."""

import keras
import torch

from ..noise.given import AskedNoise, GivenNoise
from .captured_update import captured_update
from .kernel_graph import kernel_graph
from .torch_arrays import answering


def captured_step(model, batch):
    """Captures forward and backward pass for batches of one shape.

    The weights move as in `train_step`, and the random draws are the same. A graph has one branch
    of each `cond`, changes nothing by itself, and gives the predicates too: where these are other
    than was assumed, another graph is run on the same batch, and assumed from then on.

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

    def pure(tensors, noise, answers):
        """The gradients, the new values of the variables that change, and the predicates."""
        tensors, asked = iter(tensors), _Asked(answers)
        own = [next(tensors).detach().requires_grad_() for _ in weights]
        others = [next(tensors) for _ in before]
        given = keras.tree.map_structure(lambda _: next(tensors), batch)
        bound = list(zip([*trainable, *state], [*own, *others], strict=True))
        with keras.StatelessScope(state_mapping=bound) as scope, answering(asked):
            loss = model.optimizer.scale_loss(model.objective(given, True, noise))
        if any(scope.get_current_value(seed) is not None for seed in seeds):
            raise NotImplementedError
        after = [scope.get_current_value(variable) for variable in state]
        pairs = enumerate(zip(others, after, strict=True))
        changed = {index: new for index, (old, new) in pairs if new is not old}
        return torch.autograd.grad(loss, own, allow_unused=True), changed, asked

    def graph_of(answers, batch):
        """A function of tensors, the noise it asks for, what it gives new values of, and the
        answers that it assumes; `None` if it cannot be captured."""
        asked = AskedNoise(len(keras.tree.flatten(batch)[0]))

        def flat(*given):
            drawn = len(given) - len(asked.shapes)
            draws = GivenNoise(dict(zip(asked.shapes, given[drawn:], strict=True)))
            gradients, changed, assumed = pure(given[:drawn], draws, answers)
            if assumed.predicates:
                return [*gradients, *changed.values(), *assumed.predicates]
            with torch.no_grad():
                for index, new in changed.items():
                    given[len(weights) + index].copy_(new)
            return gradients

        given = keras.tree.flatten(batch)
        try:
            with torch.random.fork_rng(), torch.enable_grad():
                _, changed, assumed = pure([*weights, *before, *given], asked, answers)
        except (NotImplementedError, RuntimeError):
            return None
        draws = asked.drawn_from(AskedNoise(asked.count)).values()
        graph = kernel_graph(flat, [*weights, *before], [*given, *draws], "real")
        if graph is None:
            return None
        changing = [before[index] for index in changed if assumed.predicates]

        def run(*given):
            """The gradients, new values of what changes, and what the predicates are."""
            results = graph(*given)
            gradients, rest = results[: len(weights)], results[len(weights) :]
            new, predicates = rest[: len(changing)], rest[len(changing) :]
            return gradients, new, tuple(torch.stack(predicates).tolist() if predicates else ())

        return run, asked, changing, tuple(assumed.answers)

    last, updates = (), {}
    graphs = {last: graph_of(last, batch)}
    if graphs[last] is None:
        return None

    @torch.no_grad()
    def step(batch):
        nonlocal last
        given, draws = keras.tree.flatten(batch), None
        while (graph := graphs[last]) is not None:
            run, asked, changing, answers = graph
            if draws is None:
                draws = asked.drawn_from(model.noise(given[0], training=True)).values()
            gradients, new, found = run(*given, *draws)
            if found == answers:
                if changing:
                    torch._foreach_copy_(changing, new)  # pyright: ignore[reportPrivateImportUsage]
                # A branch may leave weights without a gradient that have one in another.
                missing = tuple(gradient is None for gradient in gradients)
                if missing not in updates:
                    updates[missing] = captured_update(model.optimizer, trainable, gradients)
                updates[missing](gradients)
                return
            last = found
            if last not in graphs:
                graphs[last] = graph_of(last, batch)
        with torch.enable_grad():
            model.train_step(batch)

    return step


class _Asked:
    """Answers each predicate as is assumed, or else with no, and notes both."""

    def __init__(self, assumed):
        self.assumed, self.answers, self.predicates = assumed, [], []

    def __call__(self, predicate):
        place = len(self.answers)
        self.answers.append(place < len(self.assumed) and self.assumed[place])
        self.predicates.append(predicate)
        return self.answers[-1]
