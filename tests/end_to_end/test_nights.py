"""Nights on end: a shop and an ordering system live on over HTTP, imports fail, and the job is killed.

The wholesaler is the synthetic one, its shop an Orderspace, its ordering system an Odoo (both stand-ins). A
buyer confirms in the morning what was loaded, and approves what the job left to a person.
"""

from __future__ import annotations

import copy
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
import yaml

from forecasting.bootstrap.night_stages import STAGES
from forecasting.connectors.sources.client import Clock
from forecasting.reviewing.deciding import approve
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.command import Ended, process, reorder
from tests.support.living_systems import ANY, Systems, systems
from tests.support.review import ANN, lines, opened, seen
from tests.support.wholesaler import DAY, Wholesaler, wholesaler

LOADED = ("send", "an order is loaded, and its answer is lost")
KILLS = [*((stage, event) for stage in STAGES for event in ("begins", "ends")), LOADED]

SEEDS = [int(seed) for seed in os.environ.get("REORDER_SEEDS", "1").split()]
"""Of the wholesalers that thirty nights are tried on."""

EMPTY, HALF, BOUGHT, DOWN = "an empty shop", "half a shop", "an empty ordering system", "a shop that refuses"
SAID = {
    EMPTY: "orders are no longer there: that is not believed",
    HALF: "table orders has",
    BOUGHT: "erp.yaml: it says that there is nothing at all",
    DOWN: "What was read is kept: import again later",
}

NIGHT = """
import os, signal, sys
from datetime import date
from pathlib import Path
from forecasting.bootstrap.nightly import run
from forecasting.config import load
from forecasting.connectors.sources.client import Clock
config, url, day, now, stage, event = sys.argv[1:]
Clock.time, Clock.sleep = lambda self: float(now), lambda self, seconds: None
def watch(*at):
    if at == (stage, event):
        os.kill(os.getpid(), signal.SIGKILL)
run(load(Path(config)), url, date.fromisoformat(day), watch)
"""


@dataclass
class Nights:
    """The job of a wholesaler's nights. ``stopped``: nights that ended with 1, and what their reports say."""

    both: Systems
    folder: Path
    settings: dict
    stopped: dict[int, str] = field(default_factory=dict)
    killed: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'r.db'}"

    def configured(self) -> Path:
        given = {
            "run_dataset": str(self.folder / "data"),
            "run_import": str(self.folder / "shop.yaml"),
            "run_folder": str(self.folder / "nights"),
            "run_targets": str(self.folder / "targets.yaml"),
            "run_target": "erp",
            "approve_line_value": 100_000,
            "approve_week_share": None,
            "review_days": 1,
            "guard_share": 0.6,
        }
        file = self.folder / "nightly.yaml"
        file.write_text(yaml.safe_dump({**given, **self.settings}))
        return file

    def night(self, day: date) -> Ended:
        with mock.patch.multiple(Clock, time=lambda _: self.both.clock.now, sleep=lambda *_: None):
            return reorder("run", "--config", self.configured(), "--db", self.url, "--as-of", day)

    def kill(self, day: date, stage: str, event: str) -> None:
        """The night begins, and is killed by kill -9 there."""
        arguments = (self.configured(), self.url, day, self.both.clock.now, stage, event)
        with process(*arguments, code=NIGHT) as job:
            if (stage, event) == LOADED:
                self.both.erp.after_load = lambda: os.kill(job.pid, signal.SIGKILL)
            _, errors = job.communicate(timeout=300)
        self.both.erp.after_load = lambda: None
        if job.returncode == 0 and (stage, event) == LOADED:
            return  # a night without an order
        assert job.returncode == -signal.SIGKILL, errors
        self.killed.append((stage, event))

    def morning(self) -> None:
        """The buyer approves what waits for a person, and sends it."""
        store = opened(self.url)
        waits = lines(store, only="suggested", status="open", size=1_000)
        for each in waits:
            approve(store, ANN, seen(each))
        store.close()
        if waits:
            targets = self.folder / "targets.yaml"
            sent = reorder("send", "--db", self.url, "--to", "erp", "--targets", targets)
            assert sent.code == 0, sent.err

    def sent(self) -> dict[str, dict[str, float]]:
        """The orders of the outbox: units by SKU."""
        store = Store(self.url)
        with store.reading() as transaction:
            orders = outbox.orders(transaction)
        store.close()
        assert {each.status for each in orders} <= {"delivered"}
        return {each.key: {sku: float(q) for sku, q in each.order.quantities.items()} for each in orders}


