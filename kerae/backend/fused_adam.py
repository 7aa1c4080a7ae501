"""Adam's update on PyTorch in one kernel."""

from types import MethodType

import torch
from keras import ops

# At which PyTorch corrects no bias any more. Keras corrects both in the learning rate, so that
# epsilon is added to the root of the moment, not of the corrected one.
LAST_STEP = 1e9


def fused_adam(optimizer):
    """Lets an Adam or AdamW of Keras update weights by PyTorch's fused kernel."""
    kind = type(optimizer)
    of_keras = kind.__module__.startswith("keras.") and kind.__name__ in ("Adam", "AdamW")
    if of_keras and not optimizer.amsgrad:
        optimizer._parallel_update_step = MethodType(_update, optimizer)
    return optimizer


def _update(optimizer, gradients, variables, learning_rate):
    weights = [variable.value for variable in variables]
    # The kernel goes through memory, whatever the strides.
    if not all(each.is_contiguous() for each in weights):
        type(optimizer)._parallel_update_step(optimizer, gradients, variables, learning_rate)
        return
    step = ops.convert_to_tensor(optimizer.iterations) + 1
    corrected = (1 - optimizer.beta_2**step) ** 0.5 / (1 - optimizer.beta_1**step)
    indices = [optimizer._get_variable_index(variable) for variable in variables]
    last = torch.full((), LAST_STEP, device=step.device)
    torch._fused_adam_(  # pyright: ignore[reportPrivateImportUsage]
        weights,
        [gradient.contiguous() for gradient in gradients],
        [optimizer._momentums[index].value for index in indices],
        [optimizer._velocities[index].value for index in indices],
        [],
        [last] * len(variables),
        amsgrad=False,
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        lr=learning_rate * corrected,
        weight_decay=0.0,  # Keras has applied its own
        eps=optimizer.epsilon,
        maximize=False,
    )
