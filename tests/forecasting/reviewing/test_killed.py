"""A process that is killed in the middle of a bulk approval leaves all of it, or nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from forecasting.reviewing.deciding import approve_shown
from forecasting.store.application.lines import totals
from forecasting.store.application.plans import latest_plan
from forecasting.store.application.selection import Selection
from tests.support.paths import ROOT
from tests.support.review import ANN, lines

APPROVE = """
import sys, time
from forecasting.store.application.deciding import Author, approve_all
from forecasting.store.application.opened import Store
from forecasting.store.application.selection import Selection
store = Store(sys.argv[1])
with store.writing() as transaction:
    approve_all(transaction, Selection(sys.argv[2], only="suggested"), Author("ann", "approve", "b"))
    if sys.argv[3] == "before":
        print("now", flush=True)
        time.sleep(60)
print("now", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_all_of_a_bulk_approval_is_kept_or_none(store, url, when):
    with store.reading() as transaction:
        wanted = Selection(latest_plan(transaction).run, only="suggested")
        before = totals(transaction, wanted)
    command = [sys.executable, "-c", APPROVE, url, wanted.run, when]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "now\n"
        process.kill()

    kept = {line.status for line in lines(store, only="suggested", size=1_000)}
    assert kept == ({"open"} if when == "before" else {"approved"})

    # And what a buyer does next is not held up by it.
    if when == "before":
        approved = approve_shown(store, ANN, wanted, before.open_lines, before.open_value)
        assert approved == (before.open_lines, before.open_value)
