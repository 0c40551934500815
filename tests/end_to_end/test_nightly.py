"""The nightly job: killed at any stage and run again, nothing is ordered twice and nothing is lost."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
import yaml

from forecasting.bootstrap.night_stages import STAGES, GuardError
from forecasting.connectors.targets import registry
from forecasting.connectors.targets.memory import ReservingMemoryTarget
from forecasting.connectors.targets.port import Held
from forecasting.dataset.write import write_database
from forecasting.reviewing.deciding import approve
from forecasting.store.application import outbox
from forecasting.store.application.opened import Store
from tests.support.command import reorder
from tests.support.company import SKUS, TONIGHT, company
from tests.support.living_shop import LivingShop
from tests.support.night import night, nightly_job, read_tables, sent
from tests.support.review import ANN, lines, opened, seen

KILLED = [(stage, event) for stage in STAGES for event in ("begins", "ends")]
QUICK = [("approve", "ends")]


@pytest.fixture
def job(tmp_path):
    return nightly_job(tmp_path)


class Killed(BaseException):
    """The job dies here: nothing is tidied up."""


def units(job) -> dict[str, float]:
    """What was ordered in all, by SKU."""
    found: dict[str, float] = {}
    for each in sent(job).values():
        for sku, quantity in each.order.quantities.items():
            found[sku] = found.get(sku, 0) + float(quantity)
    return found


def kill_on(job, on: date, stage: str, event: str) -> None:
    def watch(now: str, what: str) -> None:
        if (now, what) == (stage, event):
            raise Killed

    with pytest.raises(Killed):
        night(job, on, watch=watch)


def assert_survives(job, stage, event, expected):
    kill_on(job, TONIGHT, stage, event)
    done = night(job)
    assert units(job) == expected
    assert done.run and len(sent(job)) == 2


@pytest.fixture
def undisturbed(job, tmp_path_factory):
    """What a night that nobody kills orders."""
    night(job)
    ordered = units(job)
    assert set(ordered) == set(SKUS)
    for name in ("r.db", "r.db-wal", "r.db-shm"):
        (job[2] / name).unlink(missing_ok=True)
    for folder in ("orders", "nights"):
        (job[2] / folder).rename(tmp_path_factory.mktemp("before") / folder)
    return ordered


@pytest.mark.parametrize(("stage", "event"), QUICK)
def test_a_night_that_is_killed_and_run_again_orders_once(job, stage, event):
    kill_on(job, TONIGHT, stage, event)
    assert not sent(job)
    night(job)
    items = [sku for each in sent(job).values() for sku in each.order.quantities]
    assert sorted(items) == sorted(SKUS)


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "event"), KILLED)
def test_a_night_that_is_killed_anywhere_and_run_again_orders_once(job, undisturbed, stage, event):
    assert_survives(job, stage, event, undisturbed)


def test_a_night_that_has_ordered_and_finds_more_when_it_is_run_again_orders_nothing_twice(job):
    """A shop sells on between the kill and the second start: the plan is another one then."""
    kill_on(job, TONIGHT, "send", "ends")
    ordered, before = units(job), {each.order.run for each in sent(job).values()}
    orders = pd.read_csv(job[2] / "data/orders.csv")
    late = orders.tail(1).assign(order="LATE", ordered_at=str(TONIGHT))
    pd.concat([orders, late]).to_csv(job[2] / "data/orders.csv", index=False)
    done = night(job)
    assert done.run not in before
    assert units(job) == ordered
    assert "2 orders for" in (done.day / "report.txt").read_text(), "the night's, whichever plan they are of"


def test_the_next_night_knows_what_was_sent_and_does_not_order_it_again(job):
    night(job)
    first = units(job)
    tomorrow = TONIGHT + timedelta(days=1)
    company(job[2] / "data", tomorrow)
    done = night(job, tomorrow)
    assert done.added == len(SKUS)
    again = units(job)
    assert all(again[sku] - first[sku] < 0.5 * first[sku] for sku in SKUS)


def test_a_night_with_a_table_missing_stops_and_orders_nothing(job):
    night(job)
    before = sent(job)
    tomorrow = TONIGHT + timedelta(days=1)
    company(job[2] / "data", tomorrow, skip="stock")
    with pytest.raises(GuardError, match="table stock is missing"):
        night(job, tomorrow)
    assert sent(job) == before
    report = (job[2] / "nights" / str(tomorrow) / "report.txt").read_text()
    assert "Stopped at check" in report and "table stock is missing" in report
    assert "reorder_run_stopped 1.0" in (job[2] / "nights/metrics.prom").read_text()


@pytest.mark.slow
def test_what_a_buyer_approved_since_is_ordered_before_the_next_plan(job):
    file, url, folder = job
    held = {**yaml.safe_load(file.read_text()), "approve_line_value": 0}
    file.write_text(yaml.safe_dump(held))
    night(job)
    assert not sent(job)
    store = opened(url)
    approved = approve(store, ANN, seen(lines(store, only="suggested")[0]))
    store.close()

    tomorrow = TONIGHT + timedelta(days=1)
    company(folder / "data", tomorrow)
    done = night(job, tomorrow)
    assert units(job) == {approved.sku: float(approved.quantity)}
    assert done.added == 1


def test_what_cannot_be_sent_waits_and_no_secret_is_told(job, monkeypatch):
    file, url, folder = job
    monkeypatch.setenv("HOOK_SECRET", "hunter2")
    hook = {"kind": "webhook", "url": "http://127.0.0.1:9", "secret": {"env": "HOOK_SECRET"}}
    (folder / "targets.yaml").write_text(yaml.safe_dump({"hook": hook}))
    settings = {**yaml.safe_load(file.read_text()), "run_target": "hook", "run_patience": 0}
    file.write_text(yaml.safe_dump({**settings, "run_targets": str(folder / "targets.yaml")}))

    ended = reorder("run", "--db", url, "--config", file, "--as-of", TONIGHT)
    shown = reorder("status", "--db", url)
    assert (ended.code, shown.code) == (3, 0), ended.err
    assert "2 orders are not in the ordering system" in ended.err
    assert "2 waiting: approved, and still to be written" in shown.out
    assert "no whole answer (ConnectError)" in shown.out
    assert "reorder_run_success 0.0" in (folder / "nights/metrics.prom").read_text()

    told = [ended.out, ended.err, shown.out, shown.err]
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert len(kept) > 20
    assert [text for text in told if "hunter2" in text] == []
    assert [path for path, content in kept.items() if b"hunter2" in content] == []


def test_a_shop_that_is_down_keeps_nothing_from_being_ordered(job, monkeypatch):
    file, url, folder = job
    monkeypatch.setenv("SHOP_KEY", "hunter2")
    monkeypatch.setattr("forecasting.connectors.sources.client.Clock.sleep", lambda self, seconds: None)
    (folder / "shop.yaml").write_text("kind: vendure\nurl: http://127.0.0.1:9\nkey: {env: SHOP_KEY}\n")
    settings = {**yaml.safe_load(file.read_text()), "run_publish": str(folder / "shop.yaml")}
    file.write_text(yaml.safe_dump(settings))
    ended = reorder("run", "--db", url, "--config", file, "--as-of", TONIGHT)
    assert ended.code == 3 and "the shop was not told" in ended.err
    assert "hunter2" not in ended.err and set(units(job)) == set(SKUS)
    assert (folder / "nights/believed.json").is_file()


def test_a_parked_order_is_given_up_unless_it_is_there_after_all(job):
    file, url, folder = job
    night(job)
    first, second = sent(job).values()
    store = Store(url)
    with store.writing() as transaction:
        for each in (first, second):
            transaction.execute(sa.update(outbox.o).where(outbox.o.c.key == each.key).values(status="parked"))
    store.close()
    target = yaml.safe_load(file.read_text())["run_target"]

    def give_up(key, *more):
        return reorder("send", "--db", url, "--to", target, "--give-up", key, *more)

    assert "say why by --reason" in give_up(first.key).err
    assert "leave --retry" in give_up(first.key, "--reason", "x", "--retry", "all").err
    assert "name it by --give-up" in reorder("send", "--db", url, "--to", target, "--reason", "x").err
    unknown = reorder("send", "--db", url, "--to", target, "--run", "zzz")
    assert unknown.code == 1 and "holds no plan 'zzz'" in unknown.err
    there = give_up(first.key, "--reason", "x")
    assert there.code == 1 and "is in files:" in there.err
    for path in (folder / "orders").rglob(f"*{first.key}*"):
        path.unlink()
    done = give_up(first.key, "--reason", "ordered by telephone")
    assert done.code == 0, done.err
    shown = reorder("status", "--db", url)
    assert "1 given_up: parked, and given up by a person" in shown.out
    assert "ordered by telephone" in shown.out and "1 parked" in shown.out


def test_what_a_buyer_cancels_or_deletes_there_counts_as_on_order_no_longer_and_is_told(job, monkeypatch):
    target = ReservingMemoryTarget()
    monkeypatch.setattr(registry, "target_named", lambda name, file: registry.Named(name, "memory", target))
    night(job)
    first = list(target.documents)
    assert len(first) == 2
    target.documents[first[0]] = replace(target.documents[first[0]], held=Held.CANCELLED)
    del target.documents[first[1]]
    company(job[2] / "data", TONIGHT + timedelta(days=1))
    second = night(job, TONIGHT + timedelta(days=1))
    # Nothing of the first night comes, so that its items are ordered anew.
    assert second.added == 0
    ordered = {sku for key, each in target.documents.items() if key not in first for sku in each.quantities}
    assert ordered == set(SKUS)
    text = (second.day / "report.txt").read_text()
    assert "was cancelled in the ordering system" in text and "is gone from the ordering system" in text


def test_the_job_imports_first_where_a_mapping_says_how(job, monkeypatch):
    file, url, folder = job
    source = f"sqlite:///{folder / 'erp.db'}"
    write_database(read_tables(folder / "data"), source)
    mapping = {name: {"table": name} for name in ("orders", "products", "stock", "purchase_orders")}
    (folder / "erp.yaml").write_text(yaml.safe_dump(mapping))
    settings = {**yaml.safe_load(file.read_text()), "run_dataset": str(folder / "imported")}
    file.write_text(yaml.safe_dump({**settings, "run_import": str(folder / "erp.yaml")}))

    assert "REORDER_SOURCE" in reorder("run", "--db", url, "--config", file, "--as-of", TONIGHT).err
    monkeypatch.setenv("REORDER_SOURCE", source)
    ended = reorder("run", "--db", url, "--config", file, "--as-of", TONIGHT)
    assert ended.code == 0, ended.err
    assert len(sent(job)) == 2


@pytest.mark.parametrize("counts", [True, False])
def test_the_job_imports_from_any_source_and_nets_what_others_drafted(job, counts):
    file, _, folder = job
    draft = {"purchase_order": "D-1", "sku": SKUS[0], "quantity": 500, "ordered_at": str(TONIGHT)}
    tables = read_tables(folder / "data")
    drafted = pd.DataFrame([{**draft, "status": "draft", "supplier": "ACME"}])
    tables["purchase_orders"] = pd.concat([tables["purchase_orders"], drafted])
    (folder / "exports").mkdir()
    for name, table in tables.items():
        table.to_csv(folder / "exports" / f"their {name}.csv", index=False)
    (folder / "map.yaml").write_text(yaml.safe_dump({name: {"file": f"their {name}.csv"} for name in tables}))
    (folder / "source.yaml").write_text("kind: csv\nfolder: exports\nmapping: map.yaml\n")
    settings = {**yaml.safe_load(file.read_text()), "run_dataset": str(folder / "imported")}
    settings |= {"run_import": str(folder / "source.yaml"), "run_count_drafts": counts}
    file.write_text(yaml.safe_dump(settings))

    done = night(job)
    if not counts:
        assert done.drafts == []
        assert set(units(job)) == set(SKUS)
        return
    assert set(units(job)) == set(SKUS[1:])
    assert [row[0] for row in done.drafts] == ["D-1"]
    told = (done.day / "report.txt").read_text()
    assert "Counted as on order, drafts in the ordering system: 1 lines." in told
    assert "D-1" in (done.day / "report.html").read_text()


BAD_NIGHTS = {6: {"half": True}, 13: {"skip": "stock"}, 21: {"skip": "purchase_orders"}, 27: {"half": True}}


@pytest.mark.slow
def test_thirty_nights_order_what_is_sold_and_stop_exactly_where_the_import_is_bad(job, capsys):
    file, _, folder = job
    settings = {
        **yaml.safe_load(file.read_text()),
        "review_days": 1,
        "lead_time_days": 5,
        "order_cost": 0,
        "line_cost": 0,
    }
    file.write_text(yaml.safe_dump({**settings, "guard_share": 0.5}))
    shop = LivingShop(folder / "data", folder / "orders", TONIGHT, random.Random(4))
    kills, stopped, most = iter(KILLED), [], dict.fromkeys(SKUS, 0)
    for at in range(30):
        day = TONIGHT + timedelta(days=at)
        shop.live(day)
        shop.write(day, **BAD_NIGHTS.get(at, {}))
        stage, event = next(kills, ("", "")) if at and at not in BAD_NIGHTS else ("", "")
        if stage:
            kill_on(job, day, stage, event)
        try:
            night(job, day)
        except GuardError:
            stopped.append(at)
        for sku in SKUS:
            most[sku] = max(most[sku], shop.position(sku))

    assert stopped == list(BAD_NIGHTS)
    assert next(kills, None) is None
    shop.live(TONIGHT + timedelta(days=30))
    store = Store(job[1])
    with store.reading() as transaction:
        orders = outbox.orders(transaction)
    store.close()
    assert sorted(shop.picked_up) == sorted(Path(each.number).stem for each in orders)
    assert {each.status for each in orders} == {"delivered"}
    # Ordered twice, an item's position would be far above what a night and the lead time can sell.
    print(f"{len(orders)} orders, {shop.short} lines short, highest positions {most}")
    assert all(position < 60 for position in most.values())
    assert all(shop.position(sku) > 0 for sku in SKUS)
    assert shop.short < 0.15 * 3 * 30
