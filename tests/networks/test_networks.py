import keras
import pytest

from kerae import networks

SHAPES = [
    (28, 28, 1),
    (32, 32, 3),
    (30, 17, 1),
    (16, 16, 1),
    (64, 48, 3),
    (15, 40, 1),
    (8, 8, 1),
    (784,),
    (12, 3),
]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def is_convolutional(network):
    kinds = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    return any(isinstance(layer, kinds) for layer in network.layers)


def is_large_image(shape):
    return shape in [(28, 28, 1), (32, 32, 3), (30, 17, 1), (16, 16, 1), (64, 48, 3)]


@every_shape
def test_the_encoder_turns_data_into_features(shape):
    encoder = networks.default_encoder(shape)
    assert encoder.input_shape == (None, *shape)
    assert len(encoder.output_shape) == 2
    assert is_convolutional(encoder) == is_large_image(shape)


@every_shape
def test_the_decoder_turns_codes_into_data_without_an_activation(shape):
    decoder = networks.default_decoder((2, 5), shape)
    assert decoder.input_shape == (None, 2, 5)
    assert decoder.output_shape == (None, *shape)
    assert is_convolutional(decoder) == is_large_image(shape)
    last = [layer for layer in decoder.layers if layer.weights][-1]
    assert last.activation is keras.activations.linear


def test_images_are_halved_down_to_seven_pixels_or_less():
    encoder = networks.default_encoder((28, 28, 1))
    convolutions = [each for each in encoder.layers if isinstance(each, keras.layers.Conv2D)]
    assert [each.output.shape[1:] for each in convolutions] == [(14, 14, 16), (7, 7, 32)]


def test_widths_and_activations_are_the_users_choice():
    encoder = networks.dense_encoder((3,), widths=(7, 5), activation="tanh")
    decoder = networks.dense_decoder((3,), (4,), widths=(5, 7), activation="tanh")
    dense = lambda net: [each for each in net.layers if isinstance(each, keras.layers.Dense)]  # noqa: E731
    assert [each.units for each in dense(encoder)] == [7, 5]
    assert [each.units for each in dense(decoder)] == [5, 7, 4]
    hidden = [*dense(encoder), *dense(decoder)[:-1]]
    assert all(each.activation is keras.activations.tanh for each in hidden)
    assert networks.convolutional_encoder((16, 16, 1), width=9).output_shape == (None, 9)
