from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from ..checks.numbers import check_count
from ..checks.types import Shape, Tensor
from ..networks.pixel_cnn import GatedPixelCNN
from .code_prior import CodePrior
from .components import drawn_index

if TYPE_CHECKING:
    from ..autoencoder.autoencoder import Autoencoder


@keras.saving.register_keras_serializable("kerae.priors")
class PixelCNN(CodePrior):
    """Each code of a map is drawn as those above and to the left of it say, by convolutions.

        p(z) = product over places i of  p(k_i | k_1, …, k_i-1, y)

    with k_i the number of the code at place i, row by row, and y the class, where there are
    classes. A vertical stack of convolutions sees the rows above, a horizontal one the row so far
    and what the vertical one sees, so that there is no blind spot; both are gated,
    tanh(a + V y) * sigmoid(b + V' y). A place depends on all before it if num_layers *
    (kernel_size // 2) is at least the longer side of the map less 1.

    A density takes one pass of the network, for each class one; a sample one for each place.

    Args:
        num_classes: Integer, the number of classes. Defaults to 0, for none.
        width: Integer, the channels. Defaults to 64.
        num_layers: Integer. Defaults to 6.
        kernel_size: Odd integer from 3 on. Defaults to 3.

    Example:

    >>> prior = kerae.priors.PixelCNN(width=8, num_layers=2)
    >>> model = kerae.VQVAE((8, 8, 1), num_codes=16, code_dim=4, prior=prior)
    >>> x = np.random.default_rng(0).random((20, 8, 8, 1), dtype="float32")
    >>> prior = prior.fit(model.encode_indices(x), epochs=1)
    >>> model.sample(3).shape
    (3, 8, 8, 1)

    Raises:
        ValueError: If a number is too small or `kernel_size` even, or the codes of a model lie in
            no map `(height, width)`.
    Reference:
        Van den Oord et al., 2016, https://arxiv.org/abs/1606.05328 (the network; there with a
        larger first kernel);
        van den Oord et al., 2017, https://arxiv.org/abs/1711.00937 (over the codes of a VQ-VAE)
    """

    def __init__(
        self,
        num_classes: int = 0,
        width: int = 64,
        num_layers: int = 6,
        kernel_size: int = 3,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_classes, **kwargs)
        check_count("width", width)
        check_count("num_layers", num_layers)
        check_count("kernel_size", kernel_size, least=3)
        if kernel_size % 2 == 0:
            raise ValueError(
                f"Expected `kernel_size` to be odd. Received: {kernel_size}. Take "
                f"{kernel_size + 1}."
            )
        self.width = width
        self.num_layers = num_layers
        self.kernel_size = kernel_size

    def tried_in(self) -> dict[str, Any]:
        from ..networks import residual_decoder, residual_encoder

        shape = (4, 4, 1)
        networks = {
            "encoder": residual_encoder(shape, 4, halvings=1, num_blocks=1),
            "decoder": residual_decoder((2, 2, 3), shape, 4, num_blocks=1),
        }
        return super().tried_in() | networks

    def fit_to(self, model: "Autoencoder") -> None:
        places: Shape = getattr(model.latent, "places", (0, 0))
        if len(places) != 2:
            raise ValueError(
                "Expected codes in a map (height, width), one at each place, under a PixelCNN. "
                f"Received: a model with codes at places {tuple(places)}. Take "
                "kerae.priors.CausalTransformer."
            )
        super().fit_to(model)

    def make_network(self) -> keras.Layer:
        return GatedPixelCNN(
            self.num_codes,
            self.num_classes,
            self.width,
            self.num_layers,
            self.kernel_size,
            dtype=self.dtype_policy,
        )

    def sample_indices(self, noise: Any, labels: Tensor = None) -> Tensor:
        uniform = noise.uniform((self.length,))
        order = ops.arange(self.length, dtype="int32")

        def draw(place, row):
            logits = self.network(ops.reshape(row, (-1, *self.places)), labels)
            probabilities = ops.softmax(ops.take(logits, place, axis=1))
            drawn = drawn_index(ops.take(uniform, place, axis=1), probabilities)
            return ops.where(ops.equal(order, place), ops.expand_dims(drawn, 1), row)

        row = ops.fori_loop(0, self.length, draw, ops.zeros_like(uniform, "int32"))
        return ops.reshape(row, (-1, *self.places))
