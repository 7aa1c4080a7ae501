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


def seed_global_generator(seed):
    """Keras' dropout, and a DataLoader that shuffles, draw from PyTorch's own generator."""
    torch.manual_seed(seed)


def devices():
    count = torch.cuda.device_count()
    return [f"cuda:{index}" for index in range(count)] + ["cpu"]
