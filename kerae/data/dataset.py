"""The one form in which every source of data arrives."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..checks.short import short


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images and labels for training and testing, checked once.

    Args:
        x_train: Float32 array of shape `(n, height, width, channels)`, or `(n, features)`
            for vectors; values between 0 and 1.
        y_train: Int64 array of shape `(n,)`, each an index into `class_names`.
        x_test: As `x_train`, with the same shape per example.
        y_test: As `y_train`.
        name: String.
        class_names: Tuple of strings.
        factors_train: Int64 array of shape `(n, num_factors)`, what varies from image to
            image: each the number of a value. Defaults to None, nothing is known of it.
        factors_test: As `factors_train`.
        factor_values: Dict from the names of the factors, in the order of the columns, to tuples of
            their values.
    Raises:
        ValueError: If an array has another dtype or shape, is empty, or holds values that
            are not finite or out of range; or if images, labels and factors differ in number.
    Example:
        >>> import numpy as np
        >>> from kerae.data import Dataset
        >>> x, y = np.zeros((3, 8, 8, 1), "float32"), np.array([0, 1, 1], "int64")
        >>> Dataset(x, y, x, y, name="blank", class_names=("cat", "dog"))
        Dataset(name='blank', train=3, test=3, input_shape=(8, 8, 1), classes=2)
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    name: str
    class_names: tuple[str, ...]
    factors_train: np.ndarray | None = None
    factors_test: np.ndarray | None = None
    factor_values: dict[str, tuple] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = self.class_names
        if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
            raise ValueError(
                f"Expected `class_names` to be a tuple of strings. Received: {short(names)}."
            )
        self._check_split("train", self.x_train, self.y_train)
        self._check_split("test", self.x_test, self.y_test)
        if self.x_train.shape[1:] != self.x_test.shape[1:]:
            raise ValueError(
                f"Expected `x_train` and `x_test` of the data set {self.name!r} to have one shape. "
                f"Received: {self.x_train.shape[1:]} and {self.x_test.shape[1:]}."
            )
        values = self.factor_values
        if not (isinstance(values, dict) and all(isinstance(v, tuple) for v in values.values())):
            raise ValueError(
                "Expected `factor_values` to be a dict from names to tuples of values. Received: "
                f"{short(values)}."
            )
        if self.has_factors or self.factors_train is not None or self.factors_test is not None:
            self._check_factors("train", self.factors_train, len(self.x_train))
            self._check_factors("test", self.factors_test, len(self.x_test))

    def _check_factors(self, split, factors, count):
        sizes = np.array([len(values) for values in self.factor_values.values()])
        expected = f"int64 numbers of values, of shape ({count}, {len(sizes)})"
        if not isinstance(factors, np.ndarray):
            received = short(factors)
        elif factors.dtype != np.int64 or factors.shape != (count, len(sizes)):
            received = f"{factors.dtype} of shape {factors.shape}"
        elif (factors < 0).any() or (factors >= sizes).any():
            expected = f"numbers of values, each below that of {sizes.tolist()}"
            received = f"{factors.min(axis=0).tolist()} to {factors.max(axis=0).tolist()}"
        else:
            return
        raise ValueError(
            f"Expected `factors_{split}` of the data set {self.name!r} to hold {expected}, as "
            f"`factor_values` tells. Received: {received}."
        )

    def _check_split(self, split, x, y):
        of_x, of_y = f"x_{split}", f"y_{split}"

        def check(holds, name, expected, received):
            if not holds:
                raise ValueError(
                    f"Expected `{name}` of the data set {self.name!r} to hold {expected}. "
                    f"Received: {received}."
                )

        for name, array in ((of_x, x), (of_y, y)):
            check(isinstance(array, np.ndarray), name, "a NumPy array", short(array))
        check(
            x.dtype == np.float32 and x.ndim in (2, 4),
            of_x,
            "float32 images of shape (n, height, width, channels) or vectors (n, features)",
            f"{x.dtype} of shape {x.shape}",
        )
        check(
            y.dtype == np.int64 and y.ndim == 1,
            of_y,
            "int64 labels of shape (n,)",
            f"{y.dtype} of shape {y.shape}",
        )
        check(x.size > 0, of_x, "at least one example", f"shape {x.shape}")
        check(len(x) == len(y), of_y, "one label per image", f"{len(x)} images, {len(y)} labels")
        low, high = x.min(), x.max()
        check(low >= 0 and high <= 1, of_x, "finite values from 0 to 1", f"{low} to {high}")
        low, high = y.min(), y.max()
        last = len(self.class_names) - 1
        check(low >= 0 and high <= last, of_y, f"labels from 0 to {last}", f"{low} to {high}")

    @property
    def has_factors(self) -> bool:
        """Whether it is known what varies from image to image."""
        return len(self.factor_values) > 0

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example, without the batch axis."""
        return self.x_train.shape[1:]

    @property
    def examples_to_start_at(self) -> np.ndarray:
        """Of the training examples as many as `kerae.Autoencoder.start_at_mean` is to look at."""
        return self.x_train

    @cached_property
    def digest(self):
        """Sixteen hexadecimal digits that change with any dtype, shape or value."""
        sha256 = hashlib.sha256()
        for array in (self.x_train, self.y_train, self.x_test, self.y_test):
            sha256.update(f"{array.dtype.str}{array.shape}".encode())
            sha256.update(np.ascontiguousarray(array))  # pyright: ignore[reportArgumentType]
        return sha256.hexdigest()[:16]

    def __repr__(self) -> str:
        return (
            f"Dataset(name={self.name!r}, train={len(self.x_train)}, test={len(self.x_test)}, "
            f"input_shape={self.input_shape}, classes={len(self.class_names)}"
            + (f", factors={len(self.factor_values)})" if self.has_factors else ")")
        )
