"""A user's policy in use: what it decides is looked at each time, so that no wrong order is suggested.

The check (``forecasting/contract/``) looks at more, and once; who did not run it is stopped here.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecasting.errors import RequestError
from forecasting.policies.base import Policy
from forecasting.policies.situation import Decision, Situation
from models.extensions.arrays import no_numbers
from models.extensions.loading import place_of

CHECK = "`reorder experiment check` tells what it breaks"


def decided(policy: Policy, situation: Situation) -> Decision:
    """What a policy decides. Raises RequestError where a user's own fails, or answers what is no decision."""
    if type(policy).__module__.startswith("forecasting."):
        return policy.decide(situation)
    try:
        decision = policy.decide(situation)
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        raise RequestError(
            f"policy {policy.name}: fails: {type(error).__name__}: {said}{place_of(error)}; {CHECK}"
        ) from error
    wrong = _wrong(decision, situation)
    if wrong:
        raise RequestError(f"policy {policy.name}: {wrong}; {CHECK}")
    return decision


def _wrong(decision: Any, situation: Situation) -> str | None:
    if not isinstance(decision, Decision):
        return f"it answers {type(decision).__name__}, not a Decision"
    for level in ("quantity", "reorder_point", "order_up_to"):
        unfit = no_numbers(getattr(decision, level))
        if unfit:
            return f"{level} is {unfit}"
        shape = np.shape(getattr(decision, level))
        if shape != (len(situation),):
            return f"{level} has shape {shape}, which must be ({len(situation)},)"
    quantity, pack = decision.quantity, situation.terms.pack_size
    if not np.all(np.isfinite(quantity) & (quantity >= 0)):
        return "it orders NaN, infinite or negative quantities"
    packs = quantity / pack
    if np.any(np.abs(packs - np.round(packs)) > 1e-6):
        return "it orders parts of packs"
    return None
