"""Runs Python programs as forks of itself, which has imported modules and computed nothing.

    python fork_server.py SOCKET MODULE…

A client, `forked_python.py`, sends the arguments, folder, environment and standard files of a
program, then the signals for it, and gets its exit code. A program ends with its client, the server
when its own input ends.
"""

import atexit
import gc
import json
import os
import random
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

HEAD = 8  # bytes, the length of what follows


def next_program(address, modules):
    """Serves until it is in a fork; returns there what is to be run, and its standard files."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address + ".new")
    listener.listen(64)
    os.rename(address + ".new", address)  # where those who find it can connect
    for module in modules:
        import_module(module)
    gc.freeze()  # what nobody collects stays shared with the forks
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    programs = {}  # their clients, by process
    selector = selectors.DefaultSelector()
    for source in (listener, woken, sys.stdin):
        selector.register(source, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                for process in programs:
                    os.kill(process, signal.SIGKILL)
                os._exit(0)
            if key.fileobj is woken:
                woken.recv(4096)
            elif key.fileobj is listener:
                client, _ = listener.accept()
                try:
                    program, files = _received(client)
                except ValueError:  # it has ended meanwhile
                    client.close()
                    continue
                process = os.fork()
                if not process:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for each in (selector, listener, woken, waker, client, *programs.values()):
                        each.close()
                    return program, files
                for file in files:
                    os.close(file)
                programs[process] = client
                selector.register(client, selectors.EVENT_READ, process)
            elif key.data in programs:
                (number,) = key.fileobj.recv(1) or [signal.SIGKILL]
                os.kill(key.data, number)
                if number == signal.SIGKILL:
                    selector.unregister(key.fileobj)
        for process in list(programs):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                client = programs.pop(process)
                if client in selector.get_map():
                    selector.unregister(client)
                    code = os.waitstatus_to_exitcode(status)
                    with suppress(OSError):  # it has ended at the same time
                        client.sendall(code.to_bytes(2, "little", signed=True))
                client.close()


def _received(client):
    head, files, _, _ = socket.recv_fds(client, HEAD, 3)
    program = client.recv(int.from_bytes(head, "little"), socket.MSG_WAITALL)
    return json.loads(program), files


def run(arguments, folder, environment):
    """Does what `python ARGUMENTS` does."""
    here, wanted = (each.get("KERAS_BACKEND") for each in (os.environ, environment))
    if here != wanted:
        sys.exit(f"Expected KERAS_BACKEND={here}, on which Keras runs here. Received: {wanted}.")
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    random.seed()
    np.random.seed()
    options = []
    while arguments[0] in ("-u", "-c", "-m"):
        options.append(arguments.pop(0))
    if "-u" in options or environment.get("PYTHONUNBUFFERED"):
        sys.stdout.reconfigure(write_through=True)
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    what, *_ = sys.argv = arguments
    if "-m" in options:
        sys.path.insert(0, folder)
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    elif "-c" in options:
        sys.argv[0] = "-c"
        sys.path.insert(0, "")
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(what, "<string>", "exec"), main.__dict__)
    else:
        sys.path.insert(0, str(Path(what).parent))
        runpy.run_path(what, run_name="__main__")


if __name__ == "__main__":
    sys.path.pop(0)  # this folder
    program, files = next_program(sys.argv[1], sys.argv[2:])
    for standard, file in enumerate(files):
        os.dup2(file, standard)
        os.close(file)
    code = 1

    @atexit.register  # before the program registers anything, and so called after it
    def leave():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # tearing down all modules takes seconds

    try:
        run(**program)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
