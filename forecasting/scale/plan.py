"""The use case ``plan`` over partitions: the driver, which holds no item's numbers but the curves."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from forecasting.adapters.stages import Stage
from forecasting.config import Config
from forecasting.domain import SupplierTerms, TextArray
from forecasting.errors import PartialFailure, RequestError
from forecasting.joint_orders.terms import Options
from forecasting.policies.base import Policy
from forecasting.policies.order_together import UsualOrders, chosen_together
from forecasting.scale.engines import Engine
from forecasting.scale.manifest import Manifest
from forecasting.scale.planning import CHOSEN, CURVES, Chosen, Curves, SupplierFacts
from forecasting.scale.storage import Storage
from forecasting.scale.tasks import Desk, Job, Task, settle

TOGETHER = "together"
"""What ``run.json`` says of the orders as a whole."""


class Planned(NamedTuple):
    """The partitions that are planned, with their receipts, and why each other is not, by their names."""

    receipts: dict[str, dict[str, Any]]
    failed: dict[str, str]


def planned_parts(job: Job, by: Engine, stage: Stage) -> Planned:
    """Have every partition planned. Raises PartialFailure where the sample cannot be learnt from."""
    desk = Desk(job)
    parts = [part.name for part in desk.manifest.parts]
    learnt_from(desk, by, stage)
    failed = settle(job, [Task("consider", part) for part in parts], by, stage(len(parts), "consider"))
    left, last = _without(parts, failed), ("consider", "")
    if job.request["crosses"] and left:
        # Who takes part decides what is chosen: with one more, all are weighed anew.
        of = _digest(left)
        _suppliers(desk, left)
        failed |= settle(job, [Task("weigh", part, of) for part in left], by, stage(len(left), "weigh"))
        left = _without(left, failed)
        of = _digest(left)
        if left:
            _choose(desk, left)
        failed |= settle(job, [Task("finish", part, of) for part in left], by, stage(len(left), "finish"))
        left, last = _without(left, failed), ("finish", of)
    receipts = {part: desk.receipt(Task(last[0], part, last[1])) or {} for part in left}
    return Planned(receipts, dict(sorted(failed.items())))


def settled(desk: Desk, by: Engine, stage: Stage, step: str, *, learns: bool = True) -> Planned:
    """Have one step done on every partition, once the sample has been learnt from, where it ``learns``."""
    parts = [part.name for part in desk.manifest.parts]
    if learns:
        learnt_from(desk, by, stage)
    failed = settle(desk.job, [Task(step, part) for part in parts], by, stage(len(parts), step))
    left = _without(parts, failed)
    return Planned({part: desk.receipt(Task(step, part)) or {} for part in left}, failed)


def learnt_from(desk: Desk, by: Engine, stage: Stage) -> None:
    """Have the sample learnt from. Raises PartialFailure where it cannot be."""
    failed = settle(desk.job, [Task("learn", desk.manifest.sample.name)], by, stage(1, "learn"))
    for why in failed.values():
        raise PartialFailure(f"the sample that all partitions learn from failed, and nothing is done: {why}")


def crosses_partitions(source: Storage, manifest: Manifest, config: Config) -> bool:
    """Whether a budget or any supplier's terms tie the items of several partitions together."""
    asked = config.min_order_value > 0 or config.order_cost > 0 or config.max_volume is not None
    asked |= config.freight_cost > 0 or config.budget is not None
    with tempfile.TemporaryDirectory() as place:
        for file in manifest.shared:
            if not file.path.endswith("/suppliers.parquet"):
                continue
            table = pq.read_table(source.fetch(file.path, file.size, file.sha256, Path(place))).to_pandas()
            for name in ("min_order_value", "order_cost", "freight_cost", "max_volume"):
                if name in table:
                    asked |= bool((pd.to_numeric(table[name], errors="coerce").fillna(0) > 0).any())
    return asked


def check_it_weighs(policy: Policy) -> None:
    """Refuse a policy that can choose nothing for several partitions together, before they are considered.

    Raises RequestError. One that may or may not weigh costs is asked once they are.
    """
    if type(policy).value is Policy.value:
        raise _weighs_nothing(policy.name)


def _weighs_nothing(policy: str) -> RequestError:
    return RequestError(
        f"policy {policy}: weighs no costs, and so cannot share supplier minimums or a budget between "
        "partitions. Plan without --engine, or by policy cost_optimal"
    )


def _without(parts: Sequence[str], failed: Mapping[str, str]) -> list[str]:
    return [part for part in parts if part not in failed]


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8]


def _suppliers(desk: Desk, parts: Sequence[str]) -> None:
    """Keep what all partitions together say of the suppliers."""
    if not all((desk.receipt(Task("consider", part)) or {}).get("weighs") for part in parts):
        raise _weighs_nothing(str((desk.receipt(Task("consider", parts[0])) or {}).get("policy")))
    every: list[SupplierFacts] = [desk.kept(f"suppliers/{part}") for part in parts]
    names: TextArray = np.unique(np.concatenate([facts.names.astype(str) for facts in every])).astype(object)
    rows = [np.searchsorted(names.astype(str), facts.names.astype(str)) for facts in every]
    terms = {each.name: np.zeros(len(names)) for each in fields(SupplierTerms)}
    usual = UsualOrders(*(np.zeros(len(names)) for _ in UsualOrders._fields))
    for facts, row in zip(every, rows, strict=True):
        for name, values in terms.items():
            values[row] = getattr(facts.terms, name)
        for total, more in zip(usual[:3], facts.usual[:3], strict=True):
            total[row] += more
        usual.days[row] = np.maximum(usual.days[row], facts.usual.days)
    desk.keep("suppliers/all", SupplierFacts(names, SupplierTerms(**terms), usual, True))


def _choose(desk: Desk, parts: Sequence[str]) -> None:
    """Choose from the curves of all partitions at once, and keep what was chosen for each."""
    _, terms, usual, _ = desk.kept("suppliers/all")
    curves: list[Curves] = [desk.kept(f"{CURVES}/{part}") for part in parts]
    every = _concatenated([each.options for each in curves])
    chosen = chosen_together(every, terms, usual, desk.job.config.budget)
    first = 0
    for part, each in zip(parts, curves, strict=True):
        option = chosen.option[first : first + each.options.items]
        first += each.options.items
        kept = Chosen(
            option, chosen.ordered, chosen.freight, chosen.bound_by, chosen.gap, chosen.budget_price
        )
        desk.keep(f"{CHOSEN}/{part}", kept)
    desk.keep(TOGETHER, {"gap": round(chosen.gap, 6), "budget_price": round(chosen.budget_price, 6)})


def _concatenated(every: Sequence[Options]) -> Options:
    starts = np.cumsum([0, *(each.indptr[-1] for each in every)])
    indptr = [each.indptr[1:] + start for each, start in zip(every, starts[:-1], strict=True)]
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(each, name) for each in every])
        for name in ("value", "money", "volume", "supplier")
    }
    return Options(indptr=np.concatenate([[0], *indptr]), **joined)
