"""Adam's update on PyTorch in one kernel."""

from types import MethodType

import torch
from torch.optim.adam import adam


def fused_adam(optimizer):
    """Lets an Adam or AdamW of Keras update weights on the CPU by PyTorch's fused kernel."""
    kind = type(optimizer)
    of_keras = kind.__module__.startswith("keras.") and kind.__name__ in ("Adam", "AdamW")
    if of_keras and not optimizer.amsgrad:
        optimizer._parallel_update_step = MethodType(_update, optimizer)
    return optimizer


@torch.no_grad()
def _update(optimizer, gradients, variables, learning_rate):
    if variables[0].value.device.type != "cpu":
        type(optimizer)._parallel_update_step(optimizer, gradients, variables, learning_rate)
        return
    done = int(optimizer.iterations)
    indices = [optimizer._get_variable_index(variable) for variable in variables]
    adam(
        [variable.value for variable in variables],
        gradients,
        [optimizer._momentums[index].value for index in indices],
        [optimizer._velocities[index].value for index in indices],
        [],
        [torch.tensor(float(done)) for _ in variables],
        fused=True,
        amsgrad=False,
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        lr=float(learning_rate),
        weight_decay=0.0,  # Keras has applied its own
        # PyTorch adds it to the root of the corrected second moment, Keras to that of the moment.
        eps=optimizer.epsilon / (1 - optimizer.beta_2 ** (done + 1)) ** 0.5,
        maximize=False,
    )
