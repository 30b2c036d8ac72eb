#!/usr/bin/env python3
"""Rules behind `mingjian serve`: how long after an event is acknowledged what it decides is on the sink.

    Benchmarks/live_rules.py [--binary PATH] [--rules Rules] [--rate 10000] [--seconds 20] [--directory DIR]

Starts `mingjian serve --rules` on a log of its own in DIR (a real disk, or the figure says nothing) and sends events at an even rate,
in batches of 50 over some connections. Follows the file of findings as it grows. The latency of a hit is from the answer that
acknowledged its event (or from its sending, with --from-send) until its line is in the file; that of a missed deadline from the
deadline. Before any time is printed the net of the file, once all has been judged, is compared with what
`mingjian live inspect --net` finds in the same events.
"""
import argparse
import datetime
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

BATCH = 50
ASKED = ["请问这件什么时候发货？", "多少钱可以优惠吗", "质量怎么样", "我要退款", "在吗", "能送到北京吗", "尺码怎么选", "好的谢谢"]
SAID = ["您好，在的亲", "48小时内发货哦", "这款质量很好的", "稍等帮您看一下", "加我微信吧", "好的亲，祝您生活愉快", "最低价了呢", "可以的，亲拍下备注即可"]


def stamp(seconds):
    moment = datetime.datetime.fromtimestamp(int(seconds * 1000) / 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def make(number, generator, conversations):
    """The parts of an event beside its time; conversations are long and many at once, as in a shop."""
    who = generator.randrange(conversations)
    event = {
        "id": f"e{number}", "shop": f"店{who % 10}", "time": "@", "type": "message", "conversation": f"c{who}",
        "buyer": f"b{who}",
    }
    if generator.random() < 0.5:
        event |= {"from": "buyer", "text": generator.choice(ASKED)}
    else:
        event |= {"from": "agent", "agent": f"客服{who % 40}", "text": generator.choice(SAID)}
    head, tail = json.dumps(event, ensure_ascii=False).split('"@"')
    return head.encode() + b'"', b'"' + tail.encode()


class Sender(threading.Thread):
    """Sends every so many-th batch at its time and notes when each was acknowledged."""

    def __init__(self, batches, first, step, begin, rate, port):
        super().__init__()
        self.batches, self.first, self.step, self.begin, self.rate, self.port = batches, first, step, begin, rate, port
        self.sent, self.faults, self.late = [], [], 0.0

    def run(self):
        client = http.client.HTTPConnection("localhost", self.port, timeout=60)
        for number in range(self.first, len(self.batches), self.step):
            due = self.begin + number * BATCH / self.rate
            wait = due - time.time()
            if wait > 0:
                time.sleep(wait)
            now = time.time()
            self.late = max(self.late, now - due)
            moment = stamp(now).encode()
            body = b"\n".join(head + moment + tail for head, tail in self.batches[number])
            client.request("POST", "/api/v1/events", body, {"Content-Type": "application/x-ndjson"})
            answer = json.loads(client.getresponse().read())
            self.sent.append((number, moment, now, time.time()))
            if answer.get("taken") != len(self.batches[number]):
                self.faults.append(answer)


class Follower(threading.Thread):
    """Reads the file of findings as it grows and notes when each line was there."""

    def __init__(self, path):
        super().__init__()
        self.path, self.seen, self.isOver = path, [], False

    def run(self):
        while not os.path.exists(self.path):
            time.sleep(0.01)
        with open(self.path, "rb") as file:
            rest = b""
            while True:
                piece = file.read(1 << 20)
                if not piece:
                    if self.isOver:
                        return
                    time.sleep(0.002)
                    continue
                now = time.time()
                lines = (rest + piece).split(b"\n")
                rest = lines.pop()
                self.seen += [(now, line) for line in lines]


def metric(port, name):
    client = http.client.HTTPConnection("localhost", port, timeout=30)
    client.request("GET", "/metrics")
    for line in client.getresponse().read().decode().splitlines():
        if line.startswith(name + " "):
            return int(line.split()[-1])
    raise SystemExit(f"no metric {name}")


def net(lines):
    standing = {}
    for line in lines:
        change = json.loads(line)
        if change["change"] == "assert":
            standing[change["id"]] = change
        else:
            standing.pop(change["id"], None)
    return standing


def percentiles(name, values):
    values = sorted(values)
    if not values:
        return print(f"{name}: none")
    at = lambda share: values[min(len(values) - 1, int(len(values) * share))] * 1000
    print(
        f"{name}: {len(values)}, p50 {at(0.5):.1f} ms, p90 {at(0.9):.1f} ms, p99 {at(0.99):.1f} ms, "
        f"max {values[-1] * 1000:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=".build/release/mingjian")
    parser.add_argument("--rules", default="Rules")
    parser.add_argument("--rate", type=int, default=10_000, help="events a second")
    parser.add_argument("--seconds", type=int, default=20, help="for which events come")
    parser.add_argument("--wait", type=int, default=70, help="seconds behind them, in which deadlines expire")
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--from-send", action="store_true", help="measure from the sending of an event")
    parser.add_argument("--directory", default=".")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="live-rules-", dir=options.directory)
    log, path = os.path.join(folder, "log"), os.path.join(folder, "findings.ndjson")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Made before the clock starts, but for the time: writing JSON in Python is not what is measured.
    generator = random.Random(1)
    count = options.rate * options.seconds
    events = [make(number, generator, options.conversations) for number in range(count)]
    batches = [events[start:start + BATCH] for start in range(0, count, BATCH)]
    server = subprocess.Popen(
        [options.binary, "serve", "--log", log, "--port", str(port), "--rules", options.rules, "--findings", path],
        stderr=subprocess.DEVNULL)
    follower = Follower(path)
    follower.start()
    try:
        for _ in range(600):
            try:
                client = http.client.HTTPConnection("localhost", port, timeout=5)
                client.request("GET", "/readyz")
                client.getresponse().read()
                break
            except OSError:
                time.sleep(0.05)
        time.sleep(1)
        begin = time.time() + 0.2
        senders = [
            Sender(batches, first, options.connections, begin, options.rate, port)
            for first in range(options.connections)
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        took = time.time() - begin
        faults = [fault for sender in senders for fault in sender.faults]
        if faults:
            raise SystemExit(f"not all events were taken: {faults[:1]}")
        behind = metric(port, "mingjian_rules_lag_events")
        time.sleep(options.wait)
        if metric(port, "mingjian_rules_lag_events") != 0:
            raise SystemExit("the rules have not kept up")
        stop = time.time()
    finally:
        server.terminate()
        server.wait()
        follower.isOver = True
        follower.join()
    try:
        sent = sorted(entry for sender in senders for entry in sender.sent)
        # The same events in the order of their receipt, as far as it is known: the net does not rest on it.
        copy = os.path.join(folder, "events.ndjson")
        with open(copy, "wb") as file:
            for number, moment, _, _ in sent:
                for head, tail in batches[number]:
                    file.write(head + moment + b'","received":"' + moment + tail + b"\n")
            # A tick that tells the time at which the server stopped, and nothing beyond it.
            tick = {"id": "end", "shop": "店0", "time": stamp(stop), "received": stamp(stop), "type": "tick"}
            file.write(json.dumps(tick, ensure_ascii=False).encode() + b"\n")
        inspected = subprocess.run(
            [options.binary, "live", "inspect", copy, "--rules", options.rules], check=True, capture_output=True)
        # Of the last two seconds the server may have said all or nothing; the end of the file of events says more.
        edge = stamp(stop - 2)
        expected, got = net(inspected.stdout.splitlines()), net(line for _, line in follower.seen)
        missing = [change for id, change in expected.items() if change["decided"]["at"] <= edge and id not in got]
        extra = [change for id, change in got.items() if id not in expected]
        if missing or extra:
            raise SystemExit(f"{len(missing)} findings are missing and {len(extra)} too many: {(missing + extra)[0]}")
        acknowledged = {}
        for _, moment, start, answered in sent:
            reference = start if options.from_send else answered
            acknowledged[moment.decode()] = min(reference, acknowledged.get(moment.decode(), reference))
        hits, deadlines = [], []
        for seen, line in follower.seen:
            change = json.loads(line)
            at = change["decided"]["at"]
            if change["change"] != "assert":
                continue
            if change["outcome"] == "hit" and at in acknowledged:
                hits.append(max(0.0, seen - acknowledged[at]))
            else:
                moment = datetime.datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()
                deadlines.append(max(0.0, seen - moment))
        print(
            f"{count} events in {took:.1f} s ({count / took:,.0f}/s, {len(senders)} connections, batches of {BATCH}; sent late by "
            f"{max(sender.late for sender in senders) * 1000:.0f} ms at most), {len(follower.seen)} lines, net {len(got)} as live inspect; "
            f"{behind} events behind at the end of sending")
        percentiles("hits", hits)
        percentiles("deadlines", deadlines)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
