"""Small datasets and situations for tests, each from as few words as it takes."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.dataset.dataset import Dataset
from forecasting.dataset.read import read
from forecasting.domain import Calendar, Costs, DemandLines, LeadTimes, OrderTerms, Stock
from forecasting.inputs.read_records import records_of
from forecasting.inputs.records import Records
from forecasting.policies.base import Situation
from forecasting.policies.lead_time_demand import LeadTimeDemand
from models.shared.distribution import Distribution, negative_binomial
from models.shared.history import History

Rows = Sequence[Mapping[str, Any]]
WEEKS = Calendar("week", np.array([], dtype=np.int64), np.array([], dtype=np.int64))


def write_dataset(folder: Path, **tables: Rows) -> Path:
    """CSV files with the columns that the rows of each table name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def dataset(folder: Path, **tables: Rows) -> Dataset:
    """The same, read as tables."""
    return read(str(write_dataset(folder, **tables)))


def records(folder: Path, **tables: Rows) -> Records:
    """The same, read as records."""
    return records_of(dataset(folder, **tables))


def order(sku: str, on: str, quantity: float = 1, **more: Any) -> dict[str, Any]:
    """One order line."""
    number = more.pop("order", f"{sku}-{on}-{more.get('line', '')}-{quantity}")
    return {"order": number, "ordered_at": on, "sku": sku, "quantity": quantity, **more}


def demand_lines(per_item: Sequence[Sequence[tuple[int, float]]]) -> DemandLines:
    """Lines of (day, quantity) per item, due on their day."""
    day = np.array([d for lines in per_item for d, _ in lines], dtype=np.int64)
    quantity = np.array([q for lines in per_item for _, q in lines], dtype=np.float64)
    counts = [len(lines) for lines in per_item]
    return DemandLines(
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        day=day,
        due=day.copy(),
        quantity=quantity,
        order=np.arange(len(day)),
        known_until=np.full(len(day), DemandLines.NEVER),
        known_from=day.copy(),
    )


class SteadyForecast:
    """Negative binomial demand with a rate per bucket and a variance to mean ratio."""

    def __init__(self, rate: Sequence[float], dispersion: float = 1.0) -> None:
        self.rate, self.dispersion = np.array(rate, dtype=np.float64), dispersion

    def demand(self, horizon: np.ndarray) -> Distribution:
        mean = self.rate * horizon
        return negative_binomial(mean, mean * self.dispersion)


def situation(
    weekly_rate: Sequence[float],
    *,
    dispersion: float = 1.0,
    on_hand: float | Sequence[float] = 0.0,
    on_order: float = 0.0,
    backlog: float = 0.0,
    lead_days: float = 14.0,
    review_days: float = 7.0,
    pack: float = 1.0,
    smallest: float = 0.0,
    largest: float = np.inf,
    unit_cost: float = 5.0,
    holding: float = 0.01,
    shortage: float = 2.0,
    waiting: float = 0.05,
    per_line: float = 0.0,
    line_cost: float = 0.0,
    allowed: bool = True,
    **more: Any,
) -> Situation:
    """Items with steady demand, alike but for their rate."""
    n = len(weekly_rate)

    def each(value: float | Sequence[float]) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (n,)).copy()

    zeros = np.zeros(n)
    made = Situation(
        as_of=15_000,
        item=np.arange(n),
        stock=Stock(each(on_hand), each(on_order), each(backlog)),
        on_order_later=zeros,
        reserved=zeros,
        history=History(np.repeat(np.asarray(weekly_rate, float), 20), np.arange(n + 1) * 20, 52),
        bucket_days=7.0,
        lead_time_demand=LeadTimeDemand(
            forecast=SteadyForecast(weekly_rate, dispersion),
            lead_times=LeadTimes(each(lead_days)[:, None], np.ones((n, 1))),
            calendar=WEEKS,
            as_of=15_000,
            starts=zeros,
            ends=np.full(n, np.inf),
        ),
        review_days=each(review_days),
        terms=OrderTerms(each(pack), each(smallest), each(largest), each(unit_cost)),
        costs=Costs(
            holding_per_unit_day=each(holding),
            lost_business_per_unit=zeros,
            refused_per_unit=zeros,
            goodwill_per_unit=each(shortage),
            goodwill_per_late_unit_day=each(waiting),
            backlog_per_unit_day=zeros,
            admin_per_line=each(per_line),
            word_of_mouth_per_line=zeros,
            line_cost=each(line_cost),
            lost_margin=zeros,
            cancellation_rate=zeros,
            leaving_simulated=np.zeros(n, dtype=bool),
        ),
        line_size=np.ones(n),
        backorder_allowed=np.full(n, allowed),
        orderable=np.ones(n, dtype=bool),
    )
    return replace(made, **more)
