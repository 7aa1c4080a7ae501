"""Training, testing and compiled functions on PyTorch."""

import keras
import numpy as np
import torch
from torch import distributed

from .captured_step import captured_step
from .fused_adam import fused_adam

ROOM_ON_CPU = 2**30
STEPS_WORTH_CAPTURE = 100  # which takes as long as these save


def train_step(self, data):
    self.zero_grad()
    loss = self.objective(data, training=True)
    self.optimizer.scale_loss(loss).backward()
    variables = self.trainable_variables
    gradients = [variable.value.grad for variable in variables]
    if _replicas() > 1:
        under_way = [distributed.all_reduce(each, async_op=True) for each in gradients]
        for each in under_way:
            each.wait()
    with torch.no_grad():
        self.optimizer.apply(gradients, variables)
    return self.get_metrics_result()


def test_step(self, data):
    self.objective(data, training=False)
    return self.get_metrics_result()


def can_loop(model):
    return _replicas() == 1 and model.jit_compile_asked == "auto" and model.steps_per_execution == 1


def training_loop(model):
    """Runs steps one by one, captured where there are enough of them."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    captured = {}

    def loop(batches, steps, steps_in_all, _):
        rows, whole, rest = batches.take(steps)
        size = rows.shape[1]
        for own in rows[:whole]:
            batch = _rows(batches.tensors, own)
            if steps_in_all >= STEPS_WORTH_CAPTURE and size not in captured:
                captured[size] = captured_step(model, batch)
            (captured.get(size) or model.train_step)(batch)
        if len(rest):
            model.train_step(_rows(batches.tensors, rest))
        return model.get_metrics_result()

    return loop


def _rows(tensors, rows):
    rows = torch.from_numpy(rows).to(keras.tree.flatten(tensors)[0].device)
    return keras.tree.map_structure(lambda all: all[rows], tensors)


def fused(optimizer):
    return fused_adam(optimizer)


def has_room_for(size):
    return size <= (torch.cuda.mem_get_info()[0] // 2 if torch.cuda.is_available() else ROOM_ON_CPU)


def compiled(model, function):
    return torch.no_grad()(function)


def jvp(function, x, tangent):
    with torch.enable_grad():
        return torch.func.jvp(function, (x,), (tangent,))[1]


def vjp(function, x):
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        y = function(x)

    def pullback(cotangent):
        options = {"create_graph": True, "materialize_grads": True}
        return torch.autograd.grad(y, x, cotangent, **options)[0]

    return pullback


def _replicas():
    """The number of processes that train one model, as `torchrun` starts them."""
    started = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if started else 1


class _Sum(torch.autograd.Function):
    """The sum over the processes; what each makes of it adds to the gradient of all."""

    @staticmethod
    def forward(context, x):
        x = x.clone(memory_format=torch.contiguous_format)
        distributed.all_reduce(x)
        return x

    @staticmethod
    def backward(context, gradient):
        return _Sum.apply(gradient)


def replica_sum(x):
    return _Sum.apply(x) if _replicas() > 1 else x


def replica_concat(x):
    if _replicas() == 1:
        return x
    total, first = replica_rows(len(x))
    around = (0, 0) * (x.ndim - 1) + (first, total - first - len(x))
    return _Sum.apply(torch.nn.functional.pad(x, around))


def replica_rows(count):
    if _replicas() == 1:
        return count, 0
    rank = distributed.get_rank()
    counts = keras.ops.zeros(_replicas(), "int32")
    counts[rank] = count
    distributed.all_reduce(counts)
    counts = counts.tolist()
    return sum(counts), sum(counts[:rank])


def own_rows(rows):
    return np.array_split(rows, _replicas())[distributed.get_rank()] if _replicas() > 1 else rows


def share(variables):
    if _replicas() > 1:
        for variable in variables:
            distributed.broadcast(variable.value.data, src=0)


def seed_global_generator(seed):
    """Keras' dropout, and a DataLoader that shuffles, draw from PyTorch's own generator."""
    torch.manual_seed(seed)


def devices():
    count = torch.cuda.device_count()
    return [f"cuda:{index}" for index in range(count)] + ["cpu"]
