"""Twenty buyers at once on the pages: how long they wait, whether an edit is lost, whether memory grows.

Run from the repository's root::

    python -m experiments.benchmarks.pages DB_URL [--minutes 10] [--buyers 20] [--workers 2] [--pause 1]

Serves the latest plan of the database by so many processes, lets buyers in under names of their own, and has
each look at suppliers and lists and type quantities, with a pause for thought after each. Every edit that was
confirmed must be there at the end.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from forecasting.reviewing.accounts import add_person, new_password
from forecasting.serving import DATABASE
from forecasting.store.application.lines import find_lines
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person
from forecasting.store.application.plans import latest_plan, register_plans
from forecasting.store.application.selection import Selection


@dataclass
class Seen:
    """What all buyers saw together."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    confirmed: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, action: str, took: float, status: int) -> None:
        """One answer."""
        with self.lock:
            self.seconds[action].append(took)
            if status >= 400:
                self.errors.append(f"{action}: {status}")


class Buyer(threading.Thread):
    """Somebody who works on lines of their own, so that what is there at the end can only be theirs."""

    def __init__(self, address: str, name: str, password: str, work: dict[str, Any], seen: Seen) -> None:
        super().__init__(name=name)
        self.address, self.password, self.work, self.seen = address, password, work, seen

    def run(self) -> None:
        """Work until the time is over. What ends it before that is an error like any other."""
        time.sleep(self.work["begins_in"])
        try:
            self._work()
        except Exception as error:
            with self.seen.lock:
                self.seen.errors.append(f"gave up: {type(error).__name__}: {error}")

    def _work(self) -> None:
        import httpx2

        with httpx2.Client(base_url=self.address, timeout=30) as client:
            said = {"name": self.name, "password": self.password}
            self._ask(client, "sign in", "post", "/sign-in", data=said)
            page = client.get("/account").text
            client.headers["x-csrf"] = re.search(r'"X-CSRF": "([^"]+)"', page)[1]  # type: ignore[index]  # it is there
            client.headers["hx-request"] = "true"
            edits = 0
            while time.monotonic() < self.work["until"]:
                edits += 1
                self._edit(client, self.work["lines"][edits % len(self.work["lines"])], edits)
                time.sleep(self.work["pause"])

    def _ask(self, client: Any, action: str, method: str, path: str, **said: Any) -> Any:
        begun = time.perf_counter()
        answer = client.request(method, path, **said)
        self.seen.note(action, time.perf_counter() - begun, answer.status_code)
        return answer

    def _edit(self, client: Any, line: Any, edits: int) -> None:
        base = f"/plans/{line.run}/lines/{line.number}"
        if edits % 5 == 1:
            self._ask(client, "supplier", "get", f"/supplier?name={quote_plus(line.supplier)}")
        if edits % 20 == 1:
            self._ask(client, "all lines", "get", "/lines", headers={"hx-target": "grid"})
        wanted = line.suggested + (edits % 7 + 1) * line.pack_size
        self._ask(client, "what-if", "get", f"{base}/what-if?quantity={wanted}")
        version = self.work["versions"].get(line.number, 0)
        row = self._ask(
            client, "edit", "post", f"{base}/quantity", data={"version": version, "quantity": f"{wanted}"}
        )
        found = re.search(r'data-saved="([\d.]+)".*', row.text)
        told = re.search(r'"version": (\d+)', row.text)
        if row.status_code == 200 and found and told:
            self.work["versions"][line.number] = int(told[1])
            with self.seen.lock:
                self.seen.confirmed[line.number] = found[1]


@contextmanager
def served(url: str, workers: int) -> Iterator[tuple[str, int]]:
    """The pages in processes of their own: their address, and the first one's process number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import uvicorn; uvicorn.run('forecasting.web.app:create_app', factory=True, "
        f"port={port}, workers={workers}, log_level='warning')"
    )
    environment = {**os.environ, DATABASE: url}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    try:
        for _ in range(300):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait()


def megabytes(pid: int) -> float:
    """The memory of a process and of those that it started, each its own: not the pages of the database file,
    which all of them map and the system may take back.
    """
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    statm = [Path(f"/proc/{each}/statm").read_text(encoding="ascii") for each in (pid, *children)]
    pages = [int(resident) - int(shared) for _, resident, shared, *_ in map(str.split, statm)]
    return sum(pages) * os.sysconf("SC_PAGESIZE") / 1e6


def main() -> None:
    """Let them work, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--buyers", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds")
    asked = parser.parse_args()

    store = Store(asked.url)
    with store.writing() as transaction:
        register_plans(transaction)
        plan = latest_plan(transaction)
        if plan is None:
            sys.exit("there is no plan in this database")
        lines = find_lines(transaction, Selection(plan.run, only="suggested", size=20 * asked.buyers))
    people = [(f"buyer {os.getpid()} {number}", new_password()) for number in range(asked.buyers)]
    for name, password in people:
        add_person(store, Person(name, "buyer", None, True), password)

    seen, until = Seen(), time.monotonic() + 60 * asked.minutes
    with served(asked.url, asked.workers) as (address, pid):
        buyers = []
        for number, (name, password) in enumerate(people):
            own = lines[number :: asked.buyers]
            versions = {line.number: line.version for line in own}
            # Nobody signs in at the same moment as nineteen others.
            work = {"lines": own, "versions": versions, "until": until, "pause": asked.pause}
            work["begins_in"] = number * asked.pause
            buyers.append(Buyer(address, name, password, work, seen))
        for buyer in buyers:
            buyer.start()
        memory = []
        while any(buyer.is_alive() for buyer in buyers):
            time.sleep(5)
            memory.append(megabytes(pid))
        for buyer in buyers:
            buyer.join()

    kept = {number: _saved(store, plan.run, number) for number in seen.confirmed}
    lost = [number for number, saved in seen.confirmed.items() if kept[number] != float(saved)]
    store.close()
    print(f"{asked.buyers} buyers, {asked.workers} processes, {asked.minutes:g} minutes")
    for action, seconds in sorted(seen.seconds.items()):
        ordered = sorted(seconds)
        middle, late = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
        print(f"  {action:10} {len(ordered):7,} median {middle * 1e3:5.0f} ms, 95 % {late * 1e3:5.0f} ms")
    print(f"  errors {len(seen.errors)} {sorted(set(seen.errors))[:5]}, lost edits {len(lost)}")
    first, middle, last = memory[0], memory[len(memory) // 2], memory[-1]
    print(f"  memory {first:.0f} MB at first, {middle:.0f} half way, {last:.0f} at the end")


def _saved(store: Store, run: str, number: int) -> float:
    from forecasting.store.application.lines import find_numbered

    with store.reading() as transaction:
        found = find_numbered(transaction, run, number)
    return -1.0 if found is None else float(found.quantity)


if __name__ == "__main__":
    main()
