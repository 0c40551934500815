"""Keys that are nearly equal: two spellings of one SKU, location, supplier or customer are two of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from forecasting.dataset.oddities.given import Given, count, listed
from forecasting.errors import Notice

KINDS = {
    "sku": ("sku", "alternative", "predecessor"),
    "location": ("location",),
    "supplier": ("supplier",),
    "customer": ("customer",),
    "category": ("category",),
}

PLURAL = {"category": "categories"}

BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[\s_-]+(?=[0-9])")
BLANKS = re.compile(r"[\s_-]+")
ZEROS = re.compile(r"^0+(?=[0-9])")
DECIMAL = re.compile(r"^([0-9]+)\.0$")
EXPONENT = re.compile(r"^[0-9](\.[0-9]+)?[eE]\+[0-9]+$")


def notices(given: Given) -> Iterator[Notice]:
    """Words that differ only in case, blanks or hyphens; only in zeros in front; and numbers in disguise."""
    for kind, columns in KINDS.items():
        found = _words(given, columns)
        for normal, differ, advice in (
            (
                _spelling,
                "case, blanks or hyphens",
                "Spell each in one way: they are planned as different ones.",
            ),
            (
                _digits,
                "zeros in front (or .0 behind), as spreadsheets drop them",
                "Write them in one way, as text: they are planned as different ones.",
            ),
        ):
            pairs = _alike(found, normal)
            if pairs:
                yield _told(
                    given,
                    kind,
                    found,
                    pairs,
                    f"{PLURAL.get(kind, kind + 's')} that differ only in {differ}",
                    advice,
                )
        disguised = sorted(word for word in found if EXPONENT.match(word))
        if disguised:
            what = "written as a number with an exponent, as spreadsheets do with long codes"
            advice = "Format the column as text and export anew: the last digits are lost."
            yield _told(given, kind, found, [(word,) for word in disguised], what, advice)


def _words(given: Given, columns: tuple[str, ...]) -> dict[str, tuple[str, str]]:
    """Each word of these columns, with the table and column that it was first seen in."""
    found: dict[str, tuple[str, str]] = {}
    for table, frame in given.frames.items():
        for column in columns:
            if column in frame and isinstance(frame[column].dtype, pd.CategoricalDtype):
                for word in frame[column].cat.categories:
                    found.setdefault(str(word), (table, column))
    return found


def _spelling(word: str) -> str:
    # Between two digits something may part two numbers: 12-3 is not 1-23.
    return BLANKS.sub("", BETWEEN_DIGITS.sub("/", word)).casefold()


def _digits(word: str) -> str:
    return ZEROS.sub("", DECIMAL.sub(r"\1", word))


def _alike(found: dict[str, tuple[str, str]], normal: Callable[[str], str]) -> list[tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for word in found:
        groups.setdefault(normal(word), []).append(word)
    return [tuple(words) for words in groups.values() if len(words) > 1]


def _told(
    given: Given,
    kind: str,
    found: dict[str, tuple[str, str]],
    groups: list[tuple[str, ...]],
    what: str,
    advice: str,
) -> Notice:
    word = groups[0][-1]
    table, column = found[word]
    frame = given.frames[table][column]
    rows = np.flatnonzero(frame.cat.codes.to_numpy() == frame.cat.categories.get_loc(word))
    names = listed([" / ".join(group) for group in groups])
    told = f"{what}: {count(len(groups), 'case')}, {names}"
    sku = {"sku": word} if kind == "sku" else {}
    return given.notice(table, column, rows[:1], told, advice, value=word, **sku)
