"""Whether a customer still wants what is late: how often it was put off, and what the customer said.

A delay that needs the customer's yes waits for it, with the offer to cancel. What silence means after a
second delay is a setting: the line is kept, or cancelled. What was declined gets no goods any more; to cancel
the order itself is the company's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import BoolArray, IntArray, TextArray
from forecasting.errors import RequestError, known_names

NOT_NEEDED, WAITING, AGREED, DECLINED = "not_needed", "waiting", "agreed", "declined"
LAPSED = "lapsed"
"""Cancelled because nothing was heard: the setting ``consent_silence`` takes that for a no."""

STATES = (NOT_NEEDED, WAITING, AGREED, DECLINED, LAPSED)
COLUMNS = ("order", "line", "answer")
ANSWERS = {"yes": AGREED, "no": DECLINED}


@dataclass(frozen=True)
class Consent:
    """Of m lines; each of shape (m,).

    Attributes:
        delays: int64: how often the promised day was put off.
        state: text, one of ``STATES``.
        since: int64, the day of the last delay that asked for a yes; LONG_AGO: none.

    """

    delays: IntArray
    state: TextArray
    since: IntArray

    @property
    def gone(self) -> BoolArray:
        """bool, shape (m,): the line is being cancelled: the customer said so, or said nothing."""
        return np.isin(self.state, (DECLINED, LAPSED))


def read_answers(file: Path) -> dict[tuple[str, str], str]:
    """What customers answered, by order and line: a CSV file with ``order``, ``line``, ``answer``.

    Without a line it is the answer for the whole order.

    Raises RequestError where it is no such file, or an answer is neither yes nor no.
    """
    try:
        table = pd.read_csv(file, dtype=str)
    except (OSError, ValueError) as error:
        raise RequestError(f"{file}: cannot be read as answers ({error}); give a CSV file") from None
    for name in COLUMNS:
        if name not in table.columns:
            raise RequestError(f"{file}: the column {name} is missing; write {', '.join(COLUMNS)}")
    wrong = table[~table["answer"].isin(ANSWERS)]
    if len(wrong):
        given = str(wrong["answer"].iloc[0])
        raise RequestError(
            f"{file}, row {wrong.index[0] + 2}: the answer {given!r}: {known_names(given, ANSWERS)}"
        )
    rows = table[list(COLUMNS)].fillna("").itertuples(index=False)
    return {(str(order), str(line)): ANSWERS[str(answer)] for order, line, answer in rows}


def heard(before: Consent, answered: TextArray, config: Config, as_of: int) -> Consent:
    """What is known of the customers' wishes before anything is promised anew.

    Args:
        before: as of the run before.
        answered: text, shape (m,): ``agreed``, ``declined``, or nothing, since then.
        config: what silence means.
        as_of: the day of this run.

    """
    asked = before.state == WAITING
    given = np.where(answered != "", answered, before.state)
    silent = asked & (answered == "") & (before.delays >= 2)
    silent &= as_of - before.since >= config.consent_silence_days
    means = LAPSED if config.consent_silence == "cancel" else AGREED
    return Consent(before.delays, np.where(silent, means, given).astype(object), before.since)


def after(known: Consent, days_later: IntArray, config: Config, as_of: int) -> Consent:
    """The same once the new days are known: a delay counts, and asks for a yes where it is long enough.

    ``days_later``: int64, shape (m,): by how much each promise is put off; 0 or below: it is not.
    """
    late: BoolArray = (days_later > 0) & ~known.gone
    delays = known.delays + late
    if config.consent_from_days is None:
        return Consent(delays, known.state, known.since)
    asks = late & (days_later >= config.consent_from_days)
    state = np.where(asks, WAITING, known.state).astype(object)
    return Consent(delays, state, np.where(asks, as_of, known.since))
