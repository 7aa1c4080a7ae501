"""Two processes that train one model, as a launcher on two machines would start them."""

import json
import os
import socket
import subprocess

from python_program import BACKEND

STRATEGY = {"tensorflow": "multi_worker", "jax": "data_parallel", "torch": "torchrun"}[BACKEND]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _environment(index, ports):
    if BACKEND == "tensorflow":
        workers = [f"127.0.0.1:{port}" for port in ports]
        task = {"type": "worker", "index": index}
        return {"TF_CONFIG": json.dumps({"cluster": {"worker": workers}, "task": task})}
    if BACKEND == "jax":
        prefix = "KERAS_DISTRIBUTION_"
        values = {"JOB_ADDRESSES": f"127.0.0.1:{ports[0]}", "NUM_PROCESSES": 2, "PROCESS_ID": index}
    else:
        prefix = ""
        values = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": ports[0], "WORLD_SIZE": 2}
        values |= {"RANK": index, "LOCAL_RANK": index}
    return {prefix + name: str(value) for name, value in values.items()}


def two_processes(command):
    """Starts `command` twice; the two find each other."""
    ports = _free_port(), _free_port()
    common = os.environ | {"COLUMNS": "200", "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [str(part) for part in command],
            env=common | _environment(index, ports),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for index in range(2)
    ]
