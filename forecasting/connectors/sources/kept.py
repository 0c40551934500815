"""Records of a source, kept beside the dataset, with how far each feed was read: one SQLite file.

A page of records and the mark behind it are one transaction, so that a reader that is killed goes on where
it was. A record that comes again takes its own place: reading twice changes nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from forecasting.errors import RequestError

FILE = "records.sqlite"
WAIT = 60.0
"""Seconds to wait for whoever writes at the same time: a receiver of events beside an import."""

TABLES = """
create table if not exists records (feed text, key text, content text, walk integer, primary key (feed, key));
create table if not exists marks (name text primary key, value text);
create table if not exists wanted (feed text, key text, at integer, primary key (feed, key));
"""

Merge = Callable[[Any, Any], Any]
"""What is kept of the record at hand (None: there was none) and the one that came."""


class Kept:
    """What was read of one source. ``folder``: where its file is; None: in memory, while it lives."""

    def __init__(self, folder: Path | None) -> None:
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            file = ":memory:" if folder is None else str(folder / FILE)
            self._connection = sqlite3.connect(file, timeout=WAIT, isolation_level=None)
            # What a power cut may take of the last pages is read again; the file stays whole.
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = normal")
            self._connection.executescript(TABLES)
        except (OSError, sqlite3.Error) as error:
            raise RequestError(f"{folder}: records cannot be kept there: {error}") from None

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """What is written in the block is written together, or not at all."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def mark(self, name: str) -> Any:
        """The value of a mark; None where there is none."""
        row = self._connection.execute("select value from marks where name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_mark(self, name: str, value: Any) -> None:
        """Keep a value under a name; None takes it away."""
        if value is None:
            self._connection.execute("delete from marks where name = ?", (name,))
        else:
            self._connection.execute("replace into marks values (?, ?)", (name, json.dumps(value)))

    def forget_whole(self) -> None:
        """Have every feed read everything the next time."""
        self._connection.execute("delete from marks where name like '%.whole'")

    def put(self, feed: str, records: Mapping[str, Any], walk: int, merge: Merge | None = None) -> int:
        """Keep records by their keys; returns how many are new or other than before. ``walk``: its number."""
        before = self._contents(feed, list(records))
        rows, changed = [], 0
        for key, record in records.items():
            old = before.get(key)
            new = record if merge is None else merge(None if old is None else json.loads(old), record)
            text = json.dumps(new, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
            changed += text != old
            rows.append((feed, key, text, walk))
        self._connection.executemany("replace into records values (?, ?, ?, ?)", rows)
        return changed

    def _contents(self, feed: str, keys: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            marks = ",".join("?" * len(some))
            query = f"select key, content from records where feed = ? and key in ({marks})"
            found |= dict(self._connection.execute(query, (feed, *some)))
        return found

    def records(self, feed: str) -> Iterator[tuple[str, Any]]:
        """Every record of a feed, by its key."""
        rows = self._connection.execute(
            "select key, content from records where feed = ? order by key", (feed,)
        )
        return ((key, json.loads(content)) for key, content in rows)

    def count(self, feed: str, *, before_walk: int | None = None) -> int:
        """Records of a feed; with ``before_walk`` those that no walk from that number on has seen."""
        query, values = "select count(*) from records where feed = ?", [feed]
        if before_walk is not None:
            query, values = f"{query} and walk < ?", [feed, str(before_walk)]
        return int(self._connection.execute(query, values).fetchone()[0])

    def keys_where(self, feed: str, field: str, values: Collection[str | int]) -> dict[str, int]:
        """Keys of the records whose field is one of the values -> the walk that saw each last."""
        marks = ",".join("?" * len(values))
        query = f"select key, walk from records where feed = ? and json_extract(content, ?) in ({marks})"
        return dict(self._connection.execute(query, (feed, f"$.{field}", *values)))

    def keys(self, feed: str) -> set[str]:
        """The keys of all records of a feed."""
        return {key for (key,) in self._connection.execute("select key from records where feed = ?", (feed,))}

    def keys_since(self, feed: str, walk: int) -> set[str]:
        """The keys of the records that a walk from that number on has seen."""
        query = "select key from records where feed = ? and walk >= ?"
        return {key for (key,) in self._connection.execute(query, (feed, walk))}

    def remove(self, feed: str, keys: Collection[str]) -> None:
        """Take records away."""
        self._connection.executemany(
            "delete from records where feed = ? and key = ?", [(feed, key) for key in keys]
        )

    def remove_before(self, feed: str, walk: int) -> int:
        """Take away what no walk from that number on has seen; returns how many."""
        return self._connection.execute(
            "delete from records where feed = ? and walk < ?", (feed, walk)
        ).rowcount

    def want(self, feed: str, keys: Collection[str]) -> None:
        """Note that records were changed and are to be read anew. Noted twice it is noted once, and later."""
        (last,) = self._connection.execute("select coalesce(max(at), 0) from wanted").fetchone()
        rows = [(feed, key, last + 1) for key in keys]
        self._connection.executemany("replace into wanted values (?, ?, ?)", rows)

    def wanted(self, feed: str) -> dict[str, int]:
        """Keys that are to be read anew, each with the number of its note."""
        return dict(self._connection.execute("select key, at from wanted where feed = ?", (feed,)))

    def got(self, feed: str, notes: Mapping[str, int]) -> None:
        """These notes were followed. What was noted again meanwhile stays noted."""
        rows = [(feed, key, at) for key, at in notes.items()]
        self._connection.executemany("delete from wanted where feed = ? and key = ? and at = ?", rows)
