"""What is measured of each example of a batch, by one rule wherever it is asked for."""

from keras import ops


def measured(model, x, y=None):
    """What a model makes of each example, as tensors; repeatable, like evaluation.

    Args:
        model: `kerae.Autoencoder`.
        x: Tensor `(batch, *input_shape)`.
        y: Tensor of what a conditional model is conditioned on.
    Returns:
        Dict: `x`, the example as the model sees it; `z`, its code, and `z_drawn`, one draw from
        q(z|x), both flat; `error`, the mean over pixels of (x - x_hat)^2, x_hat decoded from `z`;
        `reconstruction`, - log p(x|z_drawn) in nats; and for codes with a density `kl`, the
        KL(q(z|x) || p(z)) in nats of each dimension, or of all in one column.
    """
    outputs = model.propagate(x, y)
    z = model.latent.mode(outputs["posterior"])
    parameters = model.likelihood_parameters(z, outputs["condition"])
    difference = ops.square(outputs["x"] - model.likelihood.mean(parameters))
    found = {
        "x": outputs["x"],
        "z": _flat(z),
        "z_drawn": _flat(outputs["z"][:, 0]),
        "error": ops.mean(_flat(difference), axis=1),
        "reconstruction": -ops.mean(outputs["log_likelihood"], axis=1),
    }
    if model.latent.has_density:
        found["kl"] = model.latent.kl_divergence(outputs["posterior"], outputs["z"], model.prior)
    return found


def _flat(tensor):
    return ops.reshape(tensor, (ops.shape(tensor)[0], -1))
