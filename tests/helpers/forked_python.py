"""Stands for a Python program that `fork_server.py` runs: its files, its signals, its exit code.

python -IS forked_python.py SOCKET ARGUMENT…        for    python ARGUMENT…
"""

import json
import os
import signal
import socket
import sys

PASSED_ON = (signal.SIGINT, signal.SIGTERM)

signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
server = socket.socket(socket.AF_UNIX)
server.connect(sys.argv[1])
program = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
request = json.dumps(program).encode()
socket.send_fds(server, [len(request).to_bytes(8, "little")], [0, 1, 2])
server.sendall(request)
for number in PASSED_ON:
    signal.signal(number, lambda number, _: server.send(bytes([number])))
signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
answer = server.recv(2)
if not answer:
    sys.exit("The fork server has ended.")
code = int.from_bytes(answer, "little", signed=True)
if code < 0:  # ended by a signal
    if -code in PASSED_ON:
        signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
