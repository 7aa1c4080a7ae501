import numpy as np
from scipy import optimize

from .euclidean import Euclidean

SEGMENTS = 32  # of the polyline in whose place a way stands


class CentroidManifold(Euclidean):
    """Flat space stretched by a metric that is small near centroids: ways go by them.

    Densities over it are those over flat space.

        G(z)^-1 = sum over i of  L_i L_i^T exp(-|z - c_i|^2 / T^2)  +  lambda I
        length = integral of sqrt(dz^T G(z) dz)

    A way is a polyline of 32 pieces whose energy, the mean square of their lengths times their
    number, is the least near the straight line; another way around a hill may be shorter.

    Args:
        centroids: Array `(num, d)`, the c_i.
        factors: Array `(num, d, d)`, the lower triangular L_i.
        temperature: Float, the T.
        regularization: Float, the lambda.

    Example:

    >>> metric = kerae.geometry.CentroidManifold(np.zeros((1, 2)), np.zeros((1, 2, 2)), 1.0, 0.25)
    >>> float(metric.distance(np.zeros(2), np.array([3.0, 4.0])))
    10.0

    Reference:
        Chadebec and Allassonnière, 2021, https://arxiv.org/abs/2105.00026
    """

    way = "a geodesic of the metric"

    def __init__(
        self,
        centroids: np.ndarray,
        factors: np.ndarray,
        temperature: float,
        regularization: float,
    ) -> None:
        self.centroids = np.asarray(centroids, "float64")
        self.factors = np.asarray(factors, "float64")
        self.temperature = temperature
        self.regularization = regularization

    def metric(self, z: np.ndarray) -> np.ndarray:
        """G at codes `(…, d)`, of shape `(…, d, d)`."""
        return np.linalg.inv(self._at(np.asarray(z, "float64"))[0])

    def path(self, a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
        curves = self._curves(a, b)
        done = np.cumsum(self._lengths(curves), axis=-1)
        done = np.concatenate([np.zeros_like(done[..., :1]), done], axis=-1)
        shape = np.broadcast_shapes(curves.shape[:-2], np.shape(t)[:-1])
        curves = np.broadcast_to(curves, (*shape, *curves.shape[-2:]))
        done = np.broadcast_to(done, (*shape, done.shape[-1]))
        wanted = np.broadcast_to(np.asarray(t)[..., 0], shape)[..., None] * done[..., -1:]
        first = np.clip(np.sum(done <= wanted, axis=-1, keepdims=True) - 1, 0, SEGMENTS - 1)
        low, high = (np.take_along_axis(done, first + i, axis=-1) for i in (0, 1))
        part = (wanted - low) / np.maximum(high - low, 1e-300)
        start, end = (np.take_along_axis(curves, (first + i)[..., None], axis=-2) for i in (0, 1))
        codes = (start + part[..., None] * (end - start))[..., 0, :]
        return codes.astype(np.result_type(a, b, t))

    def distance(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return self._lengths(self._curves(a, b)).sum(axis=-1)

    def _at(self, z):
        """G^-1, and the weights and differences that it is made of."""
        difference = z[..., None, :] - self.centroids
        weights = np.exp(-np.sum(difference**2, axis=-1) / self.temperature**2)
        matrices = self.factors @ self.factors.swapaxes(1, 2)
        inverse = np.tensordot(weights, matrices, axes=1)
        return inverse + self.regularization * np.eye(z.shape[-1]), weights, difference

    def _pieces(self, curve):
        """The pieces of polylines, G times each, and where these were computed."""
        piece = np.diff(curve, axis=-2)
        inverse, *rest = self._at(0.5 * (curve[..., 1:, :] + curve[..., :-1, :]))
        return piece, np.linalg.solve(inverse, piece[..., None])[..., 0], *rest

    def _lengths(self, curve):
        piece, stretched, *_ = self._pieces(curve)
        return np.sqrt(np.sum(piece * stretched, axis=-1))

    def _energy(self, curve):
        """The energy of a polyline `(SEGMENTS + 1, d)`, and its gradient in the inner points."""
        piece, stretched, weights, difference = self._pieces(curve)
        squared = np.sum((stretched[:, None, None] @ self.factors)[:, :, 0] ** 2, axis=-1)
        pull = np.sum((weights * squared)[..., None] * difference, axis=-2) / self.temperature**2
        inner = 2 * (stretched[:-1] - stretched[1:]) + pull[:-1] + pull[1:]
        return SEGMENTS * np.sum(piece * stretched), SEGMENTS * inner

    def _curves(self, a, b):
        a, b = np.broadcast_arrays(np.asarray(a, "float64"), np.asarray(b, "float64"))
        t = np.linspace(0, 1, SEGMENTS + 1)[:, None]
        straight = (1 - t) * a[..., None, :] + t * b[..., None, :]
        flat = straight.reshape(-1, *straight.shape[-2:])
        return np.stack([self._shortened(each) for each in flat]).reshape(straight.shape)

    def _shortened(self, straight):
        # In coordinates in which the energy of flat space is a sum of squares.
        size = SEGMENTS - 1
        laplacian = 2 * np.eye(size) - np.eye(size, k=1) - np.eye(size, k=-1)
        basis = np.linalg.inv(np.linalg.cholesky(laplacian)).T

        def curve(y):
            inner = straight[1:-1] + basis @ y.reshape(size, -1)
            return np.concatenate([straight[:1], inner, straight[-1:]])

        def objective(y):
            energy, gradient = self._energy(curve(y))
            return energy, (basis.T @ gradient).ravel()

        start = np.zeros(size * straight.shape[-1])
        options = {"maxiter": 1000, "ftol": 1e-12, "gtol": 1e-8}
        found = optimize.minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
        return curve(found.x)
