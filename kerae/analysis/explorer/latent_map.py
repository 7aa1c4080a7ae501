import numpy as np

from ...checks.codes import as_codes, refuse_equal_codes
from ...checks.labels import as_labels
from ..examination import examine
from ..fitting.rows import sampled_rows
from ..projection import project

NEAREST = 5


class LatentMap:
    """Examples as points of a plane, and the way from the plane back to codes.

    Codes of two dimensions are the plane, in which a place beside a sphere or a ball stands for the
    nearest code of it. Those of more are projected to it, and a place in it has

        code(p) = sum over its 5 nearest points of  w_i z_i / sum w_i,   w_i = 1 / |p - p_i|

    and the other way round, a code that is no example's lies at the mean of the places of the 5
    nearest codes, weighted alike; PCA places it itself.

    Args:
        model: `kerae.Autoencoder` whose codes are vectors.
        x: Array `(n, *input_shape)`.
        labels: Integers or strings, `n` of them, or `None`.
        y: Array of what a conditional model is conditioned on.
        class_names: Sequence of strings that integer labels are indices into.
        method: String, the method of `kerae.analysis.project`.
        max_points: Integer; of more examples as many are drawn without replacement.
        seed: Integer, of the draw and the projection.

    Attributes:
        rows: Integer array, which examples the map shows.
        z: Array `(len(rows), latent_dim)`, their codes.
        points: Array `(len(rows), 2)`, their places.
        axes: Pair of strings, what the axes are.
        conditions: Dict from the labels that a conditional model can decode with to their names;
            empty if there are none.
        stated: String, what there is to know about the map.

    Raises:
        ValueError: If data and labels do not fit the model or each other, or there is no map of
            such codes.
    """

    def __init__(
        self,
        model,
        x,
        labels=None,
        y=None,
        class_names=None,
        method="umap",
        max_points=10_000,
        seed=0,
    ):
        if len(model.latent.event_shape) != 1:
            raise ValueError(
                "Expected a model whose codes are vectors. Received: one with codes of shape "
                f"{tuple(model.latent.event_shape)}."
            )
        if max_points < 2:
            raise ValueError(f"Expected `max_points` of at least 2. Received: {max_points}")
        arrays = model.checked_inputs(x, y)
        count = len(arrays[0])
        self.labels = None if labels is None else as_labels(labels, count, class_names)
        self.rows, _ = sampled_rows(count, max_points, seed)
        arrays = [array[self.rows] for array in arrays]
        examination = examine(model, *arrays)
        self.model, self.x, self.error = model, examination.x, examination.error
        self.y = arrays[1] if len(arrays) > 1 else None
        self.conditions = self._conditions(class_names)
        self.limits = float(self.x.min()), float(self.x.max())
        self.input_limits = float(arrays[0].min()), float(arrays[0].max())
        self.z = as_codes(examination.z).astype("float32")
        refuse_equal_codes(self.z, "a map of them")
        self.classes = None if self.labels is None else self.labels.values[self.rows]
        self._place_points(method, seed)
        if count > max_points:
            self.stated = f"{max_points:,} of {count:,} examples, drawn at random. {self.stated}"

    @property
    def latent_dim(self):
        return self.z.shape[1]

    def code_at(self, place):
        """The code `(latent_dim,)` that a place `(2,)` stands for."""
        if self.latent_dim <= 2:
            code = np.asarray(place, "float32")[: self.latent_dim]
        else:
            code = self._code_of_place.predict([place])[0].astype("float32")
        return self.model.latent.geometry.onto(code)

    def places_of(self, z):
        """The places `(n, 2)` of codes `(n, latent_dim)`, found in milliseconds."""
        if self.latent_dim == 2:
            return np.asarray(z)
        if self.latent_dim == 1:
            return np.stack([z[:, 0], np.full(len(z), np.median(self.points[:, 1]))], axis=1)
        if self.projection.config["method"] == "pca":
            return self.projection.transform(z)
        return self._place_of_code.predict(z)

    def landing(self, z):
        """The places `(n, 2)` where the projection itself puts new codes, if it can."""
        if self.projection is None or not self.projection.method.can_transform:
            return self.places_of(z)
        return self.projection.transform(z)

    def nearest(self, code):
        """The 5 examples with the nearest codes, the nearest first: integer array of indices."""
        return self._place_of_code.kneighbors([code], return_distance=False)[0]

    def _conditions(self, class_names):
        condition = self.model.condition
        if condition is None or condition.y_shape or "int" not in condition.y_dtype:
            return {}
        names = as_labels(self.y, len(self.y), class_names).names  # pyright: ignore[reportArgumentType]
        return dict(zip(np.unique(self.y).tolist(), names))  # pyright: ignore[reportArgumentType, reportCallIssue]

    def _place_points(self, method, seed):
        from sklearn.neighbors import KNeighborsRegressor

        self.projection = None
        if self.latent_dim > 2:
            self.projection = project(self.z, method=method, seed=seed)
            self.points, self.axes = self.projection.points, self.projection.config["axes"]
            self.stated = " ".join([self._stated(method, seed), *self.projection.config["notes"]])
            if self.projection.method.can_transform:
                # Which compiles it, so that no one waits later.
                self.projection.transform(self.z[:1])
        elif self.latent_dim == 2:
            self.points, self.axes = self.z, ("z[0]", "z[1]")
            self.stated = "The map is the codes themselves: a place decodes the code that it is."
        else:
            heights = np.zeros(len(self.z)) if self.classes is None else self.classes
            self.points = np.stack([self.z[:, 0], heights], axis=1)
            self.axes = "z[0]", "" if self.classes is None else "number of the class"
            self.stated = "The map is the code, from left to right; up and down does not matter."
        # A tree asks one core; for a single code the threads of "brute" can take longer to start.
        nearest = KNeighborsRegressor(
            min(NEAREST, len(self.z)), weights="distance", algorithm="kd_tree"
        )
        self._place_of_code = nearest.fit(self.z, self.points)
        self._code_of_place = KNeighborsRegressor(**nearest.get_params()).fit(self.points, self.z)

    def _stated(self, method, seed):
        own = self.projection.method.can_transform
        return (
            f'The map is the projection "{method}" of the codes, with seed {seed}. A place decodes '
            f"the mean code of its {NEAREST} nearest examples, weighted by 1/distance. An image of "
            f"your own lies where {'the projection' if own else 'the mean of its nearest codes'} "
            "places it."
        )
