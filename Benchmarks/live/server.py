"""`mingjian serve` on a log of its own, and requests over plain sockets: a client that costs next to nothing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def binary():
    return os.environ.get("MINGJIAN_BIN") or str(ROOT / ".build/release/mingjian")


class Server:
    """A server until `stop`; its log lies in a new folder of `directory`, or in `log`, which stays."""

    def __init__(self, directory=".", log=None, options=()):
        self.is_own = log is None
        self.log = log or tempfile.mkdtemp(prefix="live-bench-", dir=directory)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [binary(), "serve", "--log", self.log, "--port", str(self.port), *options], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while True:
            try:
                with Connection(self.port) as connection:
                    connection.get("/readyz")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("the server did not start") from None
                time.sleep(0.01)

    def cpu(self):
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, what="VmRSS"):
        """Resident bytes now; `VmHWM` for the most so far."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(row.split()[1] for row in text.splitlines() if row.startswith(what + ":"))) * 1024

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait()
        if self.is_own:
            shutil.rmtree(self.log, ignore_errors=True)


class Connection:
    """HTTP/1.1 kept alive; requests are bytes that were made before."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, request):
        """Sends a whole request and returns the body of the answer."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.rest:
            self.receive()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        fields = head.lower().split(b"\r\n")
        length = int(next(field for field in fields if field.startswith(b"content-length:")).split(b":")[1])
        while len(self.rest) < length:
            self.receive()
        body, self.rest = self.rest[:length], self.rest[length:]
        if fields[0].split(b" ")[1] != b"200":
            raise SystemExit(f"the server answered {head.decode()}: {body[:400].decode()}")
        return body

    def receive(self):
        part = self.socket.recv(1 << 18)
        if not part:
            raise OSError("the connection was closed")
        self.rest += part

    def get(self, path):
        return json.loads(self.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()))

    def figures(self, shop, at):
        return self.get(f"/api/v1/shops/{quote(shop)}/figures?at={at}")


def post(lines):
    """The bytes of a request that brings lines of events."""
    body = b"\n".join(lines)
    head = ("POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    return head.encode() + body
