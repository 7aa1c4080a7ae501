"""The learning rate of a run, from its first step to its last."""

import keras

WARM_UP = 0.1  # of the steps
START = 0.1  # of the rate


def warmed_up_cosine(rate: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """Rises from a tenth of the rate to all of it in a tenth of the steps, and falls to 0 by a
    cosine.

    Adam's first steps are as long as the rate whatever the gradients; a rate that they bear could
    be larger later.

    Example:

    >>> from kerae.run.learning_rate import warmed_up_cosine
    >>> schedule = warmed_up_cosine(0.002, steps=1000)
    >>> [f"{float(schedule(step)):.4f}" for step in (0, 50, 100, 550, 1000)]
    ['0.0002', '0.0011', '0.0020', '0.0010', '0.0000']

    Reference:
        Loshchilov and Hutter, 2017, https://arxiv.org/abs/1608.03983 (the cosine)
    """
    risen = int(WARM_UP * steps)
    if not risen:
        return keras.optimizers.schedules.CosineDecay(rate, steps)
    return keras.optimizers.schedules.CosineDecay(
        START * rate, steps - risen, warmup_target=rate, warmup_steps=risen
    )
