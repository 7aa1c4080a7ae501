import keras
from keras import ops

from ..noise import FreshNoise, RepeatableNoise
from ..part import Part

POLICIES = ("threshold", "fixed", "dynamic")


@keras.saving.register_keras_serializable("kerae.data")
class Binarize(Part):
    """Makes grey pixels binary, as `preprocessing=` of a model.

    - `"threshold"`: 1 where the pixel is above `threshold`.
    - `"fixed"`: 1 with the pixel as its probability, drawn once for each image: the draw is a
      function of the image and `seed`.
    - `"dynamic"`: drawn anew at every training step; outside of training as `"fixed"`.

    Args:
        policy: One of the three.
        threshold: Float, for `"threshold"`. Defaults to 0.5.
        seed: Integer, for the repeatable draws. Defaults to 0.

    Call arguments:
        x: Tensor `(batch, ...)` with values in [0, 1].
        training: Boolean, whether `"dynamic"` draws anew.

    Example:

    >>> layer = kerae.data.Binarize("threshold")
    >>> np.asarray(layer(np.array([[0.2, 0.8]], "float32"))).tolist()
    [[0.0, 1.0]]

    Raises:
        ValueError: If the policy is unknown.
    Reference:
        Dynamic binarisation: Salakhutdinov and Murray, 2008,
        https://doi.org/10.1145/1390156.1390266
    """

    def __init__(self, policy, threshold=0.5, seed=0, **kwargs):
        super().__init__(**kwargs)
        if policy not in POLICIES:
            raise ValueError(f"Expected `policy` to be one of {POLICIES}. Received: {policy!r}")
        self.policy = policy
        self.threshold = threshold
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x, training=False):
        if self.policy == "threshold":
            return ops.cast(x > self.threshold, self.compute_dtype)
        if self.policy == "dynamic" and training:
            noise = FreshNoise(self.seed_generator, ops.shape(x)[0])
        else:
            noise = RepeatableNoise(RepeatableNoise.identity_of(x), self.seed)
        return ops.cast(x > noise.uniform(tuple(x.shape[1:])), self.compute_dtype)
