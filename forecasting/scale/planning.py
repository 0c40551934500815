"""The steps of a plan on one partition, and what crosses partitions between them.

1. ``learn`` (the sample): what all items together teach.
2. ``consider``: observe, forecast, and what the policy wants of each item by itself. Where no supplier asks
   for anything and there is no budget, that is the plan. Else it is kept, and the receipt says what each
   supplier's orders usually come to.
3. ``weigh``: the quantities that each item could be ordered in, with what each saves: a compact curve.
4. The driver chooses from all curves at once (``forecasting.joint_orders``), as a plan of one process does.
5. ``finish``: the tables, with the quantities that were chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from forecasting.domain import FloatArray, IntArray, SupplierTerms, TextArray
from forecasting.errors import RequestError
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.notices import Notices
from forecasting.inputs.records import Records
from forecasting.joint_orders.terms import Bound, JointOrders, Options
from forecasting.planning.plan import Considered, advice_of, consider, tables_of
from forecasting.planning.supplier_orders import together
from forecasting.policies.order_together import (
    Alone,
    Orders,
    UsualOrders,
    as_chosen,
    as_wanted,
    bound,
    choices_within_reach,
    options,
    usual_orders,
    wanted_alone,
)
from forecasting.run import Clock
from forecasting.scale.outputs import write_tables
from forecasting.scale.reading import read_part
from forecasting.scale.sampled import learn, pooled
from forecasting.scale.tasks import Desk, Step

CURVES, CHOSEN, CONSIDERED = "curves", "chosen", "considered"


@dataclass(frozen=True)
class Kept:
    """What a partition is finished from."""

    records: Records
    seen: Considered
    alone: Alone
    assumptions: Assumptions
    notices: Notices
    seconds: Mapping[str, float]


class SupplierFacts(NamedTuple):
    """What a partition says of its suppliers, by name: their terms and what its items add to their orders."""

    names: TextArray
    terms: SupplierTerms
    usual: UsualOrders
    bound: bool


class Curves(NamedTuple):
    """The choices of a partition's items, whose suppliers are rows of ``names``."""

    names: TextArray
    options: Options


class Chosen(NamedTuple):
    """What was chosen of a partition's curves: the option of each item, and of each supplier the rest."""

    option: IntArray
    ordered: np.ndarray
    freight: FloatArray
    bound_by: tuple[Bound, ...]
    gap: float
    budget_price: float


def _learn(desk: Desk, part: str) -> Mapping[str, Any]:
    learn(desk, (None,), plan=True)
    return {}


def _consider(desk: Desk, part: str) -> Mapping[str, Any]:
    job = desk.job
    records = read_part(desk.source, desk.manifest, desk.part(part))
    clock, assumptions, notices = Clock(), Assumptions(), Notices(records.notices)
    assumptions.lack(records.absent, len(records.items))
    seen = consider(records, job.config, job.as_of, clock, (assumptions, notices), pooled=pooled(desk))
    if seen.second is not None and job.config.budget is not None:
        raise RequestError(
            "setting budget: partitions do not share it where faster suppliers are asked beside the usual "
            "ones; plan without --engine"
        )
    alone = wanted_alone(seen.policy, seen.asked)
    clock.lap("decide")
    known = seen.observed.catalogue
    kept = Kept(records, seen, alone, assumptions, notices, clock.seconds)
    if not job.request["crosses"]:
        return _written(desk, part, kept, as_wanted(alone, known.supplier, known.suppliers.terms))

    if alone.value is not None:
        terms, usual = (
            known.suppliers.terms,
            usual_orders(alone.value, known.supplier, known.suppliers.terms.suppliers),
        )
        facts = SupplierFacts(known.suppliers.name, terms, usual, bool(bound(terms, known.supplier).any()))
        desk.keep(f"suppliers/{part}", facts)
    desk.keep(f"{CONSIDERED}/{part}", kept)
    return {"weighs": alone.value is not None, "policy": seen.policy.name}


def _weigh(desk: Desk, part: str) -> Mapping[str, Any]:
    kept = desk.kept(f"{CONSIDERED}/{part}")
    names, terms, usual = desk.kept("suppliers/all")[:3]
    supplier = _among(kept, names)
    candidates = choices_within_reach(kept.alone, supplier, terms, usual)
    desk.keep(f"{CURVES}/{part}", Curves(names, options(kept.alone.value, candidates, supplier)))
    return {}


def _finish(desk: Desk, part: str) -> Mapping[str, Any]:
    kept = desk.kept(f"{CONSIDERED}/{part}")
    names, terms, usual = desk.kept("suppliers/all")[:3]
    chosen: Chosen = desk.kept(f"{CHOSEN}/{part}")
    candidates = choices_within_reach(kept.alone, _among(kept, names), terms, usual)

    # From here on the partition's own suppliers, as everything in its tables has them.
    own = kept.seen.observed.catalogue.suppliers
    row = np.searchsorted(names.astype(str), own.name.astype(str))
    nothing = np.zeros(len(own.name))
    orders = as_chosen(
        kept.alone,
        candidates,
        JointOrders(
            option=chosen.option,
            ordered=chosen.ordered[row],
            money=nothing,
            volume=nothing,
            freight=chosen.freight[row],
            bound_by=tuple(chosen.bound_by[each] for each in row),
            objective=0.0,
            upper_bound=0.0,
            budget_price=chosen.budget_price,
        ),
        own.terms,
    )
    return _written(desk, part, kept, orders)


def _written(desk: Desk, part: str, kept: Kept, orders: Orders) -> Mapping[str, Any]:
    clock = Clock()
    advice = advice_of(kept.seen, orders, desk.job.config)
    tables = tables_of(advice, kept.records)
    tables |= {"assumptions": kept.assumptions.frame(), "notices": kept.notices.frame()}
    write_tables(desk, part, tables)
    clock.lap("explain")
    value = tables["recommendations"]["value"].to_numpy()
    return {
        "items": len(advice.catalogue),
        "order_lines": len(kept.records.orders),
        "suggested": int(advice.ordered.sum()),
        "value": together(orders, None, value)["value"],
        "seconds": {**kept.seconds, **clock.seconds},
        "tables": sorted(tables),
        "run": kept.seen.run,
        "known_until": advice.known_until.as_text(),
    }


def _among(kept: Kept, names: TextArray) -> IntArray:
    """The supplier of each item, as its row in ``names``, ascending: int64."""
    known = kept.seen.observed.catalogue
    return np.searchsorted(names.astype(str), known.suppliers.name.astype(str))[known.supplier]


STEPS: Mapping[str, Step] = {"learn": _learn, "consider": _consider, "weigh": _weigh, "finish": _finish}
