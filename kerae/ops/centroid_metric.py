"""A metric of codes that is made of centroids, and the motion of codes under it."""

import math
from functools import cached_property

from keras import ops

from ..checks.types import Tensor
from .hamiltonian import REACH, limited


class CentroidMetric:
    """The kinetic energy of curved space, whose momenta at z are of N(0, G(z)).

        G(z)^-1 = sum over i of  L_i L_i^T exp(-|z - c_i|^2 / T^2)  +  lambda I
        K(z, rho) = 1/2 rho^T G(z)^-1 rho + 1/2 log |G(z)|

    A step is one of the generalized leapfrog:

        rho' = rho - epsilon / 2 * dK/dz (z, rho')
        z' = z + epsilon / 2 * (dK/drho (z, rho') + dK/drho (z', rho'))
        rho <- rho' - epsilon / 2 * dK/dz (z', rho')

    The first two are solved by so many fixed-point iterations. Where these end short of the
    solution the step does not quite keep volumes; the determinant is that of the very step made.

    Args:
        centroids: Tensor `(num, d)`, the c_i.
        factors: Tensor `(num, d, d)`, the lower triangular L_i.
        temperature: Float, the T.
        regularization: Float, the lambda.
        num_iterations: Integer.
    Reference:
        Girolami and Calderhead, 2011, https://doi.org/10.1111/j.1467-9868.2010.00765.x;
        Chadebec, Mantoux and Allassonnière, 2020, https://arxiv.org/abs/2010.11518 (the metric)
    """

    def __init__(
        self,
        centroids: Tensor,
        factors: Tensor,
        temperature: float,
        regularization: float,
        num_iterations: int,
    ) -> None:
        self.centroids = ops.convert_to_tensor(centroids)
        self.matrices = ops.matmul(factors, ops.swapaxes(factors, -1, -2))
        self.squared_temperature = temperature**2
        self.regularization = regularization
        self.num_iterations = num_iterations

    def momentum(self, z: Tensor, gamma: Tensor) -> Tensor:
        """As that of `kerae.ops.hamiltonian.Flat`, like the other methods."""
        return _product(ops.swapaxes(_Place(self, z).whitening, -1, -2), gamma)

    def log_prob(self, z: Tensor, momentum: Tensor) -> Tensor:
        place = _Place(self, z)
        white = _product(ops.swapaxes(place.triangle, -1, -2), momentum)
        squared = ops.sum(ops.square(white) + math.log(2 * math.pi), axis=-1)
        return place.log_inverse_volume - 0.5 * squared

    def log_inverse_volume(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """log sqrt |G(z)^-1| at codes `(…, d)`, of shape `(…,)`, and its gradient `(…, d)`."""
        place = _Place(self, z)
        return place.log_inverse_volume, -place.slope(ops.zeros_like(z))[0]

    def drift(self, z: Tensor, momentum: Tensor, step_size: Tensor):
        half = 0.5 * step_size
        here, before = _Place(self, z), momentum
        one = ops.eye(z.shape[-1], dtype=z.dtype)
        of_momentum = of_code = one
        for _ in range(self.num_iterations):
            slope, by_momentum = here.slope(momentum)
            of_momentum = one - ops.matmul(_rows(half, slope, by_momentum), of_momentum)
            momentum = before - limited(half * slope)
        velocity, by_code = here.velocity(momentum)
        after = z
        for _ in range(self.num_iterations):
            there = _Place(self, after)
            velocity_there, by_code_there = there.velocity(momentum)
            both = velocity + velocity_there
            by_both = by_code + ops.matmul(by_code_there, of_code)
            of_code = one + _rows(half, both, by_both)
            after = z + limited(half * both)
        slope, by_momentum = _Place(self, after).slope(momentum)
        of_end = one - _rows(half, slope, by_momentum)
        momentum = momentum - limited(half * slope)
        log_det = sum(ops.slogdet(each)[1] for each in (of_momentum, of_code, of_end))
        return after, momentum, log_det


class _Place:
    """The metric at codes `(…, d)`."""

    def __init__(self, metric, z):
        self.metric = metric
        difference = ops.expand_dims(z, -2) - metric.centroids
        squared = ops.sum(ops.square(difference), axis=-1)
        self.weights = ops.exp(-squared / metric.squared_temperature)  # (…, num)
        self.pull = ops.expand_dims(self.weights, -1) * difference / metric.squared_temperature

    @cached_property
    def inverse(self):
        """G^-1, `(…, d, d)`."""
        matrices = self.metric.matrices
        num, d, _ = matrices.shape
        weighted = ops.matmul(self.weights, ops.reshape(matrices, (num, d * d)))
        weighted = ops.reshape(weighted, (*ops.shape(self.weights)[:-1], d, d))
        return weighted + self.metric.regularization * ops.eye(d, dtype=weighted.dtype)

    @cached_property
    def triangle(self):
        """The lower triangular C with C C^T = G^-1."""
        return ops.cholesky(self.inverse)

    @cached_property
    def log_inverse_volume(self):
        """log sqrt |G^-1|, `(…,)`."""
        return ops.sum(ops.log(ops.diagonal(self.triangle, axis1=-2, axis2=-1)), axis=-1)

    @cached_property
    def whitening(self):
        """C^-1."""
        one = ops.zeros_like(self.triangle) + ops.eye(self.triangle.shape[-1])
        return ops.solve_triangular(self.triangle, one, lower=True)

    @cached_property
    def _traces(self):
        """tr(G L_i L_i^T), `(…, num)`."""
        num, d, _ = self.metric.matrices.shape
        of_g = ops.matmul(ops.swapaxes(self.whitening, -1, -2), self.whitening)
        flat = ops.reshape(of_g, (*ops.shape(self.weights)[:-1], d * d))
        return ops.matmul(flat, ops.transpose(ops.reshape(self.metric.matrices, (num, d * d))))

    def _products(self, momentum):
        """L_i L_i^T rho, `(…, num, d)`."""
        num, d, _ = self.metric.matrices.shape
        beside = ops.reshape(self.metric.matrices, (num * d, d))  # which are symmetric
        products = ops.matmul(momentum, ops.transpose(beside))
        return ops.reshape(products, (*ops.shape(self.weights), d))

    def slope(self, momentum):
        """dK/dz, and its derivative by the momentum, `(…, d, d)`."""
        products = self._products(momentum)
        energies = ops.sum(products * ops.expand_dims(momentum, -2), axis=-1)
        slope = ops.sum(ops.expand_dims(self._traces - energies, -1) * self.pull, axis=-2)
        return slope, -2.0 * ops.matmul(ops.swapaxes(self.pull, -1, -2), products)

    def velocity(self, momentum):
        """dK/drho, and its derivative by the code, `(…, d, d)`."""
        products = self._products(momentum)
        by_code = -2.0 * ops.matmul(ops.swapaxes(products, -1, -2), self.pull)
        return _product(self.inverse, momentum), by_code


def _product(matrices, vectors):
    return ops.matmul(matrices, ops.expand_dims(vectors, -1))[..., 0]


def _rows(half, move, derivative):
    """The derivative of `limited(half * move)`."""
    is_free = ops.cast(ops.abs(half * move) < REACH, move.dtype)
    return ops.expand_dims(half * is_free, -1) * derivative
