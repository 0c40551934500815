"""What customers are promised at night: held against what was given, told where it is given, on the pages."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pydantic import SecretStr

from forecasting.bootstrap import promise_with_pins
from forecasting.config import Secrets
from forecasting.errors import ConfigError, PartialFailure
from forecasting.store.application.opened import Store
from forecasting.store.application.pins import add_pin
from forecasting.store.application.plans import latest_run, register_plans, rows_of
from forecasting.store.application.promised import promises_given, promises_in_force
from forecasting.store.application.scenarios import promote
from forecasting.store.application.tables import plan_table, runs_seen
from tests.support.builders import order
from tests.support.command import reorder
from tests.support.company import SKUS, TONIGHT, company
from tests.support.night import night, nightly_job, read_tables

TOMORROW = TONIGHT + timedelta(days=1)
WAITS = ("W1", "W2")
LINE = {"order": WAITS[0], "line": None}


@pytest.fixture
def job(tmp_path):
    made = nightly_job(tmp_path)
    waiting(tmp_path / "data", TONIGHT)
    return made


def waiting(folder: Path, tonight, shipped: str = "") -> None:
    """The company's tables of a night, in which two customers wait for goods; one has got them by now."""
    company(folder, tonight)
    orders = read_tables(folder)["orders"]
    open_lines = [
        order(SKUS[0], str(TONIGHT), 30, order=name, status="open", customer=f"C-{name}") for name in WAITS
    ]
    for each in open_lines:
        if each["order"] == shipped:
            each |= {"status": "shipped", "shipped_at": str(tonight)}
    more = orders.assign(status="shipped").to_dict("records") + open_lines
    pd.DataFrame(more).to_csv(folder / "orders.csv", index=False)


def set_up(job, **settings) -> None:
    file = job[0]
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **settings}))


def in_database(job, read):
    store = Store(job[1])
    with store.writing() as transaction:
        register_plans(transaction)
        found = read(transaction)
    store.close()
    return found


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*.txt")}


def test_they_are_tried_out_into_the_database_and_bind_no_later_night(job):
    done = night(job)
    run = in_database(job, lambda transaction: latest_run(transaction, "promise"))
    assert (run.run, run.described["applied"]) == (done.promised["run"], False)
    lines = in_database(job, lambda transaction: rows_of(transaction, "promises", run.run))
    assert {line["order"] for line in lines} == set(WAITS)
    assert not (done.day / "promise" / "notices").exists()
    text, page = ((done.day / f"report.{kind}").read_text() for kind in ("txt", "html"))
    for said in ("Customers wait for 2 order lines", "These promises are tried out only."):
        assert said in text and said in page

    waiting(job[2] / "data", TOMORROW)
    assert night(job, TOMORROW).promised["previous"] is None


def test_what_is_given_binds_the_next_night_and_customers_are_told_once(job):
    set_up(job, run_give_promises=True)
    first = night(job)
    told = names(first.day / "promise" / "notices")
    assert len(told) == first.told == len(WAITS)
    assert f"These promises are given: {len(WAITS)} notices" in (first.day / "report.txt").read_text()
    # Run again, as after a kill, the night is held against the same promises, and says the same.
    again = night(job)
    assert again.promised["run"] == first.promised["run"]
    assert names(again.day / "promise" / "notices") == told

    waiting(job[2] / "data", TOMORROW, shipped=WAITS[1])
    second = night(job, TOMORROW)
    assert second.promised["previous"] == first.promised["run"]
    assert second.promised["stability"]["promised_again"] == 1
    assert "Of 1 promised before" in (second.day / "report.txt").read_text()
    (notice,) = names(second.day / "promise" / "notices") - told
    assert f"Your order {WAITS[1]}" in (second.day / "promise" / "notices" / notice).read_text()
    assert in_database(job, promises_in_force).run == second.promised["run"]


