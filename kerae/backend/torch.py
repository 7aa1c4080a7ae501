"""Training, testing and compiled functions on PyTorch."""

import torch


def train_step(self, data):
    self.zero_grad()
    loss = self.objective(data, training=True)
    self.optimizer.scale_loss(loss).backward()
    variables = self.trainable_variables
    with torch.no_grad():
        self.optimizer.apply([variable.value.grad for variable in variables], variables)
    return self.get_metrics_result()


def test_step(self, data):
    self.objective(data, training=False)
    return self.get_metrics_result()


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


def replica_sum(x):
    """The argument: Keras trains on one device of PyTorch."""
    return x


def replica_concat(x):
    return x


def replica_rows(count):
    return count, 0


def seed_global_generator(seed):
    """Keras' dropout, and a DataLoader that shuffles, draw from PyTorch's own generator."""
    torch.manual_seed(seed)


def devices():
    count = torch.cuda.device_count()
    return [f"cuda:{index}" for index in range(count)] + ["cpu"]
