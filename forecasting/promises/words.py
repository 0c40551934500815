"""Days and quantities as tables and people read them."""

from __future__ import annotations

import numpy as np

from forecasting.domain import LONG_AGO, FloatArray, IntArray, TextArray

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def days_or_none(days: IntArray) -> TextArray:
    """Days as ``2011-09-04``; None where there is none. Each is written once: many rows share one."""
    known, each = np.unique(days, return_inverse=True)
    there = known > LONG_AGO
    text = np.where(there, known, 0).astype("datetime64[D]").astype(str).astype(object)
    text[~there] = None
    return np.asarray(text[each])


def day_in_words(day: int) -> str:
    """A day as ``4 Sep 2011``."""
    date = np.datetime64(int(day), "D").item()
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def days_in_words(days: IntArray) -> list[str]:
    """Each as ``day_in_words``; empty where there is none."""
    known, each = np.unique(days, return_inverse=True)
    texts = np.array([day_in_words(day) if day > LONG_AGO else "" for day in known.tolist()], dtype=object)
    return list(texts[each])


def units_in_words(units: FloatArray) -> list[str]:
    """Quantities as people write them: no more decimals than they have."""
    known, each = np.unique(units, return_inverse=True)
    texts = [f"{number:,.6f}".rstrip("0").rstrip(".") for number in known.tolist()]
    return list(np.array(texts, dtype=object)[each])


def chances_in_words(probability: FloatArray) -> list[str]:
    """Probabilities as so many chances in a hundred, from 1 to 99."""
    hundredths = np.clip(np.rint(100 * np.nan_to_num(probability)), 1, 99).astype(np.int64).tolist()
    return [f"{each} chances in 100" for each in hundredths]
