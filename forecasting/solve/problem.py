"""The problem as it is put: JSON to a frozen, checked description.

Units are the problem's own: one period (or one unit of time), one unit of the item, one unit of money.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forecasting.domain import critical_ratio
from forecasting.errors import RequestError, known_names

NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]

LONGEST_LEAD_TIME = 1_000
"""Periods."""

SMALLEST_HOLDING_SHARE = 1e-9
"""Of holding in holding and shortage cost, for one unit and period: with less, no stock is too much."""

MANUAL = "docs/solve.md lists what a problem may say"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DemandTerms(_Strict):
    """Demand of one period (periodic review) or of one unit of time (continuous review)."""

    family: Literal[
        "poisson",
        "geometric",
        "negative_binomial",
        "normal",
        "gamma",
        "lognormal",
        "pmf",
        "compound_poisson",
        "constant",
        "known",
    ]
    mean: Positive | None = None
    sd: Positive | None = None
    variance: Positive | None = None
    pmf: list[NotNegative] | None = None
    rate: Positive | None = None
    sizes: list[NotNegative] | None = None
    quantities: list[NotNegative] | None = None
    line_size: Positive = 1.0


NEEDS: dict[str, tuple[str, ...]] = {
    "poisson": ("mean",),
    "geometric": ("mean",),
    "negative_binomial": ("mean", "variance"),
    "normal": ("mean", "sd"),
    "gamma": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "pmf": ("pmf",),
    "compound_poisson": ("rate", "sizes"),
    "constant": ("mean",),
    "known": ("quantities",),
}
"""What each family of demand is given by."""


class LeadTimes(_Strict):
    """A random lead time: the probability of 0, 1, 2, ... periods, or uniform between two times."""

    pmf: list[NotNegative] | None = None
    uniform: list[NotNegative] | None = None


class Shortage(_Strict):
    """What running short costs: per unit and period of waiting, per unit once, per order line once."""

    kind: Literal["backorder", "lost"] = "backorder"
    per_unit_period: NotNegative = 0.0
    per_unit: NotNegative = 0.0
    per_line: NotNegative = 0.0


class PriceBreak(_Strict):
    """All units cost ``unit_cost`` from an order of ``min_quantity`` on."""

    min_quantity: NotNegative
    unit_cost: Positive


class Problem(_Strict):
    """One item's problem; ``docs/solve.md`` says what each term means."""

    review: Literal["periodic", "continuous"] = "periodic"
    demand: DemandTerms
    lead_time: NotNegative | LeadTimes = 0.0
    holding: NotNegative = 0.0
    shortage: Shortage | None = None
    fixed_order_cost: NotNegative = 0.0
    pack_size: Positive = 1.0
    min_order_quantity: NotNegative = 0.0
    policy: str = "best"
    parameters: dict[str, Finite] | None = None
    unit_cost: NotNegative = 0.0
    price_breaks: list[PriceBreak] | None = None
    holding_rate: NotNegative = 0.0
    charged: Literal["end_of_period", "continuously"] = "end_of_period"
    periods: Annotated[int, Field(ge=1, le=100_000)] | None = None
    on_hand: NotNegative | None = None
    margin: Finite | None = None
    discount: Annotated[float, Field(ge=0, lt=1)] = 0.0
    units: Annotated[int, Field(ge=1, le=100_000)] | None = None

    @property
    def lost(self) -> bool:
        """Whether demand that finds no stock is lost."""
        return self.shortage is not None and self.shortage.kind == "lost"

    @property
    def backlog_cost(self) -> float:
        """Per unit of backlog and period (b)."""
        return 0.0 if self.shortage is None else self.shortage.per_unit_period

    @property
    def short_cost(self) -> float:
        """Per unit short, once (p); what is paid per order line is spread over its units."""
        if self.shortage is None:
            return 0.0
        return self.shortage.per_unit + self.shortage.per_line / self.demand.line_size

    @property
    def lead_times(self) -> list[tuple[float, float]]:
        """Each possible lead time with its probability. A uniform one has none: see ``uniform``."""
        if isinstance(self.lead_time, float | int):
            return [(float(self.lead_time), 1.0)]
        probabilities = self.lead_time.pmf or []
        total = sum(probabilities)
        return [(float(time), p / total) for time, p in enumerate(probabilities) if p > 0]

    @property
    def uniform_lead_time(self) -> tuple[float, float] | None:
        """The ends of a uniform lead time."""
        if isinstance(self.lead_time, LeadTimes) and self.lead_time.uniform is not None:
            return self.lead_time.uniform[0], self.lead_time.uniform[1]
        return None


def parse(problem: Mapping[str, Any]) -> Problem:
    """The problem, checked. Raises RequestError saying what is wrong, where, and what to do."""
    if not isinstance(problem, Mapping):
        raise RequestError(f'the problem must be a JSON object, as in {{"demand": ...}}; {MANUAL}')
    try:
        parsed = Problem(**{str(key): value for key, value in problem.items()})
    except ValidationError as error:
        lines = dict.fromkeys(_in_words(dict(detail)) for detail in error.errors())
        raise RequestError("\n".join(lines)) from None
    _check_demand(parsed.demand)
    _check_lead_time(parsed)
    return parsed


def wrong(where: str, what: str, todo: str) -> RequestError:
    """The error that every check of a problem raises."""
    return RequestError(f"problem, {where}: {what}. {todo}")


