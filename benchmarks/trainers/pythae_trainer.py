"""pythae's VAE, trained by its own trainer, epoch by epoch."""

from .pythae_models import Model, Trainer


def trainer(network, batch_size, steps_per_execution=None):
    return Trainer(Model({}, network), batch_size)
