"""Records are kept page by page with how far was read: a reader that dies goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from forecasting.connectors.sources.kept import Kept
from forecasting.connectors.sources.port import RefusedBySource, SourceUnavailable
from forecasting.connectors.sources.walking import Feed, Page, bring
from forecasting.errors import RequestError

NOW = datetime(2026, 6, 29, tzinfo=UTC)


class Died(BaseException):
    """Nothing is tidied up."""


class List:
    """Records r1, r2, .. in pages of two; ``dies``: the calls at which the reader dies."""

    def __init__(self, count: int, dies=()) -> None:
        self.names, self.dies, self.calls = [f"r{at}" for at in range(count)], set(dies), []

    def page(self, since, after):
        self.calls.append((since, after))
        if len(self.calls) in self.dies:
            raise Died
        begin = 0 if after is None else self.names.index(after) + 1
        some = self.names[begin : begin + 2]
        more = begin + 2 < len(self.names)
        return Page({name: {"at": name} for name in some}, some[-1] if more else None)

    def feed(self, **more) -> Feed:
        return Feed("things", self.page, lambda: f"mark {len(self.calls)}", **more)


@pytest.fixture
def kept(tmp_path):
    made = Kept(tmp_path / "s")
    yield made
    made.close()


def test_a_reader_that_dies_goes_on_where_it_was(kept):
    there = List(6, dies=[3])
    with pytest.raises(Died):
        bring(kept, there.feed(), NOW)
    assert kept.count("things") == 4
    walked = bring(kept, there.feed(), NOW)
    # The last page, then once more from the mark of the first walk's begin.
    assert there.calls[3:] == [(None, "r3"), ("mark 0", None), ("mark 0", "r1"), ("mark 0", "r3")]
    assert kept.keys("things") == set(there.names) and walked.number == 2


def test_a_page_and_its_mark_are_kept_together_or_not_at_all(kept):
    def half():
        with kept.at_once():
            kept.put("things", {"a": 1}, 1)
            kept.set_mark("far", 1)
            raise Died

    with pytest.raises(Died):
        half()
    assert (kept.count("things"), kept.mark("far")) == (0, None)


def test_a_whole_walk_takes_away_what_is_gone_and_another_does_not(kept):
    there = List(3)
    bring(kept, there.feed(), NOW)
    there.names.remove("r1")
    bring(kept, there.feed(), NOW)
    assert kept.count("things") == 3
    bring(kept, there.feed(), NOW, whole=True)
    assert kept.keys("things") == {"r0", "r2"}
    there.names.remove("r0")
    bring(kept, there.feed(), NOW.replace(day=30, month=7))
    assert kept.keys("things") == {"r2"}


def test_a_list_that_lost_most_of_its_records_is_believed_only_where_that_is_its_way(kept):
    there = List(300)
    bring(kept, there.feed(), NOW)
    bring(kept, Feed("passing", there.page, lambda: "m", 0.0, history=False), NOW)
    there.names = ["new"]
    with pytest.raises(SourceUnavailable, match="300 of 301 things are no longer there"):
        bring(kept, there.feed(), NOW, whole=True)
    assert kept.count("things") == 300
    bring(kept, Feed("passing", there.page, lambda: "m", 0.0, history=False), NOW)
    assert kept.keys("passing") == {"new"}


def test_a_cursor_that_is_gone_begins_the_walk_anew(kept):
    there = List(6, dies=[2])
    with pytest.raises(Died):
        bring(kept, there.feed(), NOW)
    there.names.remove("r1")

    def page(since, after):
        if after == "r1":
            raise RefusedBySource("no such record", 422)
        return there.page(since, after)

    bring(kept, Feed("things", page, lambda: "m"), NOW)
    assert kept.keys("things") == set(there.names)


def test_what_is_put_again_is_there_once_and_only_changes_count(kept):
    assert kept.put("things", {"a": {"x": 1, "y": 2}, "b": 1}, 1) == 2
    assert kept.put("things", {"a": {"y": 2, "x": 1}, "b": 2}, 2) == 1
    assert dict(kept.records("things")) == {"a": {"x": 1, "y": 2}, "b": 2}


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="records cannot be kept there"):
        Kept(tmp_path / "file")
