"""Sums of few of many rows, as bags of PyTorch's embeddings."""

import torch
from keras.src.backend.torch.core import get_device
from torch.nn.functional import embedding_bag


def rows_are_quick():
    return str(get_device()).startswith("cpu")


def sum_of_rows(amounts, places, rows):
    return embedding_bag(places, rows, per_sample_weights=amounts, mode="sum")


def products_at(products, places, x, kernel, bias):
    return _ProductsAt.apply(products, places.long(), x, kernel, bias)


class _ProductsAt(torch.autograd.Function):
    @staticmethod
    def forward(ctx, products, places, x, kernel, bias):
        ctx.save_for_backward(places, x)
        ctx.count = kernel.shape[1]
        return torch.gather(products, 1, places)

    @staticmethod
    def backward(ctx, upstream):
        places, x = ctx.saved_tensors
        flat, slopes = places.flatten(), upstream.flatten()
        numbers = torch.bincount(flat, minlength=ctx.count)
        by_unit = torch.argsort(flat)
        examples = by_unit // places.shape[1]  # those that have each unit, one after the other
        starts = torch.cumsum(numbers, 0) - numbers
        amounts = slopes[by_unit]
        of_kernel = embedding_bag(examples, x, starts, per_sample_weights=amounts, mode="sum")
        of_bias = torch.zeros(ctx.count, dtype=x.dtype).index_add_(0, flat, slopes)
        return None, None, None, of_kernel.T, of_bias
