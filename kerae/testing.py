"""What every part and every model keeps to, as checks for classes of one's own."""

import math
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops

from .autoencoder import Autoencoder
from .checks.answers import check_answers, check_samples, check_scores, expect
from .configurable import Configurable
from .loading import load

__all__ = ["check_model", "check_part"]

INPUT_SHAPE = (4, 4, 1)
EXAMPLES = 6


def check_part(part):
    """Checks that a part, or a schedule, can be a piece of any model.

    Its config survives a file; what it is made again from its config has the same attributes; the
    model of `part.tried_in()` around it passes `check_model`, and a gradient reaches its variables.

    Args:
        part: `kerae.Part` or `kerae.schedules.Schedule`, of a class that is registered with
            `keras.saving.register_keras_serializable`.

    Example:

    >>> kerae.testing.check_part(kerae.terms.L1(weight=0.5))

    Raises:
        AssertionError: If it fails, with what was expected and what came.
    """
    _check_config(part)
    made = []

    def make():
        again = type(part).from_config(part.get_config())
        networks = {"encoder": keras.layers.Flatten()}
        model = Autoencoder(INPUT_SHAPE, **networks | again.tried_in())
        made.append((again, _trained(again)))
        return model

    given, again = _plain(part), _plain(type(part).from_config(part.get_config()))
    # What is known only in a model may be missing in what is made again.
    other = {k: v for k, v in again.items() if v is not None and given.get(k) != v}
    name = type(part).__name__
    expect(not other, f"{name} from its config to be as the one that was given", other)
    check_model(make)
    again, before = made[0]
    reached = not before or any((a != b).any() for a, b in zip(before, _trained(again)))
    expect(reached, f"training to move variables of {name}", "the same values")


def check_model(make):
    """Checks that a model trains, evaluates, is saved and resumed as every model of kerae does.

    - its config survives a file, and every argument is an attribute of the same name
    - each part gives what it should, in the shape that it should, and as many codes as asked for
    - the KL is that of the codes drawn, within what chance allows
    - reconstructions have the shape of the target, as do samples of a prior that can be drawn from
    - a step of training changes weights, and leaves every number finite
    - neither the reconstruction nor a score of an example depends on the batch that it came in
    - an evaluation gives the same numbers again
    - a file gives the same model back, and training goes on from it to equal weights

    Args:
        make: Function without arguments that makes the model, a new one at each call.

    Example:

    >>> kerae.testing.check_model(lambda: kerae.VAE((4, 4, 1), latent_dim=2))

    Raises:
        AssertionError: If it fails, with what was expected and what came.
    """
    model = make()
    _check_config(model)
    data = examples(model)
    check_answers(model, *data)
    check_samples(model, *data)
    inputs = data if model.condition is not None else data[:1]
    expected = (EXAMPLES, *model.target_shape)
    together, alone = (model.reconstruct(*inputs, batch_size=size) for size in (EXAMPLES, 1))
    expect(together.shape == expected, f"reconstructions of shape {expected}", together.shape)
    close = np.allclose(together, alone, rtol=1e-4, atol=1e-5)
    expect(close, "a reconstruction that does not depend on the batch", "another one alone")

    check_scores(model, data)

    model.compile(keras.optimizers.SGD(1e-3))
    before = model.get_weights()
    model.fit(*data, batch_size=4, epochs=1, verbose=0)
    changed = any((a != b).any() for a, b in zip(before, model.get_weights()))
    expect(changed, "a step of training to change weights", "the same weights")
    infinite = [v.path for v in model.variables if not np.isfinite(ops.convert_to_numpy(v)).all()]
    expect(not infinite, "finite variables after a step of training", infinite)

    logs = _evaluate(model, data)
    expect(_evaluate(model, data) == logs, "the same evaluation again", "another")

    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        again = load(Path(folder) / "model.keras")
    expect(type(again) is type(model), f"a {type(model).__name__} from the file", type(again))
    _check_close(_evaluate(again, data), logs, "the same evaluation of the model from a file")
    for each in (model, again):
        each.fit(*data, batch_size=4, epochs=1, verbose=0)
    for one, other in zip(model.variables, again.variables, strict=True):
        equal = np.array_equal(*map(ops.convert_to_numpy, (one, other)))
        expect(equal, "training to go on from a file to equal weights", f"another {one.path}")


def _trained(part):
    layer = part if isinstance(part, keras.Layer) else keras.layers.Identity()
    return [ops.convert_to_numpy(variable) for variable in layer.trainable_variables]


def _plain(made):
    """The attributes that can be compared."""
    kinds = bool | int | float | str | tuple | None
    found = {name: value for name, value in vars(made).items() if isinstance(value, kinds)}
    return {name: value for name, value in found.items() if name[0] != "_" and name != "built"}


def examples(model):
    """Examples that a model can be trained on: `(x,)`, or `(x, y)` if it reads labels."""
    generator = np.random.default_rng(0)
    x = generator.random((EXAMPLES, *model.input_shape)).astype(model.input_dtype)
    if not model.label_readers:
        return (x,)
    reader = model.label_readers[0]
    if reader.known_labels is None:
        y = generator.random((EXAMPLES, *reader.y_shape))
    else:
        y = generator.choice(reader.known_labels, (EXAMPLES, *reader.y_shape))
    return x, y.astype(reader.y_dtype)


def _evaluate(model, data):
    return model.evaluate(*data, batch_size=4, return_dict=True, verbose=0)


def _check_config(made):
    name = type(made).__name__
    registered = keras.saving.get_registered_name(type(made))
    expect(">" in registered, f"{name} registered by register_keras_serializable", registered)
    missing = [each for each in made.argument_names() if not hasattr(made, each)]
    expect(not missing, f"every argument of {name} as an attribute of its name", missing)
    config = made.get_config()
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(made))
    expect(type(again) is type(made), f"a {name} from its config", type(again))
    expect(
        isinstance(again, Configurable) and str(again.get_config()) == str(config),
        f"the same config of {name} from its config",
        again.get_config(),
    )


def _check_close(found, expected, what):
    same = found.keys() == expected.keys() and all(
        math.isclose(found[name], value, rel_tol=1e-4, abs_tol=1e-5)
        or (math.isnan(found[name]) and math.isnan(value))
        for name, value in expected.items()
    )
    expect(same, f"{what}, {expected}", found)