def check_costs(problem: Problem) -> None:
    """Raise RequestError unless holding and running short both cost something."""
    if problem.holding <= 0:
        raise wrong(
            "holding",
            "is 0, so that the critical ratio is 1 and no stock is too much"
            if problem.backlog_cost + problem.short_cost > 0
            else "is 0, and so is the shortage cost: every policy costs the same",
            "Give what a unit left at the end of a period costs",
        )
    if problem.backlog_cost + problem.short_cost <= 0:
        raise wrong(
            "shortage",
            "costs nothing, so that holding no stock is best whatever the demand",
            "Give shortage.per_unit_period or shortage.per_unit",
        )
    if problem.lost and problem.backlog_cost > 0:
        raise wrong(
            "shortage.per_unit_period",
            "nobody waits where sales are lost",
            "Give shortage.per_unit, or shortage.kind backorder",
        )
    # The critical ratio is 1 less this.
    if critical_ratio(problem.holding, problem.backlog_cost + problem.short_cost) < SMALLEST_HOLDING_SHARE:
        raise wrong(
            "holding",
            "is so small beside the shortage cost that the critical ratio is 1",
            "Check the units of money and time of both",
        )


def whole_packs(problem: Problem) -> tuple[int, int]:
    """The pack and the smallest order that fills the minimum, both in whole units."""
    pack = problem.pack_size
    if pack != int(pack):
        raise wrong("pack_size", f"{pack:g} is no whole unit, while demand is", "Count in smaller units")
    packs = max(int(np.ceil(problem.min_order_quantity / pack - 1e-9)), 1)
    return int(pack), packs * int(pack)


def check_names(given: Iterable[str], known: Iterable[str], where: str) -> None:
    """Raise RequestError where a name is given that is not known."""
    known = list(known)
    for name in given:
        if name not in known:
            raise not_known(f"{where} {name!r}", name, known)


def not_known(where: str, name: str, known: Iterable[str]) -> RequestError:
    """The error for a name that is not known."""
    hint = known_names(name, known)
    return wrong(where, "is not known", hint[0].upper() + hint[1:])


def _in_words(detail: dict[str, Any]) -> str:
    path = [str(part) for part in detail["loc"] if part not in ("float", "LeadTimes", "constrained-float")]
    where = ".".join(path)
    if detail["type"] == "extra_forbidden":
        owner: type[BaseModel] = Problem
        for part in path[:-1]:
            owner = _OWNERS.get(part, owner)
        return str(not_known(where, path[-1], owner.model_fields))
    if detail["type"] == "missing":
        return f"problem, {where}: is missing. Give it; {MANUAL}"
    if where == "lead_time":
        return (
            f'problem, lead_time: must be a number that is not negative, or {{"pmf": [...]}}, '
            f"not {detail['input']!r}. {MANUAL}"
        )
    if detail["type"] in ("model_type", "model_attributes_type"):
        return f"problem, {where}: must be an object {{...}}, not {detail['input']!r}. {MANUAL}"
    return f"problem, {where}: {detail['msg'].lower()}, not {detail['input']!r}. {MANUAL}"


_OWNERS: dict[str, type[BaseModel]] = {
    "demand": DemandTerms,
    "shortage": Shortage,
    "lead_time": LeadTimes,
    "price_breaks": PriceBreak,
}


def _check_demand(demand: DemandTerms) -> None:
    needed = NEEDS[demand.family]
    given = demand.model_fields_set - {"family", "line_size"}
    for name in sorted(given - set(needed)):
        raise wrong(
            f"demand.{name}",
            f"does not belong to family {demand.family}",
            f"It is given by {' and '.join(needed)}: leave {name} out, or name another family",
        )
    for name in needed:
        if getattr(demand, name) is None:
            raise wrong(
                f"demand.{name}",
                f"is missing: family {demand.family} is given by {' and '.join(needed)}",
                "Give it",
            )
    if demand.family == "negative_binomial":
        assert demand.mean is not None
        assert demand.variance is not None
        if demand.variance <= demand.mean:
            raise wrong(
                "demand.variance",
                f"a negative binomial's variance ({demand.variance:g}) is above its mean ({demand.mean:g})",
                "Give a larger variance, or family poisson where they are equal",
            )
    for name in ("pmf", "sizes"):
        values = getattr(demand, name)
        if values is not None:
            _check_pmf(values, f"demand.{name}")
            if sum(values[1:]) <= 0:
                raise wrong(f"demand.{name}", "is always zero", "Give some value above 0 a probability")
    if demand.quantities is not None and sum(demand.quantities) <= 0:
        raise wrong("demand.quantities", "nothing is demanded", "Give one quantity above 0 at least")


def _check_lead_time(problem: Problem) -> None:
    lead = problem.lead_time
    if isinstance(lead, LeadTimes):
        if (lead.pmf is None) == (lead.uniform is None):
            raise wrong("lead_time", "is neither or both of pmf and uniform", 'Give {"pmf": [p0, p1, ...]}')
        if lead.pmf is not None:
            _check_pmf(lead.pmf, "lead_time.pmf")
        if lead.uniform is not None and not (len(lead.uniform) == 2 and lead.uniform[0] < lead.uniform[1]):
            raise wrong("lead_time.uniform", "is not two rising times", "Give [shortest, longest]")
        return
    if lead > LONGEST_LEAD_TIME:
        raise wrong("lead_time", f"{lead:g} periods are more than {LONGEST_LEAD_TIME}", "Use longer periods")
    if problem.review == "periodic" and lead != math.floor(lead):
        raise wrong(
            "lead_time",
            f"{lead:g} is no whole number of periods",
            "Under periodic review an order is usable from the start of a period on: give a whole "
            "number, choose shorter periods, or review continuous",
        )


def _check_pmf(values: list[float], where: str) -> None:
    if not values or len(values) > 100_000:
        raise wrong(where, f"has {len(values)} probabilities", "Give between 1 and 100000, from that of 0 on")
    total = math.fsum(values)
    if abs(total - 1) > 1e-6:
        raise wrong(where, f"its probabilities sum to {total:.9g}", "They must sum to 1")
