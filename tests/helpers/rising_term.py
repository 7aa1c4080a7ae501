import keras

import kerae


@keras.saving.register_keras_serializable("tests")
class Rising(kerae.Term):
    """A term that grows with training, so that the first epoch is the best."""

    label = "rising"

    def value(self, model, outputs):
        step = keras.ops.cast(keras.ops.convert_to_tensor(model.step), "float32")
        return 0.0 * keras.ops.mean(outputs["z"], axis=(1, 2)) + 100.0 * step
