"""What looked odd is gathered, and told in one order in every output."""

from __future__ import annotations

import pandas as pd

from forecasting.errors import Notice
from forecasting.inputs.notices import TEXTS, Notices
from forecasting.store.conform import arrow

UNREAD = Notice("orders", None, "colour", "colour", "not read", "Rename it.", severity="note")
CHEAP = Notice("stock", 3, "on_hand", "-4", "below zero", "Count again.", "main", "A", 8.0)
DEAR = Notice("orders", 7, "quantity", "100000", "very large", "Correct it.", "main", "B", 500.0)


def test_warnings_come_first_and_the_dearest_before_the_others():
    notices = Notices([UNREAD, CHEAP])
    notices.add(DEAR)
    assert notices.ordered() == [DEAR, CHEAP, UNREAD]
    assert len(notices) == 3


def test_the_table_numbers_them_and_names_the_item():
    notices = Notices([UNREAD])
    notices.extend([DEAR])
    frame = notices.frame()
    assert frame[["number", "severity", "table", "advice"]].to_numpy().tolist() == [
        [1, "warning", "orders", "Correct it."],
        [2, "note", "orders", "Rename it."],
    ]
    assert frame["sku"][0] == "B" and pd.isna(frame["sku"][1])
    assert frame["row"][0] == 7 and pd.isna(frame["row"][1])
    assert frame["money"][0] == 500


def test_the_table_fits_its_declaration_with_and_without_rows():
    assert arrow("notices", Notices([UNREAD, CHEAP]).frame()).num_rows == 2
    assert arrow("notices", Notices().frame()).num_rows == 0
    assert arrow("notices", Notices([UNREAD]).frame()).column("sku").to_pylist() == [None]


def test_only_the_first_ones_are_told_in_words():
    notices = Notices([CHEAP] * (TEXTS + 5))
    assert notices.texts() == [str(CHEAP)] * TEXTS
