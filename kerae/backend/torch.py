"""Training, testing and compiled functions on PyTorch."""

import os
import signal
from contextlib import contextmanager

import keras
import numpy as np
import torch
from torch import distributed

TORCHRUN_VARIABLES = ("RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


def train_step(self, data):
    self.zero_grad()
    loss = self.objective(data, training=True)
    self.optimizer.scale_loss(loss).backward()
    variables = self.trainable_variables
    gradients = [variable.value.grad for variable in variables]
    if replicas() > 1:
        given = [each for each in gradients if each is not None]
        under_way = [distributed.all_reduce(each, async_op=True) for each in given]
        for each in under_way:
            each.wait()
    with torch.no_grad():
        self.optimizer.apply(gradients, variables)
    return self.get_metrics_result()


def test_step(self, data):
    self.objective(data, training=False)
    return self.get_metrics_result()


def compiled(model, function, *layers):
    return torch.no_grad()(function)


def one_operation(function):
    """The argument: PyTorch compiles no operation by itself."""
    return function


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
    return _Sum.apply(x) if replicas() > 1 else x


def replica_concat(x):
    if replicas() == 1:
        return x
    total, first = replica_rows(len(x))
    around = (0, 0) * (x.ndim - 1) + (first, total - first - len(x))
    return _Sum.apply(torch.nn.functional.pad(x, around))


def replica_rows(count):
    if replicas() == 1:
        return count, 0
    rank = distributed.get_rank()
    counts = keras.ops.zeros(replicas(), "int32")
    counts[rank] = count
    distributed.all_reduce(counts)
    counts = counts.tolist()
    return sum(counts), sum(counts[:rank])


def own_rows(rows):
    several = replicas() > 1
    return np.array_split(rows, replicas())[distributed.get_rank()] if several else rows, None


def share(variables):
    if replicas() > 1:
        for variable in variables:
            distributed.broadcast(variable.value.data, src=0)


@contextmanager
def strategy_scope(strategy, devices):
    missing = [name for name in TORCHRUN_VARIABLES if name not in os.environ]
    if missing:
        raise ValueError(
            "Expected a process that torchrun has started. Received: one without "
            f"{', '.join(missing)}. Run `torchrun --no-python --nproc-per-node 2 kerae train …`."
        )
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if on_gpu else "gloo")
    before = signal.signal(signal.SIGTERM, _raise_connection_error)
    try:
        yield
    except BaseException:
        # torchrun sends more than one, and is to leave time to tell of the first.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise
    signal.signal(signal.SIGTERM, before)
    distributed.destroy_process_group()


def _raise_connection_error(*_):
    raise ConnectionError("torchrun stopped this process")


def replicas():
    """The number of processes that train one model."""
    started = distributed.is_available() and distributed.is_initialized()
    return distributed.get_world_size() if started else 1


def is_first():
    return replicas() == 1 or distributed.get_rank() == 0


def barrier():
    if replicas() > 1:
        distributed.barrier()


def tells_of_lost_process(error):
    lost = ("Connection", "Gloo", "gloo", "NCCL")
    return isinstance(error, RuntimeError | ConnectionError) and any(w in str(error) for w in lost)


def seed_global_generator(seed):
    """Keras' dropout, and a DataLoader that shuffles, draw from PyTorch's own generator."""
    torch.manual_seed(seed)


def devices():
    count = torch.cuda.device_count()
    return [f"cuda:{index}" for index in range(count)] + ["cpu"]
