"""What customers are told, one notice for each change; and what becomes of a delay that needs their yes."""

from __future__ import annotations

import pytest

from forecasting.errors import RequestError
from forecasting.promises.consent import read_answers
from tests.forecasting.promises.test_promise import PRODUCT, line, promised, shop

SLOW = [("P1", "A", 9, "2026-07-20")]
SOON = [("P1", "A", 9, "2026-06-15")]


def told(tables):
    table = tables["notices_to_customers"]
    return table.set_index(["order", "kind"])


def run_after(folder, lines, before, name="p", settings=(), **supply):
    answers = supply.pop("answers", None)
    given = shop(folder / name, lines, **supply)
    table = None if before is None else before["promises"]
    return promised(
        given, settings=settings, applied=True, previous=table, previous_run="r", answers=answers
    )[0]


def test_a_line_that_waits_is_confirmed_once_and_no_other(tmp_path):
    lines = [line("L1", "A", 4), line("L2", "A", 2), line("L3", "A", 1, kind="standing", due="2026-07-01")]
    first = run_after(tmp_path, lines, None, "a", stock=[("A", 2)], purchases=SOON)
    assert told(first).index.tolist() == [("L1", "backorder_confirmed"), ("L2", "backorder_confirmed")]
    text = told(first)["text"].iloc[0]
    assert text.startswith("We have your order of 4 of A.") and "will be with you by" in text
    assert "2 of these ship now." in text
    again = run_after(tmp_path, lines, first, "b", stock=[("A", 2)], purchases=SOON)
    assert len(told(again)) == 0


def test_a_run_that_is_only_tried_out_first_tells_nobody(tmp_path):
    tables, _ = promised(shop(tmp_path, [line("L1", "A", 4)], purchases=SOON))
    assert len(told(tables)) == 0


def test_each_change_is_told_in_its_own_words(tmp_path):
    lines = [line("L1", "A", 3, due="2026-07-01"), line("L2", "A", 2)]
    first = run_after(tmp_path, lines, None, "a", purchases=SOON)
    later = run_after(tmp_path, lines, first, "b", purchases=SLOW)
    assert told(later).index.tolist() == [("L1", "deadline_cannot_be_met"), ("L2", "new_date")]
    said = told(later)["text"].tolist()
    assert said[0].startswith("We are sorry: we cannot make your deadline, 1 Jul 2026, for 3 of A.")
    assert said[1].startswith("We are sorry: 2 of A will be later than we said.\nYou will have it by ")
    here = run_after(tmp_path, lines, later, "c", stock=[("A", 9)])
    assert told(here).index.tolist() == [("L1", "now_shipping"), ("L2", "now_shipping")]
    assert told(here)["text"].iloc[1] == "2 of A are in and ship now: with you by 9 Jun 2026."


def test_what_has_come_and_shipped_between_two_runs_is_told_too(tmp_path):
    lines = [line(f"L{number}", "A", 1) for number in range(1, 7)]
    first = run_after(tmp_path, lines, None, "a", stock=[("A", 1)], purchases=SOON)
    assert first["promises"]["allocated_from"].tolist() == ["stock", *["purchase"] * 5]
    gone = {"status": "shipped", "shipped_at": "2026-06-08", "quantity_shipped": 1}
    lines[0] |= gone
    lines[1] |= gone
    lines[2] |= {"status": "cancelled", "cancelled_at": "2026-06-07T12:00:00"}
    lines[3] |= gone
    before = {
        **first,
        "promises": first["promises"].assign(consent=["not_needed"] * 3 + ["declined"] + ["not_needed"] * 2),
    }
    later = run_after(tmp_path, lines, before, "b", purchases=SOON)
    # L1 shipped from stock, as was said; who declined and what was cancelled is not said to come.
    shipped = later["notices_to_customers"]
    assert shipped[["order", "line", "kind"]].to_numpy().tolist() == [["L2", "1", "now_shipping"]]
    assert shipped["text"][0] == "1 of A shipped on 8 Jun 2026: with you by 8 Jun 2026."
    assert shipped["number"].tolist() == [len(later["promises"]) + 1]
    again = run_after(tmp_path, lines, before, "c", purchases=SOON)["notices_to_customers"]
    assert again["key"].tolist() == shipped["key"].tolist()
    # The next run, held against that one, has no more to say of it.
    assert len(run_after(tmp_path, lines, later, "d", purchases=SOON)["notices_to_customers"]) == 0
    settings = ("notice_language=de", "delivery_days=2")
    german = run_after(tmp_path, lines, before, "e", settings, purchases=SOON)["notices_to_customers"]
    text = german.set_index("kind")["text"]["now_shipping"]
    assert text == "1 Stück A sind am 08.06.2026 abgegangen: bis zum 10.06.2026 bei Ihnen."


def test_the_same_change_has_the_same_key(tmp_path):
    lines = [line("L1", "A", 3)]
    first = run_after(tmp_path, lines, None, "a", purchases=SOON)
    keys = [
        told(run_after(tmp_path, lines, first, name, purchases=SLOW))["key"].tolist() for name in ("b", "c")
    ]
    assert keys[0] == keys[1] and len(keys[0]) == 1


