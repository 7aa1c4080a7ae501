"""Operations on arrays that are another on PyTorch."""

from contextlib import contextmanager

import keras
import torch
from keras.ops import conv as conv
from keras.ops import conv_transpose as conv_transpose

_asked = None  # answers to predicates, while a step is captured


def cond(predicate, true_fn, false_fn):
    if _asked is not None and isinstance(predicate, torch.Tensor):
        predicate = _asked(predicate)
    return keras.ops.cond(predicate, true_fn, false_fn)


@contextmanager
def answering(answer):
    """Lets `answer` decide each predicate of `cond`, in which nothing looks at a value."""
    global _asked
    before, _asked = _asked, answer
    try:
        yield
    finally:
        _asked = before


def scattered(values, places, size):
    return values.new_zeros((values.shape[0], size)).scatter_(1, places.long(), values)


def segment_sum(values, segments, count):
    sums = values.new_zeros((count, *values.shape[1:]), dtype=torch.float32)
    return sums.index_add(0, segments.long(), values.float()).to(values.dtype)


def argmax(x):
    return torch.argmax(x, dim=-1).to(torch.int32)


def fori_loop(first, end, body, state):
    for step in range(first, end):
        state = body(step, state)
    return state


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
