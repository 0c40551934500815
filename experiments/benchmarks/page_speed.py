"""How long a buyer waits on a plan of 30,000 lines, in a real browser and at the server.

Run from the repository's root, on a database as ``experiments.benchmarks.pages_data`` writes it::

    python -m experiments.benchmarks.page_speed DB_URL [--times 9]

Serves the database by one process and works on it in Chromium. Printed of each action: the milliseconds that
the browser took (median and worst; a page until its ``load`` event is over, a change of a list from the
request to the settled swap, an edit from the key to the kept number) and the processor time of the server,
which does not depend on what else the machine has to do. Approvals are undone.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from experiments.benchmarks.pages import served
from forecasting.reviewing.accounts import add_person, make_token
from forecasting.store.application.opened import Store
from forecasting.store.application.people import Person
from forecasting.store.application.plans import register_plans
from tests.support.browser import PASSWORD, Browser

LOADED = "() => { const e = performance.getEntriesByType('navigation')[0]; return e.loadEventEnd; }"
SWAPS = """() => {
  window.swaps = []; let begun = 0;
  document.addEventListener('htmx:beforeRequest', () => { begun = performance.now(); });
  document.addEventListener('htmx:afterSettle', (e) => {
    window.swaps.push([e.detail.target.id, performance.now() - begun]);
  });
}"""
PATIENCE = 60_000
PAUSE = 700
"""Milliseconds between two actions: a buyer's eyes are slower."""


class Measured:
    """Milliseconds of each action: of the browser, and of the server's processor."""

    def __init__(self, pid: int, tab: Any) -> None:
        self.server = psutil.Process(pid)
        self.tab = tab
        self.seen: dict[str, list[tuple[float, float]]] = {}

    def cpu(self) -> float:
        """Processor time of the server so far, in milliseconds."""
        each = [process.cpu_times() for process in (self.server, *self.server.children(recursive=True))]
        return 1e3 * sum(times.user + times.system for times in each)

    def of(self, action: str, act: Callable[[], float]) -> None:
        """One action, which says how long the browser took."""
        # What an action leaves to be done in the background is not the next one's.
        self.tab.wait_for_timeout(PAUSE)
        before = self.cpu()
        took = act()
        self.seen.setdefault(action, []).append((took, self.cpu() - before))

    def lines(self) -> Iterator[str]:
        """A line of text for each."""
        yield f"{'ms':26} {'browser':>8} {'worst':>8} {'server CPU':>11}"
        for action, taken in self.seen.items():
            browser, server = zip(*taken, strict=True)
            middle, busy = statistics.median(browser), statistics.median(server)
            yield f"{action:26} {middle:8.0f} {max(browser):8.0f} {busy:11.0f}"


@contextmanager
def working(url: str) -> Iterator[tuple[Any, str, Measured, str]]:
    """A buyer at a browser: a page, the address, what is measured, and a token for REST."""
    name = f"buyer {os.getpid()}"
    person = Person(name, "buyer", None, True)
    store = Store(url)
    with store.writing() as transaction:
        register_plans(transaction)
    add_person(store, person, PASSWORD)
    token = make_token(store, person, "speed", "read")
    store.close()
    with served(url, 1) as (address, pid), Browser() as browser:
        buyer = browser.person(address, name)
        buyer.page.set_default_timeout(PATIENCE)
        yield buyer.page, address, Measured(pid, buyer.page), token
        if buyer.wrong:
            print("went wrong:", buyer.wrong)


def page(tab: Any, address: str) -> float:
    """Go there: until the page is complete."""
    tab.goto(address, wait_until="load")
    return float(tab.evaluate(LOADED))


def swap(tab: Any, target: str, act: Callable[[], Any]) -> float:
    """Do something that swaps a part of the page: from the request until it has settled."""
    tab.evaluate("() => { window.swaps = []; }")
    act()
    tab.wait_for_function("(id) => window.swaps.some((each) => each[0] === id)", arg=target)
    return float(tab.evaluate("(id) => window.swaps.find((each) => each[0] === id)[1]", target))


def edit(tab: Any, place: int) -> float:
    """One pack more, from Enter until the kept number shows."""
    box = tab.locator("table.lines tbody tr").nth(place).locator("input.q")
    row = tab.locator("table.lines tbody tr").nth(place).get_attribute("id")
    pack = float(box.get_attribute("aria-label").rsplit(" ", 1)[1].replace("\u2009", ""))
    box.fill(f"{float(box.get_attribute('data-saved')) + pack:g}")
    box.focus()
    return swap(tab, row, lambda: tab.keyboard.press("Enter"))


def rest(tab: Any, address: str, token: str) -> float:
    """One answer of the REST interface, from a program."""
    return float(
        tab.evaluate(
            """async ([address, token]) => {
              const begun = performance.now();
              const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` } });
              await answer.text();
              if (!answer.ok) throw new Error(address + ': ' + answer.status);
              return performance.now() - begun;
            }""",
            [address, token],
        )
    )


def bulk(tab: Any) -> tuple[float, str]:
    """Approve all that is shown, from the agreement until the list shows it: and what was approved."""
    tab.locator("form[data-sure] button").click()
    said = tab.locator("#sure-text").inner_text()
    return swap(tab, "grid", lambda: tab.locator("#sure-ok").click()), said


def measure(tab: Any, address: str, measured: Measured, token: str, turn: int) -> None:
    """One round of all."""
    sku = "CA-10010-07"
    measured.of("a supplier's page", lambda: page(tab, f"{address}/supplier?name=Juniper+Works+{turn + 1}"))
    tab.evaluate(SWAPS)
    measured.of("an edit", lambda: edit(tab, turn))
    measured.of("all lines", lambda: page(tab, f"{address}/lines"))
    tab.evaluate(SWAPS)
    measured.of("filter", lambda: swap(tab, "grid", lambda: tab.select_option("#only", "runs_out")))
    measured.of("filter, every line", lambda: swap(tab, "grid", lambda: tab.select_option("#only", "")))
    sort = tab.locator("th a", has_text="Cash")
    measured.of("sort, every line", lambda: swap(tab, "grid", sort.click))
    measured.of("search", lambda: swap(tab, "grid", lambda: tab.fill("#search", f"lamp {turn}"[:-2])))
    measured.of("all suppliers", lambda: page(tab, f"{address}/"))
    measured.of("an item", lambda: page(tab, f"{address}/item?sku={sku}"))
    measured.of("customers", lambda: page(tab, f"{address}/customers"))
    api = f"{address}/api/v1"
    measured.of("REST: storefront", lambda: rest(tab, f"{api}/storefront?sku={sku}", token))
    measured.of("REST: lines of one item", lambda: rest(tab, f"{api}/lines?skus={sku}", token))


def main() -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--times", type=int, default=9)
    asked = parser.parse_args()
    with working(asked.url) as (tab, address, measured, token):
        page(tab, f"{address}/")
        for turn in range(asked.times):
            measure(tab, address, measured, token, turn)
        for _ in range(3):
            page(tab, f"{address}/lines")
            tab.evaluate(SWAPS)
            said = ""

            def approve() -> float:
                nonlocal said
                took, said = bulk(tab)
                return took

            measured.of("bulk approval", approve)
            measured.of("undo of that", lambda: swap(tab, "grid", tab.locator("#toast button").click))
        print(said)
        print(f"load {os.getloadavg()[0]:.1f}")
        print("\n".join(measured.lines()))


if __name__ == "__main__":
    main()