@contextmanager
def damaged(both: Systems, how: str | None) -> Iterator[None]:
    """The two of them answer so for a night."""
    whole, levels = both.shop.records, both.shop.levels
    chance = random.Random(3)
    share = {EMPTY: 0.0, HALF: 0.55}.get(how, 1.0)
    both.shop.records = {
        kind: {key: each for key, each in records.items() if chance.random() < share}
        for kind, records in whole.items()
    }
    both.shop.levels = {sku: level for sku, level in levels.items() if chance.random() < share}
    both.erp.empty = how == BOUGHT
    if how == DOWN:
        both.shop.per_minute = 0
    yield
    both.shop.records, both.shop.levels = whole, levels
    both.erp.empty, both.shop.per_minute, both.shop.refused_last = False, ANY, None


def live(job: Nights, bad: dict[int, str], kills: list[tuple[str, str]], nights: int) -> None:
    of, left = job.both.of, iter(kills)
    for at in range(nights):
        day = of.begins + DAY * (at + 1)
        job.both.live(day)
        with damaged(job.both, bad.get(at)):
            if at and at not in bad:
                for kill in (each for each in [next(left, None)] if each):
                    job.kill(day, *kill)
            ended = job.night(day)
        report = (job.folder / "nights" / str(day) / "report.txt").read_text()
        if ended.code == 1:
            job.stopped[at] = report
            continue
        assert ended.code == 0, ended.err
        job.morning()
    assert next(left, None) is None, "a kill was not tried"


def by_its_own_rule(of: Wholesaler, nights: int) -> Wholesaler:
    """The same wholesaler, had its own min/max gone on to buy; nothing stops it."""
    for at in range(nights):
        day = of.begins + DAY * (at + 1)
        list(of.live(day))
        of.buy_by_its_own_rule(day)
    return of


def hold_each_other(job: Nights, bad: dict[int, str], kills: list[tuple[str, str]]) -> None:
    """The bad nights alone were stopped; each order is there once, as it was approved; nothing is lost."""
    assert list(job.stopped) == list(bad)
    for at, how in bad.items():
        assert SAID[how] in job.stopped[at], job.stopped[at]
    assert set(job.killed) >= set(kills) - {LOADED}
    of, there = job.both.of, job.both.erp.ours()
    assert there == job.sent() and len(there) >= 4
    confirmed = [each.name for each in of.purchases if each.name in there]
    drafts = [each["origin"] for each in job.both.erp.drafts()]
    assert sorted([*confirmed, *drafts]) == sorted(there)
    # What was sold and came is alike in the shop and on the shelf: nothing came twice, or not at all.
    assert {sku: level["on_hand"] for sku, level in job.both.shop.levels.items()} == of.on_hand


def told(name: str, of: Wholesaler) -> str:
    refused = sum(line.status == "refused" for line in of.short())
    stock = sum(of.held) / len(of.held)
    return f"{name}: {len(of.short())} lines short, {refused} of them refused; stock worth {stock:,.0f}"


def test_eight_nights_order_once_and_stop_where_the_import_is_bad(tmp_path):
    of = wholesaler(items=90, nights=8)
    bad, kills = {3: DOWN, 5: BOUGHT, 7: HALF}, [("import", "ends"), LOADED]
    quick = {"model": "negative_binomial", "run_forecast_days": None}
    with systems(of, tmp_path) as both:
        job = Nights(both, tmp_path, quick)
        live(job, bad, kills, 8)
        hold_each_other(job, bad, kills)
        assert LOADED in job.killed


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_thirty_nights_leave_fewer_lines_short_than_the_shops_own_min_max(tmp_path, seed):
    of = wholesaler(items=300, nights=30, seed=seed)
    rival = by_its_own_rule(copy.deepcopy(of), 30)
    bad = {7: EMPTY, 15: HALF, 20: BOUGHT, 25: DOWN}
    with systems(of, tmp_path) as both:
        job = Nights(both, tmp_path, {})
        live(job, bad, KILLS, 30)
        hold_each_other(job, bad, KILLS)
    done = f"seed {seed}: {len(job.sent())} orders, {len(job.killed)} kills"
    print(f"{done}; {told('ours', of)}; {told('min/max', rival)}")
    assert LOADED in job.killed
    assert len(of.short()) < len(rival.short())
