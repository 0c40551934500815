"""Reading a feed of records page by page: from a mark on, with overlap, so that a killed reader goes on.

A walk begins with the mark of its own beginning, which is where the next one starts from: what is changed
while it walks is read again by the next. A walk over everything takes away what it did not meet: that was
deleted in the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from forecasting.connectors.sources.kept import Kept, Merge
from forecasting.connectors.sources.port import RefusedBySource, SourceUnavailable

MOST_ROUNDS = 3
"""Walks after one another in one import, while each one meets something new."""

MOST_GONE = 0.5
FEW = 100
"""A source that has lost more than this share of its records, and more than a few, is not believed."""


@dataclass(frozen=True)
class Page:
    """Records by their keys. ``after``: what asks for the next page; None: this was the last."""

    records: Mapping[str, Any]
    after: str | None


@dataclass(frozen=True)
class Feed:
    """A kind of records of a source.

    Attributes:
        page: (since, after) -> the page behind ``after`` of what was changed since; None: from the begin.
        begin: the mark of now, from which the next walk starts, overlap taken off.
        whole_days: after so many days everything is read anew; 0: each time.
        merge: what is kept where a record comes again.
        history: its records stay; one that has lost most of them is not believed.

    """

    name: str
    page: Callable[[str | None, str | None], Page]
    begin: Callable[[], str]
    whole_days: float = 7.0
    merge: Merge | None = None
    history: bool = True


@dataclass(frozen=True)
class Walked:
    """What was walked in one import.

    ``number``: of the first walk that was begun now; what it or a later one has seen was read in this import.
    ``whole``: one that was begun now read everything. ``pages`` and ``changed``: of all of them.
    """

    number: int
    whole: bool
    pages: int
    changed: int


def bring(kept: Kept, feed: Feed, now: datetime, *, whole: bool = False) -> Walked:
    """Bring the kept records of a feed up to date. ``whole``: read all, so that deletions are found."""
    first: int | None = None
    pages = changed = 0
    was_whole = False
    for _ in range(MOST_ROUNDS):
        resumed = kept.mark(f"{feed.name}.walk") is not None
        walk = _begun(kept, feed, now, whole=whole and not was_whole)
        new_pages, new = _walked(kept, feed, walk, now)
        pages, changed = pages + new_pages, changed + new
        if resumed:
            # What it had read before it was interrupted is old by now.
            continue
        first = first or int(walk["number"])
        was_whole = was_whole or walk["since"] is None
        # Behind the back of a long walk something may have come.
        if new_pages < 2 or not new or not feed.whole_days:
            break
    return Walked(first or 0, was_whole, pages, changed)


def _begun(kept: Kept, feed: Feed, now: datetime, *, whole: bool) -> dict[str, Any]:
    """The walk that is under way, or a new one."""
    walk = kept.mark(f"{feed.name}.walk")
    if walk is not None:
        return walk
    last_whole = kept.mark(f"{feed.name}.whole")
    due = last_whole is None or now - datetime.fromisoformat(last_whole) >= timedelta(days=feed.whole_days)
    number = (kept.mark(f"{feed.name}.number") or 0) + 1
    since = None if whole or due else kept.mark(f"{feed.name}.since")
    walk = {"number": number, "since": since, "until": feed.begin(), "after": None}
    with kept.at_once():
        kept.set_mark(f"{feed.name}.number", number)
        kept.set_mark(f"{feed.name}.walk", walk)
    return walk


def _walked(kept: Kept, feed: Feed, walk: dict[str, Any], now: datetime) -> tuple[int, int]:
    """Walk to the end. Returns the pages, and the records that are new or other than before."""
    pages = changed = 0
    restarted = False
    while True:
        try:
            page = feed.page(walk["since"], walk["after"])
        except RefusedBySource:
            # The record behind which it stopped may be gone by now: begin at the first page, once.
            if walk["after"] is None or restarted:
                raise
            restarted, walk = True, {**walk, "after": None, "number": walk["number"] + 1}
            with kept.at_once():
                kept.set_mark(f"{feed.name}.number", walk["number"])
                kept.set_mark(f"{feed.name}.walk", walk)
            continue
        walk = {**walk, "after": page.after}
        pages += 1
        with kept.at_once():
            changed += kept.put(feed.name, page.records, walk["number"], feed.merge)
            if page.after is not None:
                kept.set_mark(f"{feed.name}.walk", walk)
                continue
            if walk["since"] is None:
                _take_away_the_deleted(kept, feed, walk["number"])
                kept.set_mark(f"{feed.name}.whole", now.astimezone(UTC).isoformat())
            kept.set_mark(f"{feed.name}.since", walk["until"])
            kept.set_mark(f"{feed.name}.walk", None)
        return pages, changed


def _take_away_the_deleted(kept: Kept, feed: Feed, number: int) -> None:
    gone, there = kept.count(feed.name, before_walk=number), kept.count(feed.name)
    if feed.history and gone > FEW and gone > MOST_GONE * there:
        raise SourceUnavailable(
            f"{gone:,} of {there:,} {feed.name} are no longer there: that is not believed, and nothing was "
            "taken away. If it is so, delete the folder .source in the dataset, and import anew."
        )
    kept.remove_before(feed.name, number)
