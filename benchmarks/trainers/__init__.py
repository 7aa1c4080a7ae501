"""Ways to train one VAE: by hand in each framework, by Keras, by kerae, by pythae.

A module here has `trainer(network, batch_size, steps_per_execution)`, which gives a function
`train(x, epochs)` that goes on training where it ended, and returns the mean loss of the last
epoch, in nats per example. All take Adam with Keras' defaults, kernels from Glorot's uniform
distribution and biases of 0, and shuffle every epoch.
"""

LEARNING_RATE = 1e-3
BETAS = (0.9, 0.999)
EPSILON = 1e-7
# The widths of the dense layers, or None for convolutions, and the dimensions of the latent.
NETWORKS = {"dense": ((512,), 16), "convolutional": (None, 16), "tiny": ((32,), 2)}
MAPS = (16, 32)  # the channels of the convolutions of VQ-VAEs
# Of VQ-VAEs: the codes, the EMA of the codebook, and what the commitment to a code weighs.
CODES = {"num_codes": 512, "code_dim": 16, "decay": 0.99, "commitment": 0.25}
# By name, kerae's class and what it is given beside the networks. Others have their own defaults
# of what is not here.
MODELS = {
    "VAE": ("VAE", {}),
    "IWAE": ("IWAE", {"num_samples": 10}),
    "MIWAE": ("MIWAE", {"num_samples": 10, "num_groups": 2}),
    "PIWAE": ("PIWAE", {"num_samples": 10, "num_groups": 2}),
    "CIWAE": ("CIWAE", {"num_samples": 10}),
    "planar": ("FlowVAE", {"flow": "planar", "num_flows": 2}),
    "IAF": ("FlowVAE", {"flow": "iaf", "num_flows": 2}),
    "VampPrior": ("VampVAE", {"num_pseudo_inputs": 50}),
    "S-VAE": ("SVAE", {}),
    "PoincareVAE": ("PoincareVAE", {}),
    "HVAE": ("HVAE", {}),
    "RHVAE": ("RHVAE", {}),
}
