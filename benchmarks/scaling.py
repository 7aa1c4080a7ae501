"""What several devices cost: weak scaling of the dense VAE over logical devices of the CPU.

    python benchmarks/scaling.py

Prints a table in Markdown. TensorFlow's MirroredStrategy, JAX' `keras.distribution.DataParallel`,
and PyTorch processes under `torchrun`, with the same work for each device. The devices share the
cores, so that images a second can at best stay what they are for one: what is lost is overhead.
Communication is the time that summing arrays of the gradients' shapes over the devices takes alone,
by the collective that training uses; its share is that of the step.
"""

import argparse
from contextlib import ExitStack

from contenders import (
    BACKENDS,
    Contender,
    add_thread_option,
    in_turn,
    machine,
    share_machine,
    table,
)

DEVICES = (1, 2, 4, 8)
BATCH_SIZE = 128  # of each device
STEPS = 50  # of an epoch
ROUNDS = 5

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--backends", nargs="+", choices=BACKENDS, default=BACKENDS)
parser.add_argument("--devices", nargs="+", type=int, default=DEVICES, help="1 has to be first")
parser.add_argument("--steps", type=int, default=STEPS, help="of an epoch")
parser.add_argument("--rounds", type=int, default=ROUNDS)
add_thread_option(parser)
args = parser.parse_args()


def started(backend, devices):
    command = ["scaling_process.py", devices, BATCH_SIZE, args.steps]
    environment = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    if backend == "torch":
        torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", devices]
        command = torchrun + command
        environment["OMP_NUM_THREADS"] = str(max(1, args.threads // devices))
    process = processes.enter_context(Contender(command, backend, environment))
    for _ in range(2):  # to compile: the second finds the variables where the first left them
        process.ask()
    return process


share_machine(args.threads)
measured = []
for backend in args.backends:
    with ExitStack() as processes:
        running = {devices: started(backend, devices) for devices in args.devices}
        for told in in_turn(running, args.rounds):
            one = told[args.devices[0]]["step"]
            for devices, answer in told.items():
                measured.append(
                    {
                        "backend": backend,
                        "devices": devices,
                        "ms/step": answer["step"],
                        "images/s": 1000 * BATCH_SIZE * devices / answer["step"],
                        "images/s beside 1 device": one * devices / answer["step"],
                        "communication, ms": answer["communication"],
                        "of the step": answer["communication"] / answer["step"],
                    }
                )

print(machine("keras", "jax", "tensorflow", "torch"))
print(
    f"\n{BATCH_SIZE} images a device and step; medians of {args.rounds} rounds of "
    f"{args.steps} steps.\n"
)
print(table(measured, ["backend", "devices"]))
