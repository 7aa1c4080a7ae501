"""The batches of data sets that give some."""

from .given import is_array


def batches_of(dataset):
    """The batches of a data set, as it gives them.

    Args:
        dataset: `tf.data.Dataset`, `keras.utils.PyDataset`, torch `DataLoader` or another iterable.
    Raises:
        ValueError: If it is no such thing, or empty.
    """
    if is_array(dataset) or not hasattr(dataset, "__iter__"):
        whole = hasattr(dataset, "x_test")
        raise ValueError(
            "Expected `x` to be an array, or a data set that gives batches. Received: "
            + (f"{dataset!r}. Pass a part of it, `data.x_test`." if whole else f"{dataset!r}.")
        )
    batch = None
    for batch in dataset:
        yield batch
    if batch is None:
        raise ValueError("Expected data. Received: a data set without batches.")


def number_of_batches(dataset):
    """How many batches a data set has, or `None` where it does not know."""
    try:
        return len(dataset)
    except TypeError:
        return None
