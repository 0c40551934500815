"""The frontier: how many backorders each policy would leave at how much stock, made to dare more or less.

Every rule has a knob: safety days, deviations of safety, or, where a decision weighs costs, how heavily it
weighs a shortage. A policy is better than another if its curve lies below, whatever the knobs are set to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.domain import Costs, FloatArray
from forecasting.policies.base import Policy
from forecasting.policies.cost_optimal import CostOptimal
from forecasting.policies.incumbents import SAFETY_DAYS
from forecasting.policies.textbook import Z
from forecasting.replay.compare import totals
from forecasting.replay.measures import measures
from forecasting.replay.simulate import PolicyRun

WEIGHTS = (0.25, 0.5, 2.0, 4.0)
"""What the costs of a shortage are multiplied by; 1 is the policy itself."""

MEASURED = (
    "average_on_hand_value",
    "backordered_lines",
    "lost_lines",
    "backordered_units",
    "lost_units",
    "cost_total",
    "fill_rate",
)


@dataclass(frozen=True)
class Setting:
    """A policy at one setting of its knob. ``as_replayed``: the setting that it was replayed with."""

    policy: Policy
    of: str
    aggressiveness: float
    label: str
    as_replayed: bool


def settings(policy: Policy) -> list[Setting]:
    """The policy at each setting of its knob, the replayed one among them; itself alone if it has none."""
    for knob, tried, label in (
        ("safety_days", SAFETY_DAYS, "{:g} safety days"),
        ("z", Z, "{:g} deviations of safety"),
    ):
        own = getattr(policy, knob, None)
        if own is not None:
            return [
                Setting(
                    policy if value == own else replace(policy, **{knob: value}),  # type: ignore[type-var]
                    policy.name,
                    value,
                    label.format(value),
                    value == own,
                )
                for value in sorted({*tried, own})
            ]
    if isinstance(policy, CostOptimal):
        return [
            Setting(
                policy if weight == 1.0 else replace(policy, shortage_weight=weight),
                policy.name,
                weight,
                "as the costs say" if weight == 1.0 else f"shortage x {weight:g}",
                weight == 1.0,
            )
            for weight in sorted({*WEIGHTS, 1.0})
        ]
    return [Setting(policy, policy.name, 1.0, "as it is", True)]


def frontier(swept: Sequence[tuple[Setting, PolicyRun]], costs: Costs, unit_cost: FloatArray) -> pd.DataFrame:
    """A row a policy and setting: ``policy``, ``aggressiveness``, ``label``, ``as_replayed``, measures.

    ``aggressiveness`` is the knob's setting; a policy's rows rise in it. Costs are charged as they are,
    whatever a setting believes.
    """
    rows = []
    for setting, run in swept:
        figures: Mapping[str, FloatArray] = measures(totals(run, costs, unit_cost))
        rows.append(
            {
                "policy": setting.of,
                "aggressiveness": setting.aggressiveness,
                "label": setting.label,
                "as_replayed": setting.as_replayed,
                **{name: np.round(float(figures[name]), 6) + 0.0 for name in MEASURED},
            }
        )
    return pd.DataFrame(rows)
