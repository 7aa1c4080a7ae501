"""A step that is compiled, and an epoch that is one graph, with the data on the device.

The networks are Keras', which cost nothing once they are traced; the loop and Adam are not.
"""

import keras
import tensorflow as tf

from . import BETAS, EPSILON, LEARNING_RATE
from .keras_networks import keras_networks


def trainer(network, batch_size, steps_per_execution=None):
    encoder, decoder, latent_dim = keras_networks(network)
    heads = keras.layers.Dense(2 * latent_dim)
    heads.build(encoder.output_shape)
    layers = (encoder, heads, decoder)
    variables = [variable.value for layer in layers for variable in layer.trainable_variables]
    first, second = ([tf.Variable(tf.zeros_like(v)) for v in variables] for _ in range(2))
    count = tf.Variable(0.0)
    # XLA's convolutions are slower than TensorFlow's on a CPU.
    on_gpu = bool(tf.config.list_physical_devices("GPU"))

    @tf.function(jit_compile=network != "convolutional" or on_gpu, reduce_retracing=True)
    def step(x):
        with tf.GradientTape() as tape:
            mean, log_variance = tf.split(heads(encoder(x)), 2, axis=1)
            z = mean + tf.exp(0.5 * log_variance) * tf.random.normal(tf.shape(mean))
            error = tf.nn.sigmoid_cross_entropy_with_logits(x, decoder(z))
            kl = 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - 1 - log_variance, axis=1)
            loss = tf.reduce_mean(tf.reduce_sum(error, axis=(1, 2, 3)) + kl)
        gradients = tape.gradient(loss, variables)
        count.assign_add(1.0)
        rate = LEARNING_RATE * tf.sqrt(1 - BETAS[1] ** count) / (1 - BETAS[0] ** count)
        for variable, m, v, gradient in zip(variables, first, second, gradients):
            m.assign_add((1 - BETAS[0]) * (gradient - m))
            v.assign_add((1 - BETAS[1]) * (gradient * gradient - v))
            variable.assign_sub(rate * m / (tf.sqrt(v) + EPSILON))
        return loss * tf.cast(tf.shape(x)[0], loss.dtype)

    @tf.function
    def epoch(x):
        order = tf.random.shuffle(tf.range(len(x)))
        whole = len(x) // batch_size * batch_size
        total = 0.0
        for rows in tf.reshape(order[:whole], (-1, batch_size)):
            total += step(tf.gather(x, rows))
        if whole < len(x):
            total += step(tf.gather(x, order[whole:]))
        return total

    def train(x, epochs):
        x = tf.constant(x)
        for _ in range(epochs):
            total = epoch(x)
        return float(total) / len(x)

    return train
