"""What all items of a company together teach, learnt once from a sample: parts of it then agree.

A part that is planned by itself would learn another model than its neighbour, and believe another mean size
of an order line. So both come from a sample, whose items are the same however the company is cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecasting.config import Config
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.records import Records
from forecasting.planning.observing import observer
from forecasting.policies.registry import policy as policy_named
from models.selection import Learnt


@dataclass(frozen=True)
class Pooled:
    """What a sample of the items taught at the close of a day.

    Attributes:
        line_size: units, mean of a customer's order line.
        learnt: models and their choice by how many days ahead is asked; None: the protection interval.

    """

    line_size: float
    learnt: Mapping[float | None, Learnt]


def learn_pooled(
    sample: Records,
    config: Config,
    as_of: int,
    horizons: Sequence[float | None] = (None,),
    *,
    plan: bool = True,
) -> Pooled:
    """Learn from the records of a sample.

    ``horizons``: days ahead that will be asked; None: each item's protection interval. ``plan``: by the model
    that the configured policy brings, if it brings one.
    """
    seeing = observer(sample, config, as_of, Assumptions())
    if plan:
        seeing = seeing.serving(policy_named(config.policy, config))
    history = seeing.history(as_of)
    learnt = {days: seeing.learn_models(as_of, history, days) for days in horizons}
    return Pooled(seeing.mean_line_size(as_of), learnt)
