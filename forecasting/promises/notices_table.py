"""The table ``notices_to_customers``: one row for each change of a line that its customer has to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecasting.config import Config
from forecasting.domain import LONG_AGO, IntArray, day_text
from forecasting.inputs.records import Records
from forecasting.promises.answer import Answer
from forecasting.promises.consent import Consent
from forecasting.promises.customer_notices import (
    KINDS,
    Change,
    Texts,
    asks_for_yes,
    in_language,
    is_said_to_miss,
    key_of,
    kinds_of,
)
from forecasting.promises.supply import Source
from forecasting.promises.tables import numbers, who
from forecasting.promises.verdicts import NAMES as VERDICTS
from forecasting.promises.words import days_or_none, units_in_words


def notices_table(
    answer: Answer, records: Records, consent: Consent, config: Config, run: str, *, told: bool
) -> pd.DataFrame:
    """One row for each change, by line; none where nobody is to be ``told``.

    Raises RequestError where a template is missing, or asks for what there is not.
    """
    line, kind = kinds_of(_change(answer, consent))
    line, kind = (line, kind) if told else (line[:0], kind[:0])
    found = answer.found
    named = {name: column[line] for name, column in who(found, records).items()}
    was, now = days_or_none(answer.before.p90)[line], days_or_none(answer.told.p90)[line]

    contents = _contents(answer, consent, config, line, kind, named)
    asked = [asks_for_yes(content["kind"], content["consent"]) for content in contents]
    frame = pd.DataFrame(
        {
            "run": run,
            "as_of": day_text(found.as_of),
            "number": numbers(found)[line],
            **named,
            "kind": np.array(KINDS, dtype=object)[kind],
            "language": config.notice_language,
            "was_p90": was,
            "now_p90": now,
            "consent": np.array(asked, dtype=object),
        }
    )
    frame = with_texts(frame, contents, found.lines.row[line], config)
    return frame.sort_values(["number", "kind"], kind="stable").reset_index(drop=True)


def contents_of(columns: Mapping[str, Any], config: Config) -> list[dict[str, Any]]:
    """What the templates may ask for, of each notice, from columns of the same length."""
    same = {"silence": config.consent_silence, "silence_days": config.consent_silence_days}
    return [{**same, **dict(zip(columns, row, strict=True))} for row in zip(*columns.values(), strict=True)]


def with_texts(
    frame: pd.DataFrame, contents: Sequence[Mapping[str, Any]], rows: IntArray, config: Config
) -> pd.DataFrame:
    """Notices with what they say, and the key that each is known by; ``rows``: of the lines, in the records.

    Raises RequestError where a template is missing, or asks for what there is not.
    """
    texts = Texts(config)
    said = [texts.of(content["kind"], content) for content in contents]
    for place, name in enumerate(("subject", "text")):
        frame[name] = np.array([each[place] for each in said], dtype=object)
    known_by = zip(*(frame[name] for name in ("order", "line", "sku", "kind", "text")), rows, strict=True)
    frame.insert(2, "key", np.array([key_of(*each) for each in known_by], dtype=object))
    return frame


def _change(answer: Answer, consent: Consent) -> Change:
    """What is new of each line."""
    before, lines = answer.before, answer.found.lines
    items = answer.offered.alternative.offered
    offered = np.array([*answer.found.known.items.sku, ""], dtype=object)[items]
    return Change(
        known=before.known,
        moved=answer.days_later != 0,
        later=answer.days_later > 0,
        stocked=answer.served.last_kind == Source.STOCK,
        was_stocked=before.source == "stock",
        ahead=lines.not_before > answer.found.as_of + 1,
        cannot=lines.has_deadline & is_said_to_miss(answer.promised.verdict),
        could=~np.isin(before.verdict, ("cannot_make_it", "deadline_passed")),
        gone=consent.gone,
        was_gone=before.consent.gone,
        alternative=(offered != "") & (offered != before.alternative),
    )


def _contents(
    answer: Answer, consent: Consent, config: Config, line: Any, kind: Any, named: dict[str, Any]
) -> list[dict[str, Any]]:
    """What the templates may ask for, of each notice."""
    found, offered = answer.found, answer.offered
    items, known = offered.alternative.offered[line], found.known
    language = config.notice_language

    def days(numbers: Any) -> list[str]:
        return in_language(days_or_none(numbers[line]), language)

    columns: dict[str, Any] = {
        **{name: ["" if value is None else value for value in column] for name, column in named.items()},
        "kind": [KINDS[place] for place in kind],
        "description": known.description[found.lines.item[line]],
        "quantity": units_in_words(found.parts.units(found.wanted[line])),
        "now": units_in_words(found.parts.units(answer.served.now[line])),
        "date": days(answer.told.p90),
        "shipped": [""] * len(line),
        "was": days(answer.before.p90),
        "deadline": days(np.where(found.lines.has_deadline, found.lines.deadline, LONG_AGO)),
        "later": (answer.days_later[line] > 0).tolist(),
        "verdict": VERDICTS[answer.promised.verdict[line]],
        "delays": consent.delays[line].tolist(),
        "consent": consent.state[line],
        "alternative": np.array([*known.items.sku, ""], dtype=object)[items],
        "alternative_description": np.array([*known.description, ""], dtype=object)[items],
        "alternative_quantity": units_in_words(found.parts.units(offered.alternative.parts[line])),
    }
    return contents_of(columns, config)
