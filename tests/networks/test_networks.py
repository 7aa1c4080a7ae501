import keras
import numpy as np
import pytest

import kerae
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


def kinds_and_shapes(network):
    return [(type(each).__name__, each.output.shape[1:]) for each in network.layers]


def test_without_a_width_there_is_no_dense_layer_between_convolutions_and_code():
    shape = (28, 28, 1)
    model = kerae.AE(
        shape,
        latent_dim=16,
        encoder=networks.convolutional_encoder(shape, width=None),
        decoder=networks.convolutional_decoder((16,), shape, width=None),
    )
    assert kinds_and_shapes(model.encoder) == [
        ("Conv2D", (14, 14, 16)),
        ("Conv2D", (7, 7, 32)),
        ("Flatten", (1568,)),
    ]
    convolutions = [each for each in model.encoder.layers if each.weights]
    assert {each.padding for each in convolutions} == {"same"}
    assert model.latent.head.kernel.shape == (1568, 16)
    assert model.latent.head.activation is keras.activations.linear
    assert kinds_and_shapes(model.decoder) == [
        ("Flatten", (16,)),
        ("Dense", (1568,)),
        ("Reshape", (7, 7, 32)),
        ("Conv2DTranspose", (14, 14, 16)),
        ("Conv2DTranspose", (28, 28, 1)),
    ]


def test_dense_networks_with_dropout_around_a_bounded_code():
    shape = (28, 28, 1)
    hidden = {"widths": (64, 64), "activation": "elu", "dropout": 0.1}
    model = kerae.AE(
        shape,
        latent_dim=16,
        code_activation="tanh",
        encoder=networks.dense_encoder(shape, **hidden),
        decoder=networks.dense_decoder((16,), shape, **hidden),
    )
    middle = [("Dense", (64,)), ("Dropout", (64,))] * 2
    assert kinds_and_shapes(model.encoder) == [("Flatten", (784,)), *middle]
    assert kinds_and_shapes(model.decoder) == [
        ("Flatten", (16,)),
        *middle,
        ("Dense", (784,)),
        ("Reshape", shape),
    ]
    for network in (model.encoder, model.decoder):
        assert [each.rate for each in network.layers if hasattr(each, "rate")] == [0.1, 0.1]
        activations = [each.activation for each in network.layers if each.weights][:2]
        assert activations == [keras.activations.elu] * 2
    assert model.latent.head.kernel.shape == (64, 16)
    assert np.abs(model.encode(np.ones((1, *shape), "float32"))).max() < 1
