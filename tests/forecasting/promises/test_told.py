"""What a line is told that was promised a day before: it stays where it can, and moves where it must."""

from __future__ import annotations

import pytest

from tests.forecasting.promises.test_promise import by_order, line, promised, shop


def again(folder, was, now, settings=()):
    """The tables of a run after one that promised ``was``, with a purchase order due on ``now``."""
    lines = [line("L1", "A", 3)]
    first, run = promised(shop(folder / "a", lines, purchases=[("P1", "A", 3, was)]), applied=True)
    given = shop(folder / "b", lines, purchases=[("P1", "A", 3, now)])
    tables, told = promised(given, settings=settings, previous=first["promises"], previous_run=run["run"])
    return by_order(first, "eta_p90")["L1"], tables, told


@pytest.mark.parametrize(("sooner", "moves"), [(1, True), (30, False)])
def test_a_better_day_is_told_only_if_it_is_much_better(tmp_path, sooner, moves):
    settings = (f"promise_sooner_days={sooner}",)
    was, tables, told = again(tmp_path, "2026-06-22", "2026-06-18", settings)
    now = by_order(tables, "eta_p90")["L1"]
    assert (now < was) == moves and (now == was) != moves
    assert told["stability"]["earlier"] == int(moves)
    kinds = tables["notices_to_customers"]["kind"].tolist()
    assert kinds == (["new_date"] if moves else [])


def test_a_worse_day_is_told_however_little_worse_it_is(tmp_path):
    was, tables, told = again(tmp_path, "2026-06-22", "2026-06-23", ("promise_sooner_days=30",))
    assert by_order(tables, "eta_p90")["L1"] > was
    assert (told["stability"]["later"], told["stability"]["broken"]) == (1, 1)


def test_a_line_that_is_skipped_is_told_what_it_was_told_and_is_named_where_that_cannot_be(tmp_path):
    was, tables, told = again(tmp_path, "2026-06-15", "2026-07-20", ("promise_rule=skip",))
    assert by_order(tables, "eta_p90")["L1"] == was
    changes = tables["promise_changes"]
    assert changes[["order", "rule", "effect", "broken"]].to_numpy().tolist() == [
        ["L1", "skip", "same", True]
    ]
    assert told["stability"]["moved"] == 0


def test_a_line_that_is_skipped_without_a_promise_is_left_out(tmp_path):
    given = shop(tmp_path, [line("L1", "A", 3), line("L2", "A", 3)], stock=[("A", 9)])
    tables, _ = promised(given, settings=("promise_rules=[{customer: C1, rule: lose}]", "promise_rule=skip"))
    assert by_order(tables, "verdict") == {"L1": "unknown", "L2": "unknown"}
    assert "it was left out" in by_order(tables, "message")["L1"]
    assert tables["storefront"]["promisable_now"].tolist() == [9]