def test_a_no_of_a_customer_is_heard_the_next_night(job, tmp_path):
    answers = tmp_path / "answers.csv"
    answers.write_text("order,line,answer\n")
    set_up(job, run_answers=str(answers))
    with pytest.raises(ConfigError, match="run_give_promises"):
        night(job)
    set_up(job, run_give_promises=True)
    night(job)
    answers.write_text(f"order,line,answer\n{WAITS[0]},,no\n")
    waiting(job[2] / "data", TOMORROW)
    second = night(job, TOMORROW)
    lines = in_database(job, lambda transaction: rows_of(transaction, "promises", second.promised["run"]))
    assert {line["order"]: line["consent"] for line in lines} == {"W1": "declined", "W2": "not_needed"}


def test_what_a_person_gave_stays_given_when_the_night_is_run_again(job):
    done = night(job)
    run = done.promised["run"]
    planned = in_database(job, lambda transaction: rows_of(transaction, "recommendations", done.run))
    secrets = Secrets(database_url=SecretStr(job[1]))
    promise_with_pins(done.source, done.config, planned, None, [], secrets, give=run)
    assert in_database(job, promises_given).run == run
    again = night(job)
    assert (again.promised["run"], again.promised["applied"]) == (run, True)
    assert in_database(job, promises_given).run == run


def test_goods_set_aside_for_what_is_no_longer_there_keep_no_order_back(job):
    night(job)
    in_database(job, lambda transaction: add_pin(transaction, LINE, "P-NONE", None, "Hers", "ann"))
    with pytest.raises(PartialFailure, match=r"promises were made anew and not given \(.*P-NONE"):
        night(job)
    assert (job[2] / "orders").is_dir()


def test_promises_that_were_given_are_found_however_many_were_tried_out_since(job):
    set_up(job, run_give_promises=True)
    given = night(job).promised["run"]
    set_up(job, run_give_promises=False)

    def many(transaction):
        for back in range(40):
            said = {"run": f"later{back}", "applied": False, "previous": given}
            values = {"run": said["run"], "command": "promise"}
            transaction.execute(plan_table("runs").insert().values(**values, described=json.dumps(said)))
            seen = {"as_of": TOMORROW + timedelta(days=back), "seen_at": datetime(2026, 7, 1, 0, back)}
            transaction.execute(runs_seen.insert().values(**values, **seen))

    in_database(job, many)
    assert in_database(job, promises_in_force).run == given


def test_the_command_says_what_was_assumed_and_is_strict_where_that_is_asked_for(job):
    _, url, folder = job
    arguments = ("run", "--db", url, "--config", job[0], "--as-of", TONIGHT)
    in_order = reorder(*arguments)
    assert in_order.code == 0, in_order.err
    assert "Assumed, where the dataset does not say" in in_order.out and "review_days" in in_order.out

    products = read_tables(folder / "data")["products"].assign(unit_price=[3, 9, 9])
    products.to_csv(folder / "data" / "products.csv", index=False)
    odd = reorder(*arguments)
    assert odd.code == 0 and "What looks odd (" in odd.out
    strict = reorder(*arguments, "--strict")
    assert strict.code == 1 and "--strict lets none pass" in strict.err
    assert (folder / "nights" / str(TONIGHT) / "report.txt").is_file()


def test_settings_that_were_promoted_on_the_pages_hold_at_night_and_set_holds_over_them(job):
    night(job)
    in_database(job, lambda transaction: promote(transaction, "slow", "ann", {"lead_time_days": 11.0}))
    arguments = ("run", "--db", job[1], "--config", job[0], "--as-of", TONIGHT)
    ended = reorder(*arguments)
    assert ended.code == 0 and "settings promoted on the pages: lead_time_days=11.0" in ended.err
    described = json.loads((job[2] / "nights" / str(TONIGHT) / "plan" / "run.json").read_text())
    assert described["config"]["lead_time_days"] == 11.0
    ended = reorder(*arguments, "--set", "lead_time_days=5")
    described = json.loads((job[2] / "nights" / str(TONIGHT) / "plan" / "run.json").read_text())
    assert described["config"]["lead_time_days"] == 5.0
