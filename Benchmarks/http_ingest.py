#!/usr/bin/env python3
"""Events a second over HTTP: batches of 500, answered when they are synced, over some connections.

    Benchmarks/http_ingest.py [--binary PATH] [--batches 200] [--connections 4] [--directory DIR]

Starts `mingjian serve` on a log of its own in DIR (a real disk, or the figure says nothing), sends, and prints events a
second and the time of a batch at the 50th and 99th percentile. The log is removed afterwards.
"""
import argparse
import http.client
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time

SIZE = 500


def batch(connection, number):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    lines = []
    for i in range(SIZE):
        buyer = (number * 7 + i) % 5000
        event = {
            "id": f"{connection}-{number}-{i}", "shop": f"店{buyer % 10}", "time": stamp, "type": "message",
            "conversation": f"c{buyer}", "buyer": f"b{buyer}",
            "from": "buyer" if i % 2 == 0 else "agent",
        }
        if i % 2 == 0:
            event["text"] = "请问这件什么时候发货？"
        else:
            event["agent"] = f"客服{buyer % 40}"
        lines.append(json.dumps(event, ensure_ascii=False))
    return "\n".join(lines).encode()


def send(bodies, port, times, faults):
    client = http.client.HTTPConnection("localhost", port, timeout=60)
    for body in bodies:
        start = time.perf_counter()
        client.request("POST", "/api/v1/events", body, {"Content-Type": "application/x-ndjson"})
        answer = json.loads(client.getresponse().read())
        times.append(time.perf_counter() - start)
        if answer.get("taken") != SIZE:
            faults.append(answer)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=".build/release/mingjian")
    parser.add_argument("--batches", type=int, default=200, help="of each connection")
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--directory", default=".")
    options = parser.parse_args()
    log = tempfile.mkdtemp(prefix="http-ingest-", dir=options.directory)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([options.binary, "serve", "--log", log, "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                client = http.client.HTTPConnection("localhost", port, timeout=5)
                client.request("GET", "/readyz")
                client.getresponse().read()
                break
            except OSError:
                time.sleep(0.05)
        times, faults = [], []
        # Made before the clock starts: writing JSON in Python is not what is measured.
        batches = [[batch(c, n) for n in range(options.batches)] for c in range(options.connections)]
        threads = [threading.Thread(target=send, args=(bodies, port, times, faults)) for bodies in batches]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - start
        if faults or len(times) != options.connections * options.batches:
            raise SystemExit(f"not all events were taken: {faults[:1]}")
        times.sort()
        events = len(times) * SIZE
        print(
            f"{events} events, {options.connections} connections: {events / seconds:,.0f} events/s; a batch of {SIZE}: "
            f"p50 {times[len(times) // 2] * 1000:.1f} ms, p99 {times[len(times) * 99 // 100] * 1000:.1f} ms")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(log)


if __name__ == "__main__":
    main()
