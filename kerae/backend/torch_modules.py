"""What a layer of a PyTorch module gives, whatever Keras' backend is."""

import numpy as np
import torch


def module_outputs(model, layer):
    """A function from inputs to all that a submodule gives in a pass.

    Args:
        model: `torch.nn.Module`.
        layer: Submodule, or its dotted name.
    Returns:
        The name, and a function of arrays that returns a list of arrays.
    Raises:
        ValueError: If there is no such submodule.
    """
    names = {module: name for name, module in model.named_modules()}
    found = [(name, each) for each, name in names.items() if layer is each or layer == name]
    if not found:
        raise ValueError(
            f"Expected `layer` to be a submodule of {type(model).__name__}: "
            f"{', '.join(filter(None, names.values()))}. Received: {layer}."
        )
    name, module = found[0]
    first = next(model.parameters(), torch.zeros(()))

    def outputs(inputs):
        given = inputs if isinstance(inputs, list | tuple) else [inputs]
        seen, before = [], [(each, each.training) for each in model.modules()]
        hook = module.register_forward_hook(lambda _, __, output: seen.append(output))
        try:
            with torch.no_grad():
                model.eval()(*(torch.as_tensor(each).to(first.device) for each in given))
        finally:
            hook.remove()
            for each, training in before:
                each.training = training
        return [_as_array(each) for each in seen]

    return name, outputs


def _as_array(output):
    if isinstance(output, list | tuple):
        return [_as_array(each) for each in output]
    if not isinstance(output, torch.Tensor):
        return output
    output = output.detach().cpu()
    return np.asarray(output.float() if output.dtype == torch.bfloat16 else output)
