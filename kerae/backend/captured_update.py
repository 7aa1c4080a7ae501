"""An optimizer's update on PyTorch as a graph of its kernels."""

import keras

from .kernel_graph import kernel_graph


def captured_update(optimizer, trainable, gradients):
    """Captures `optimizer.apply`.

    Args:
        optimizer: Keras optimizer that is built.
        trainable: List of the variables that it updates.
        gradients: Tensors of their shapes, `None` for a variable that has no gradient.
    Returns:
        Function of such gradients that updates the variables; where Python looks at values in an
        update, `optimizer.apply` itself.
    """
    variables = [*trainable, *optimizer.variables]
    values = [variable.value.detach() for variable in variables]
    missing = [gradient is None for gradient in gradients]

    def in_place(*given):
        before, given = given[: len(values)], iter(given[len(values) :])
        gradients = [None if lacks else next(given) for lacks in missing]
        bound = list(zip(variables, before, strict=True))
        with keras.StatelessScope(state_mapping=bound) as scope:
            optimizer.apply(gradients, trainable)
        if len(scope.state_mapping) > len(bound):  # the optimizer has others
            raise NotImplementedError
        for old, variable in zip(before, variables, strict=True):
            new = scope.get_current_value(variable)
            if new is not old:  # otherwise the optimizer has moved it in place
                old.copy_(new)
        return []

    given = [gradient for gradient in gradients if gradient is not None]
    run = kernel_graph(in_place, values, given, "fake")
    if run is None:
        return lambda gradients: optimizer.apply(gradients, trainable)
    return lambda gradients: run(*(each for each in gradients if each is not None))
