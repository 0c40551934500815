"""An HTTP line that is bad: requests are lost, late, doubled or half answered, as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import httpx2

LOST = ("lost_before", "lost_after", "half", "late", "500_before", "500_after", "503", "429")
LINE_FAULTS = ("ok", "doubled", *LOST)


class BadLine(httpx2.BaseTransport):
    """Hands requests to a stand-in, each with the next fault of the script; when it ends, faithfully."""

    def __init__(
        self, answer: Callable[[httpx2.Request], httpx2.Response], script: Iterable[str] = ()
    ) -> None:
        self.answer, self.requests = answer, 0
        self.late: list[httpx2.Request] = []
        self._faults = iter(script)

    def follow(self, script: Iterable[str]) -> None:
        self._faults = iter(script)

    def deliver_all(self) -> None:
        """What was late arrives now; nobody waits for its answer any more."""
        while self.late:
            self.answer(self.late.pop(0))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests += 1
        fault = next(self._faults, "ok")
        if fault == "late":
            self.late.append(request)
            raise httpx2.ReadTimeout("no answer in time", request=request)
        if fault == "lost_before":
            raise httpx2.ConnectError("cut", request=request)
        if fault == "500_before":
            return httpx2.Response(500, text="<html>oops</html>", request=request)
        if fault in ("503", "429"):
            return httpx2.Response(int(fault), headers={"Retry-After": "2"}, request=request)
        if fault == "doubled":
            self.answer(request)
        answered = self.answer(request)
        if fault in ("lost_after", "half"):
            raise httpx2.RemoteProtocolError("the body ends before its end", request=request)
        if fault == "500_after":
            return httpx2.Response(500, text="<html>oops</html>", request=request)
        return answered
