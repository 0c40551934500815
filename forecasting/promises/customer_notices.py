"""What customers have to be told: one notice for each change, written out of templates. No mail is sent.

The templates are Jinja2 texts, a folder a language: ``templates/en/new_date.txt``. A company overrides any
of them by one of the same name in its own folder (setting ``notice_templates``). The first line of each is
the subject.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forecasting.config import Config
from forecasting.domain import BoolArray, IntArray, TextArray
from forecasting.errors import RequestError
from forecasting.promises.consent import WAITING
from forecasting.promises.verdicts import Verdict

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS = (
    "now_shipping",
    "deadline_cannot_be_met",
    "new_date",
    "backorder_confirmed",
    "cancelled",
    "alternative_offered",
)
"""What a notice is about. Of the first five a line gets the first that fits, and the last one besides."""


@dataclass(frozen=True)
class Change:
    """What is new of m lines; each bool, shape (m,).

    Attributes:
        known: it had a promise.
        moved: the day that it is told is another one. ``later``: a later one, or none.
        stocked: all of it is in stock now; ``was_stocked``: it was before.
        ahead: it is not wanted yet.
        cannot: it cannot make its deadline; ``could``: before, it was not said to.
        gone: it is being cancelled; ``was_gone``: it was before.
        alternative: it is offered another alternative than before.

    """

    known: BoolArray
    moved: BoolArray
    later: BoolArray
    stocked: BoolArray
    was_stocked: BoolArray
    ahead: BoolArray
    cannot: BoolArray
    could: BoolArray
    gone: BoolArray
    was_gone: BoolArray
    alternative: BoolArray


def kinds_of(change: Change) -> tuple[IntArray, IntArray]:
    """The notices that are due: line and kind (a place in ``KINDS``), int64, shape (k,), by line.

    Of what is being cancelled nothing is told but that, once; nor of lines that ship from stock as usual.
    """
    wanted = ~change.gone
    fits = np.stack(
        [
            wanted & change.known & change.stocked & ~change.was_stocked & ~change.ahead,
            wanted & change.cannot & change.could,
            wanted & change.known & change.moved,
            wanted & ~change.known & ~change.stocked & ~change.ahead,
            change.gone & ~change.was_gone,
        ],
        axis=1,
    )
    first = np.where(fits.any(axis=1), fits.argmax(axis=1), -1)
    line = np.flatnonzero(first >= 0)
    other = np.flatnonzero(change.alternative & wanted)
    lines = np.concatenate([line, other])
    kind = np.concatenate([first[line], np.full(len(other), len(KINDS) - 1)])
    order = np.lexsort((kind, lines))
    return lines[order].astype(np.int64), kind[order].astype(np.int64)


def is_said_to_miss(verdict: IntArray) -> BoolArray:
    """Whether each verdict says that the deadline is not made: bool, shape (m,)."""
    return np.isin(verdict, (Verdict.CANNOT_MAKE_IT, Verdict.DEADLINE_PASSED))


class Texts:
    """Subject and text of notices, in one language. Raises RequestError where a template is missing."""

    def __init__(self, config: Config) -> None:
        self._environment = _environment(config)
        self._language = config.notice_language

    def of(self, kind: str, content: Mapping[str, Any]) -> tuple[str, str]:
        """Subject and text of a notice of that kind. Raises RequestError where the template asks for more."""
        from jinja2 import TemplateError

        name = f"{self._language}/{kind}.txt"
        try:
            text = self._environment.get_template(name).render(content)
        except TemplateError as error:
            raise RequestError(
                f"template {name}: {type(error).__name__}: {error}. Write it into the folder of the setting "
                "notice_templates, or choose another notice_language"
            ) from None
        head, _, body = text.partition("\n")
        lines = [line.strip() for line in body.strip().splitlines()]
        return head.removeprefix("Subject:").strip(), re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _environment(config: Config) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    own = [] if config.notice_templates is None else [str(config.notice_templates)]
    folders = [*own, str(Path(__file__).with_name("templates"))]
    # Texts, not pages: nothing is to be escaped.
    return Environment(loader=FileSystemLoader(folders), undefined=StrictUndefined)


def key_of(*parts: object) -> str:
    """What a notice is known by: the same change of the same line has the same key, whoever writes it."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def asks_for_yes(kind: str, state: str) -> str:
    """The consent that stands beside a notice: only what is late waits for one."""
    late = kind in {"new_date", "deadline_cannot_be_met"}
    return state if late and state == WAITING else "not_needed"


def in_language(days: TextArray, language: str) -> list[str]:
    """Days ``2011-09-04`` as the language writes them; empty where there is none."""
    from forecasting.promises.words import MONTHS

    texts = []
    for day in days:
        year, month, date = day.split("-") if isinstance(day, str) else ("", "", "")
        english = f"{int(date)} {MONTHS[int(month) - 1]} {year}" if date else ""
        texts.append(f"{date}.{month}.{year}" if date and language == "de" else english)
    return texts
