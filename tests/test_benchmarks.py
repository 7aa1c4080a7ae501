"""The benchmarks still run, and the load on a server notices what goes wrong."""

import json
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.once
BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def printed(script, *arguments):
    command = [sys.executable, BENCHMARKS / script, *arguments]
    result = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, timeout=500
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
def test_serving():
    page = printed("serving.py", "--minutes", 0.02, "--repeats", 1, "--seconds", 0.5)
    rows = [row.strip("| ").split(" | ") for row in page.splitlines() if row.startswith("|")]
    first = Counter(row[0] for row in rows)
    assert first["1"] == 3 + 2 and first["64"] == 3 + 2 and first["8"] == 2
    assert {"good", "NaN", "malformed", "oversized", "wrong shape"} < first.keys()


class Careless(BaseHTTPRequestHandler):
    """Says the same to everyone, and hangs up on each twentieth request of a connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves as a whole

    def setup(self):
        super().setup()
        self.answered = 0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answered += 1
        if self.answered == 20:
            self.close_connection = True
            return
        answer = json.dumps({"predictions": [{"mean": [1.0], "log_variance": [2.0]}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def test_load_tells_right_from_wrong_and_lost(tmp_path):
    x, one = np.full((4, 2, 2), 0.5, "float32"), np.ones((4, 1))
    one[3] = 1.01  # of four answers the last is wrong
    np.savez(tmp_path / "questions.npz", x=x, mean=one, log_variance=np.full((4, 1), 2.0))
    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        threading.Thread(target=server.serve_forever).start()
        options = ["--seconds", 1, "--warm-up", 0, "--fault-every", 3]
        url = f"http://127.0.0.1:{server.server_port}/v1/models/vae:predict"
        told = json.loads(printed("load.py", url, tmp_path / "questions.npz", *options))
        server.shutdown()
    right, wrong, lost = told["right"], told["wrong"], told["lost"]
    assert right.keys() == {"good"} and right["good"] > wrong["good"] > 0
    assert {"malformed", "oversized"} < wrong.keys() and sum(lost.values()) > 0
    asked = sum(map(sum, (right.values(), wrong.values(), lost.values())))
    faults = sum(
        count for kind, count in (Counter(wrong) + Counter(lost)).items() if kind != "good"
    )
    assert faults == asked // 3
