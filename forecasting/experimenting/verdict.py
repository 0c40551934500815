"""A comparison in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from forecasting.experimenting.paired import Saving
from forecasting.replay.windows import ENOUGH, one_decides


def verdict(
    names: tuple[str, str],
    saving: Saving,
    by_class: Mapping[str, Saving],
    other_world: Sequence[str] = (),
    windows: int = ENOUGH,
) -> str:
    """Who saves how much, how surely, and on which classes of items it is the other way round.

    Args:
        names: A and B.
        saving: what B saves against A.
        by_class: the same by class.
        other_world: settings in which they live in different worlds.
        windows: how many there were.

    """
    a, b = names
    said = f"{_in_all(a, b, saving)} on {saving.items:,} items"
    turned = [name for name, each in by_class.items() if saving.surely * each.surely < 0]
    if turned:
        word = "worse" if saving.surely > 0 else "better"
        said += f"; on {_listed(turned)} items it is {word}"
    alone = [name for name, each in by_class.items() if saving.surely == 0 and each.surely != 0]
    if alone:
        parts = [f"{_saves(by_class[name])} on {name} items" for name in alone]
        said += f"; {b} {_listed(parts)}"
    said += "."
    if windows < ENOUGH:
        said += f" The interval is over items alone: {_count(windows, 'window')} say little of another time."
    if other_world:
        said += (
            f" They differ in {_listed(other_world)}, and so in the world they were tried in: "
            "this is what that difference is worth, not what a decision saves."
        )
    return said


def _in_all(a: str, b: str, saving: Saving) -> str:
    if saving.saved == 0 and saving.low == 0 == saving.high:
        return f"{b} and {a} cost the same"
    if saving.surely:
        return f"{b} {_saves(saving)} against {a}"
    return f"No difference between {b} and {a} can be told: {b} {_saves(saving)}"


def _saves(saving: Saving) -> str:
    if saving.share < 0:
        return f"costs {_share(saving, -1)} more"
    return f"saves {_share(saving, 1)}"


def _share(saving: Saving, sign: int) -> str:
    low, high = sorted((sign * saving.share_low, sign * saving.share_high))
    return f"{sign * saving.share:z.1%} ({100 * low:z.1f} to {100 * high:z.1f})".replace("%", " %")


def warnings(names: tuple[str, str], windows: pd.DataFrame) -> list[str]:
    """A sentence where one window decides.

    ``windows``: columns ``first_day``, ``last_day`` (text), ``policy`` (B's name), ``cost_saved``.
    """
    dated = windows.assign(
        first_day=pd.to_datetime(windows["first_day"]), last_day=pd.to_datetime(windows["last_day"])
    )
    said = one_decides(dated, names[1], names[0])
    return [said] if said else []


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
