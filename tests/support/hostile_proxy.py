"""A proxy on loopback that cuts, delays and delivers after the time-out, doubles, halves and refuses."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HURTS = ("delay", "double", "cut_before", "cut_after", "500_before", "500_after", "429", "half")
FAULTS = (*("pass",) * len(HURTS), *HURTS)
"""Half of all requests are hurt: otherwise hardly an order gets beyond its first look."""


class HostileProxy:
    """Hands requests to ``port``, each with a fault drawn from the seed; JSON-RPC methods in ``hit`` only.

    ``timeout``: seconds after which whoever asks gives up; what is delayed comes before or after.
    """

    def __init__(self, port: int, seed: int, hit: tuple[str, ...], timeout: float = 1.0) -> None:
        self.upstream, self.hit, self.hostile, self.timeout = port, hit, True, timeout
        self.chance, self.faults = random.Random(seed), Counter()
        self.lock = threading.Lock()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                proxy.carry(self)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def carry(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        fault = self._fault(json.loads(body)["method"])

        def deliver() -> tuple[int, bytes]:
            line = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
            kept = {
                name: request.headers[name]
                for name in ("Content-Type", "Authorization")
                if name in request.headers
            }
            line.request("POST", request.path, body, kept)
            answer = line.getresponse()
            return answer.status, answer.read()

        if fault == "cut_before":
            return self._cut(request)
        if fault in ("500_before", "429"):
            return self._answer(request, int(fault[:3]), b"oops")
        if fault == "delay":
            time.sleep(self.chance.uniform(0.5, 4.0) * self.timeout)
        copies = [
            threading.Thread(target=self._quietly, args=(deliver,))
            for _ in range(3 if fault == "double" else 0)
        ]
        for copy in copies:
            copy.start()
        try:
            status, content = deliver()
        except OSError:
            return self._cut(request)
        if fault == "cut_after":
            return self._cut(request)
        if fault == "500_after":
            return self._answer(request, 500, b"oops")
        return self._answer(request, status, content, half=fault == "half")

    def _fault(self, method: str) -> str:
        with self.lock:
            fault = self.chance.choice(FAULTS) if self.hostile and method.endswith(self.hit) else "pass"
            self.faults[fault] += 1
        return fault

    @staticmethod
    def _quietly(call) -> None:
        with suppress(OSError, http.client.HTTPException):
            call()

    @staticmethod
    def _cut(request) -> None:
        request.close_connection = True
        with suppress(OSError):
            request.connection.close()

    def _answer(self, request, status: int, content: bytes, *, half: bool = False) -> None:
        with suppress(OSError):
            request.send_response(status)
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content[: len(content) // 2] if half else content)
        if half:
            self._cut(request)
