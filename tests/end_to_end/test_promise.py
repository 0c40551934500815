"""`reorder promise` from outside: what it writes, what it says, and that nothing is promised twice."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import pandas as pd
import pytest

from tests.support.command import AS_OF, QUICK, reorder

BEFORE = "2026-06-14"
VERDICTS = {"will_make_it", "at_risk", "cannot_make_it", "deadline_passed", "unknown"}


@pytest.fixture(scope="module")
def runs(sample, tmp_path_factory):
    """A run that was applied, and one two weeks later that is held against it."""
    place = tmp_path_factory.mktemp("promised")
    first = reorder("promise", sample, "--as-of", BEFORE, "--out", place / "first", "--apply", *QUICK)
    where = ("--out", place / "second", "--csv", "--db", f"sqlite:///{place / 'runs.sqlite'}")
    second = reorder("promise", sample, "--as-of", AS_OF, *where, "--previous", place / "first", *QUICK)
    return first, second, place


def tables(folder):
    return {file.stem: pd.read_parquet(file) for file in folder.glob("*.parquet")}


def test_every_open_line_has_one_verdict_and_one_message(sample, runs):
    first, second, place = runs
    assert [(ended.code, ended.err) for ended in (first, second)] == [(0, "")] * 2
    orders = pd.read_parquet(sample / "orders.parquet")
    open_lines = orders[orders["status"] == "open"]
    promises = tables(place / "second")["promises"]
    assert set(promises["order"] + "/" + promises["line"]) == set(
        open_lines["order"].astype(str) + "/" + open_lines["line"].astype(str)
    )
    assert not promises.duplicated(["order", "line"]).any()
    assert set(promises["verdict"]) <= VERDICTS
    assert (promises["message"].str.len() > 20).all() and promises["message"].str.endswith(".").all()
    owed = open_lines.set_index(["order", "line"])
    owed = (owed["quantity"] - owed["quantity_shipped"].fillna(0)).sum()
    assert promises["quantity"].sum() == owed == promises[["split_now", "split_later"]].sum().sum()


def test_no_source_gives_more_than_it_has(sample, runs):
    made = tables(runs[2] / "second")
    given = made["promise_sources"]
    bought = pd.read_parquet(sample / "purchase_orders.parquet")
    coming = (
        bought[bought["status"] == "open"].groupby(["purchase_order", "sku"], observed=True)["quantity"].sum()
    )
    used = given[given["source"] == "purchase"].groupby(["purchase_order", "sku"])["quantity"].sum()
    assert len(used) and (used <= coming.reindex(used.index)).all()

    counted = pd.read_parquet(sample / "stock.parquet")
    counted = counted[counted["as_of"] == counted["as_of"].max()].set_index("sku")["on_hand"]
    from_stock = given[given["source"] == "stock"].groupby("sku")["quantity"].sum()
    offered = made["promises"].groupby("alternative")["alternative_quantity"].sum()
    front = made["storefront"].set_index("sku")["promisable_now"]
    products = pd.read_parquet(sample / "products.parquet").set_index("sku")
    sold = front.index[~(products["ends_on"].reindex(front.index) <= pd.Timestamp(AS_OF)).to_numpy()]
    parts = [part.reindex(sold, fill_value=0) for part in (from_stock, offered, front)]
    assert sum(parts).to_dict() == counted.reindex(sold, fill_value=0).to_dict()


def test_the_run_before_tells_who_gains_and_what_became_of_it(runs):
    _, second, place = runs
    run = json.loads((place / "second" / "run.json").read_text())
    before = json.loads((place / "first" / "run.json").read_text())
    assert (before["applied"], run["applied"], run["previous"]) == (True, False, before["run"])
    assert "Tried out only" in second.out and "promised before" in second.out
    made = tables(place / "second")
    promised = tables(place / "first")["promises"].set_index(["order", "line"])
    changes = made["promise_changes"].set_index(["order", "line"])
    again = promised.index.intersection(pd.MultiIndex.from_frame(made["promises"][["order", "line"]]))
    assert run["stability"]["promised_again"] == len(again)
    assert set(changes.index[changes["effect"] == "new"]).isdisjoint(promised.index)
    became = made["promise_outcomes"].set_index(["order", "line"])
    assert len(became) and became.index.isin(promised.index).all()
    assert run["kept"]["judged_p90"] <= len(became)


def test_promises_that_were_only_tried_out_bind_nobody(sample, runs, tmp_path):
    again = ("--previous", runs[2] / "second", "--out", tmp_path)
    ended = reorder("promise", sample, "--as-of", AS_OF, *again, *QUICK)
    assert ended.code == 1 and "only tried out" in ended.err and "--apply" in ended.err
    ended = reorder(
        "promise", sample, "--as-of", "2026-06-07", "--previous", runs[2] / "first", "--out", tmp_path
    )
    assert ended.code == 1 and "after 2026-06-07" in ended.err
    ended = reorder("promise", sample, "--as-of", AS_OF, "--previous", tmp_path, "--out", tmp_path)
    assert ended.code == 1 and "holds no table promises" in ended.err


def test_files_and_database_hold_the_same_and_a_second_run_the_same_bytes(sample, runs, tmp_path):
    place = runs[2]
    with contextlib.closing(sqlite3.connect(place / "runs.sqlite")) as connection:
        for name, table in tables(place / "second").items():
            rows = connection.execute(f"select count(*) from {name}").fetchone()
            assert rows == (len(table),), name
        stored = connection.execute('select "order", line, message from promises order by number').fetchall()
    written = pd.read_csv(place / "second" / "promises.csv", dtype=str)
    assert stored == list(written[["order", "line", "message"]].itertuples(index=False, name=None))
    reorder("promise", sample, "--as-of", AS_OF, "--out", tmp_path, "--previous", place / "first", *QUICK)
    for file in (place / "second").glob("*.parquet"):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name


def test_promises_as_json_are_json_and_nothing_else(sample, tmp_path):
    ended = reorder(
        "promise", sample, "--as-of", AS_OF, "--out", tmp_path, "--rule", "redistribute", "--json", *QUICK
    )
    told = json.loads(ended.out)
    assert told["config"]["promise_rule"] == "redistribute"
    assert len(told["promises"]) == told["counts"]["open_lines"]
    assert len(told["storefront"]) == told["counts"]["items"]


def test_an_unknown_rule_is_answered_with_those_that_there_are(sample, tmp_path):
    ended = reorder("promise", sample, "--as-of", AS_OF, "--out", tmp_path, "--rule", "wins")
    assert ended.code == 1 and "promise_rule" in ended.err and "win" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_words_given_are_kept_or_named_week_after_week(sample, tmp_path):
    """Each rule for some of the items; who is promised less than before, or misses a deadline, is named."""
    skus = sorted(pd.read_parquet(sample / "products.parquet")["sku"])
    rules = ["gain", "win", "gain", "improve", "gain", "redistribute", "fill", "skip"]
    entries = [f"{{sku: {sku}, rule: {rules[place % len(rules)]}}}" for place, sku in enumerate(skus)]
    settings = ("--set", f"promise_rules=[{', '.join(entries)}]", *QUICK)
    before, named, at_stake = None, 0, 0
    for day in ("2026-04-30", "2026-05-03", "2026-05-06", "2026-05-10"):
        out = tmp_path / day
        given = () if before is None else ("--previous", tmp_path / before)
        assert (
            reorder("promise", sample, "--as-of", day, "--out", out, "--apply", *given, *settings).code == 0
        )
        made = tables(out)
        now = made["promises"].set_index(["order", "line"])
        assert not now.index.duplicated().any()
        broken = made["promise_changes"].set_index(["order", "line"])["broken"]
        broken = set(broken.index[broken])

        missed = (now["rule"] == "win") & now["deadline"].notna() & (now["verdict"] != "will_make_it")
        missed |= (now["rule"] == "win") & now["eta_p90"].isna()
        expected = set(now.index[missed])
        if before is not None:
            was = tables(tmp_path / before)["promises"].set_index(["order", "line"])["eta_p90"]
            was = was.reindex(now.index)
            worse = was.notna() & (now["eta_p90"].isna() | (now["eta_p90"] > was))
            expected |= set(now.index[worse & (now["rule"] == "gain")])
            at_stake += int((was.notna() & (now["rule"] == "gain")).sum())
        skipped = set(now.index[now["rule"] == "skip"])
        assert broken - skipped == expected
        named, before = named + len(expected), day
    assert named and at_stake
