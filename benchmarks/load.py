"""Clients that ask a server without a pause and check each answer; prints as JSON what came of it.

    python benchmarks/load.py http://127.0.0.1:8501/v1/models/vae:predict questions.npz --clients 8

The file has the inputs of a signature as `x`, and what is right for each under the names of the
outputs. Each client keeps one connection and has one request under way.
"""

import argparse
import asyncio
import itertools
import json
import re
import time
from collections import Counter
from urllib.parse import urlsplit

import numpy as np
import orjson

PATIENCE = 30  # seconds for an answer; a request without one is lost
PAUSE = 0.1  # seconds before the next request where one was lost
TOLERANCE = 1e-4  # of a number in an answer, relative to 1 or to the number if larger
FAULTS = {  # status that TensorFlow Serving's API has for them
    "malformed": 400,
    "NaN": 400,
    "wrong shape": 400,
    "unknown signature": 400,
    "oversized": 413,
}

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("url")
parser.add_argument("questions", help=".npz file")
parser.add_argument("--signature", default="encode")
parser.add_argument("--clients", type=int, default=1)
parser.add_argument("--seconds", type=float, default=2.0, help="time that is measured")
parser.add_argument("--warm-up", type=float, default=0.5, help="seconds before it, only checked")
parser.add_argument("--fault-every", type=int, default=0, help="requests per bad one; 0: none")
parser.add_argument("--oversized", type=int, default=2**20 + 1, help="bytes of an oversized body")
args = parser.parse_args()

url = urlsplit(args.url)
with np.load(args.questions) as archive:
    right = dict(archive)
x = right.pop("x")


def request(body):
    head = f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def predict(instance, signature=args.signature):
    document = {"signature_name": signature, "instances": [instance]}
    return orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)


requests = [request(predict(row)) for row in x]
bad = {
    "malformed": predict(x[0])[:-2],
    "NaN": re.sub(rb"\d\.\d+", b"NaN", predict(x[0]), count=1),
    "wrong shape": predict(x[0, :-1]),
    "unknown signature": predict(x[0], "none"),
    "oversized": predict(x[0]).ljust(args.oversized),
}
faults = [(kind, request(bad[kind])) for kind in FAULTS]
numbers = itertools.count(1)
counts = {name: Counter() for name in ("right", "wrong", "lost")}
unexpected, seconds = [], []
begin = time.perf_counter() + args.warm_up
end = begin + args.seconds


async def client():
    connection = None
    while time.perf_counter() < end:
        number = next(numbers)
        if args.fault_every and number % args.fault_every == 0:
            kind, question = faults[number // args.fault_every % len(faults)]
        else:
            kind, question = "good", requests[number % len(x)]
        started = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                connection = connection or await asyncio.open_connection(url.hostname, url.port)
                status, body = await exchange(*connection, question)
        except (OSError, EOFError) as error:  # a time-out is an OSError
            counts["lost"][kind] += 1
            unexpected.append(f"{kind}: {error!r}")
            if connection:
                connection[1].close()
            connection = None
            await asyncio.sleep(PAUSE)
            continue
        finished = time.perf_counter()
        if kind == "good":
            is_right = status == 200 and answers(body, number % len(x))
            if begin <= finished <= end:
                seconds.append(finished - started)
        else:
            is_right = status == FAULTS[kind] and tells_an_error(body)
        counts["right" if is_right else "wrong"][kind] += 1
        if not is_right:
            unexpected.append(f"{kind}: {status} {body[:200]}")
    if connection:
        connection[1].close()


async def exchange(reader, writer, question):
    writer.write(question)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = re.search(rb"\r\ncontent-length: *(\d+)", head)
    return int(head.split()[1]), await reader.readexactly(int(length[1]))


def answers(body, index):
    (row,) = orjson.loads(body)["predictions"]
    return row.keys() == right.keys() and all(
        np.allclose(row[name], right[name][index], TOLERANCE, TOLERANCE) for name in right
    )


def tells_an_error(body):
    document = orjson.loads(body)
    return document.keys() == {"error"} and type(document["error"]) is str


async def main():
    await asyncio.gather(*(client() for _ in range(args.clients)))


asyncio.run(main())
p50, p99 = 1000 * np.quantile(seconds, [0.5, 0.99]) if seconds else (None, None)
print(
    json.dumps(
        {
            "per_second": len(seconds) / args.seconds,
            "p50_ms": p50,
            "p99_ms": p99,
            **counts,
            "unexpected": unexpected[:3],
        }
    )
)
