"""What looks odd is in every output, on the screen, and an error where that is wanted."""

from __future__ import annotations

import json
import sqlite3

import pandas as pd
import pytest

from tests.support.command import AS_OF, QUICK, reorder

WORDS = "stock below zero"


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A dataset in which one count is below zero."""
    folder = tmp_path_factory.mktemp("odd")
    days = pd.date_range("2025-10-01", AS_OF, freq="D")
    orders = pd.DataFrame({"order": range(len(days)), "ordered_at": days, "sku": "A", "quantity": 2})
    orders.to_csv(folder / "orders.csv", index=False, date_format="%Y-%m-%d")
    (folder / "stock.csv").write_text(f"as_of,sku,on_hand\n{AS_OF},A,-3\n")
    return folder


@pytest.mark.parametrize("strict", [(), ("--strict",)])
def test_a_plan_writes_them_and_ends_as_it_was_asked_to(odd, tmp_path, strict):
    out, database = tmp_path / "plan", tmp_path / "runs.sqlite"
    ended = reorder(
        "plan", odd, "--as-of", AS_OF, "--out", out, "--csv", "--db", f"sqlite:///{database}", *QUICK, *strict
    )
    assert ended.code == (1 if strict else 0)
    assert WORDS in ended.out and ("--strict" in ended.err) == bool(strict)

    table = pd.read_parquet(out / "notices.parquet")
    assert WORDS in table["what"].iloc[0] and table["table"].iloc[0] == "stock"
    assert len(pd.read_csv(out / "notices.csv")) == len(table)
    run = json.loads((out / "run.json").read_text())
    assert run["counts"]["notices"] == len(table) and WORDS in run["notices"][0]
    with sqlite3.connect(database) as connection:
        stored = connection.execute('select "what", "row" from notices order by number').fetchall()
    connection.close()
    assert len(stored) == len(table) and WORDS in stored[0][0] and stored[0][1] == 2


def test_a_replay_writes_them_and_says_them(odd, tmp_path):
    out = tmp_path / "replay"
    days = ("--from", "2026-06-01", "--to", AS_OF)
    ended = reorder("replay", odd, *days, "--out", out, "--strict", "--no-equal", *QUICK)
    assert ended.code == 1 and WORDS in ended.out and "--strict" in ended.err
    assert WORDS in pd.read_parquet(out / "notices.parquet")["what"].iloc[0]
    assert json.loads((out / "run.json").read_text())["counts"]["notices"] >= 1


def test_a_forecast_says_them_beside_its_result(odd, tmp_path):
    file = tmp_path / "forecast.parquet"
    asked = ("forecast", odd, "--as-of", AS_OF, "--horizon-days", 14, "--out", file, *QUICK)
    ended = reorder(*asked)
    assert ended.code == 0 and WORDS in ended.err and WORDS not in ended.out
    assert reorder(*asked, "--strict").code == 1 and file.is_file()


def test_a_check_is_strict_where_it_is_asked_to_be(odd):
    assert reorder("check", odd).code == 0
    ended = reorder("check", odd, "--strict")
    assert ended.code == 1 and WORDS in ended.out and "--strict" in ended.err
