"""The sentences of a replay that its page and the terminal share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from forecasting.replay.decomposition import BOTH, NEITHER
from forecasting.reports.replay.headline import row_of

FORESIGHT = "perfect_foresight"


def recorded_sentences(run: Mapping[str, Any]) -> list[str]:
    """How near the simulated incumbent is to what was recorded, and what the data does not tell.

    ``run``: as ``run.json`` holds it. No sentence where nothing was recorded.
    """
    recorded = run.get("recorded", {"realism": "", "gaps": []})
    return [sentence for sentence in (recorded["realism"], *recorded["gaps"]) if sentence]


def parameters_in_words(run: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of each policy that has some, and how they were come by.

    ``run``: as ``run.json`` holds it.
    """
    fitted = run.get("fitted", {})
    return {policy: f"{words}, {_come_by(fitted.get(policy))}" for policy, words in run["parameters"].items()}


def _come_by(fitted: Mapping[str, Any] | None) -> str:
    if fitted is None:
        return "as usual: there is too little time before the replay to fit them"
    said = f"fitted on the time before, the best of {fitted['tried']}"
    if fitted["at_limit"]:
        limits = " and ".join(name.replace("_", " ") for name in fitted["at_limit"])
        return f"{said}; {limits}: the outermost that is tried"
    return said


def origin_of_saving(parts: pd.DataFrame | None) -> str:
    """How much of the saving the forecast brings, and how much the rule; nothing without that table.

    ``parts``: the table ``decomposition``.
    """
    if parts is None or len(parts) == 0:
        return ""
    row = {str(each.part): each for each in parts.itertuples(index=False)}
    forecast, rule, both = row["forecast"], row["rule"], row["both"]
    return (
        f"Of the {both.cost_saved:,.0f} that {BOTH} saves against {NEITHER}, {_saving(forecast)} come from "
        f"the forecast and {_saving(rule)} from the rule; of the {both.backorders_avoided:,.0f} order lines, "
        f"{forecast.backorders_avoided:,.0f} and {rule.backorders_avoided:,.0f}."
    )


def _saving(part: Any) -> str:
    interval = f"{part.cost_saved_low:,.0f} to {part.cost_saved_high:,.0f}"
    return f"{part.cost_saved:,.0f} (90 % interval {interval})"


def foresight_sentences(tables: Mapping[str, pd.DataFrame], focus: str, baseline: str) -> list[str]:
    """What knowing every order would save, how much of it the focus does, and whose merit that is.

    None without the policy ``perfect_foresight``, or where it saves nothing; the last only with the table
    ``decomposition`` of the same two policies.
    """
    summary = tables["summary"]
    if focus == baseline or FORESIGHT not in set(summary["policy"]) - {baseline}:
        return []
    base, known, ours = (row_of(summary, name) for name in (baseline, FORESIGHT, focus))
    if not (known.cost_saved > 0 and base.cost_total > 0):
        return []
    share = known.cost_saved / base.cost_total
    said = [
        f"Knowing every order beforehand ({FORESIGHT}) would have saved {known.cost_saved:,.0f} against "
        f"{baseline}, {100 * share:.0f} % of its cost."
    ]
    if ours.cost_saved <= 0:
        said.append(f"{focus} saves nothing of it.")
    elif ours.cost_saved > known.cost_saved:
        said.append(f"{focus} saves {ours.cost_saved:,.0f}: that policy is no bound here.")
    else:
        left = known.cost_saved - ours.cost_saved
        said.append(
            f"{focus} saves {ours.cost_saved:,.0f} without knowing them, "
            f"{100 * ours.cost_saved / known.cost_saved:.0f} % of it; the other {left:,.0f} would take "
            "better forecasts or rules, and nobody can have all of it."
        )

    parts = tables.get("decomposition")
    if parts is not None and len(parts) and (focus, baseline) == (BOTH, NEITHER) and ours.cost_saved > 0:
        saved = parts.set_index("part")["cost_saved"]
        said.append(
            f"Of what it saves {saved['forecast']:,.0f} come from the forecast, and {saved['rule']:,.0f} "
            "from the rule that decides on it."
        )
    return said