def test_a_delay_waits_for_a_yes_and_a_no_sets_the_goods_free(tmp_path):
    lines = [line("L1", "A", 3), line("L2", "A", 3, on="2026-06-06")]
    first = run_after(tmp_path, lines, None, "a", purchases=[("P1", "A", 3, "2026-06-15")])
    late = run_after(tmp_path, lines, first, "b", purchases=[("P1", "A", 3, "2026-07-20")])
    state = late["promises"].set_index("order")
    assert (state.loc["L1", "delays"], state.loc["L1", "consent"]) == (1, "waiting")
    assert "You may cancel it at no cost." in told(late).loc[("L1", "new_date"), "text"]

    said_no = {("L1", "1"): "declined"}
    freed = run_after(tmp_path, lines, late, "c", purchases=[("P1", "A", 3, "2026-07-20")], answers=said_no)
    state = freed["promises"].set_index("order")
    assert state["consent"].to_dict() == {"L1": "declined", "L2": "not_needed"}
    assert state["allocated_from"].to_dict() == {"L1": "none", "L2": "purchase"}
    assert state.loc["L1", "message"] == "This is being cancelled, as you wished."
    confirmed = told(freed).loc[("L1", "cancelled"), "text"]
    assert confirmed == "As you asked, we are cancelling 3 of A. It costs you nothing."
    again = run_after(tmp_path, lines, freed, "d", purchases=[("P1", "A", 3, "2026-07-20")])
    assert again["promises"].set_index("order").loc["L1", "consent"] == "declined"
    assert "L1" not in set(told(again).index.get_level_values(0))


def test_for_who_declined_no_alternative_is_set_aside(tmp_path):
    others = {"products": [{"sku": "B", "supplier": "S", **PRODUCT}], "stock": [("A", 0), ("B", 9)]}
    given = shop(tmp_path, [line("L1", "A", 3)], alternatives=[{"sku": "A", "alternative": "B"}], **others)
    left = [
        tables["storefront"].set_index("sku").loc["B", "promisable_now"]
        for tables in (promised(given, {"A": 3}, answers=said)[0] for said in ({}, {("L1", "1"): "declined"}))
    ]
    assert left == [6, 9]


@pytest.mark.parametrize(("means", "state"), [("keep", "agreed"), ("cancel", "lapsed")])
def test_silence_after_a_second_delay_means_what_the_setting_says(tmp_path, means, state):
    lines, settings = [line("L1", "A", 3)], (f"consent_silence={means}", "consent_silence_days=0")
    tables = None
    for name, due in (("a", "2026-06-15"), ("b", "2026-07-01"), ("c", "2026-07-20")):
        tables = run_after(tmp_path, lines, tables, name, settings, purchases=[("P1", "A", 3, due)])
    waiting = tables["promises"].iloc[0]
    assert (waiting["delays"], waiting["consent"]) == (2, "waiting")
    expected = "cancel it" if means == "cancel" else "take it that you still want it"
    assert expected in told(tables)["text"].iloc[0]
    tables = run_after(tmp_path, lines, tables, "d", settings, purchases=[("P1", "A", 3, "2026-07-20")])
    assert tables["promises"]["consent"].tolist() == [state]
    kinds = told(tables).index.get_level_values(1).tolist()
    if means == "keep":
        assert kinds == []
    else:
        message = tables["promises"]["message"].iloc[0]
        assert "have not heard from you" in message and "as you wished" not in message
        assert kinds == ["cancelled"] and "have not heard from you" in told(tables)["text"].iloc[0]


def test_templates_are_by_language_and_a_company_overrides_them(tmp_path):
    lines = [line("L1", "A", 3)]
    german = run_after(tmp_path, lines, None, "a", ("notice_language=de",), purchases=SOON)
    assert told(german)["subject"].iloc[0] == "Ihre Bestellung L1: A ist im Rückstand"
    own = tmp_path / "texts" / "en"
    own.mkdir(parents=True)
    (own / "backorder_confirmed.txt").write_text("Subject: {{ sku }}\n\nHello {{ customer }}: {{ date }}\n")
    mine = run_after(tmp_path, lines, None, "b", (f"notice_templates={own.parent}",), purchases=SOON)
    assert told(mine)["subject"].iloc[0] == "A" and told(mine)["text"].iloc[0].startswith("Hello : ")
    (own / "backorder_confirmed.txt").write_text("Subject: {{ colour }}\n\n")
    with pytest.raises(RequestError, match="'colour' is undefined"):
        run_after(tmp_path, lines, None, "c", (f"notice_templates={own.parent}",), purchases=SOON)
    with pytest.raises(RequestError, match="fr/backorder_confirmed"):
        run_after(tmp_path, lines, None, "d", ("notice_language=fr",), purchases=SOON)


def test_answers_are_yes_or_no(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("order,line,answer\nL1,1,yes\nL2,,no\n")
    assert read_answers(file) == {("L1", "1"): "agreed", ("L2", ""): "declined"}
    file.write_text("order,line,answer\nL1,1,maybe\n")
    with pytest.raises(RequestError, match="row 2: the answer 'maybe'"):
        read_answers(file)
