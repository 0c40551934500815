"""What the synthetic company sells, from whom, and how each product behaves (that is hidden truth)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.domain import WEEKDAYS, BoolArray, FloatArray, IntArray
from forecasting.sample.calendar import Calendar
from forecasting.sample.families import BEHAVIOURS, CATEGORIES, DELIVERIES, LATE_SHAPE

Random = np.random.Generator

OPEN_SHARE = 0.83
"""Share of the days on which the company is open."""


@dataclass(frozen=True)
class Catalogue:
    """The tables that describe the business, and what only the maker knows.

    Attributes:
        products, suppliers, alternatives, price_breaks: columns as in ``dataset.tables``.
        behaviour: one row a product, in the order of ``products``: how its demand is generated.
        category, supplier: int64, shape (n,): positions in ``CATEGORIES`` and in ``DELIVERIES``.
        available_from, ends_on: int64, shape (n,): day indices (day 0 = first of the calendar);
            before the first day, or behind all days, where the product has no such date.

    """

    products: pd.DataFrame
    suppliers: pd.DataFrame
    alternatives: pd.DataFrame
    price_breaks: pd.DataFrame
    behaviour: pd.DataFrame
    category: IntArray
    supplier: IntArray
    available_from: IntArray
    ends_on: IntArray

    def __len__(self) -> int:
        """How many products."""
        return len(self.products)


def make_catalogue(random: Random, count: int, calendar: Calendar) -> Catalogue:
    """``count`` products of all categories, behaviours and suppliers."""
    category = dealt(random, count, [c.share for c in CATEGORIES])
    supplier = dealt(random, count, [1 / len(DELIVERIES)] * len(DELIVERIES))
    kind = dealt(random, count, [b.share for b in BEHAVIOURS])
    price = np.array([c.price for c in CATEGORIES])[category] * np.exp(random.normal(0, 0.6, count))
    price = np.maximum(cents(price), 0.50)
    cost = cents(price * random.uniform(0.42, 0.62, count))

    launched = chosen(random, count, 0.05)
    ending = chosen(random, count, 0.05) & ~launched
    # Past every day that is simulated or announced: the product never ends.
    never = calendar.days + 10_000
    # A few launches and ends lie ahead of the last day: they are announced, and pre-orders wait.
    available_from = np.where(launched, random.integers(calendar.days // 8, calendar.days + 21, count), -1)
    ends_on = np.where(ending, random.integers(calendar.days // 2, calendar.days + 30, count), never)
    behaviour = _behaviour(random, kind, category, price, calendar)
    allowed = launched | ~chosen(random, count, 0.35)

    products = pd.DataFrame(
        {
            "sku": _skus(category),
            "description": _descriptions(random, category),
            "category": np.array([c.name for c in CATEGORIES], dtype=object)[category],
            "supplier": np.array([d.name for d in DELIVERIES], dtype=object)[supplier],
            "unit_cost": cost,
            "unit_price": price,
            "backorder": np.where(allowed, "allowed", "refused").astype(object),
            "shown_as": np.where(chosen(random, count, 0.3), "available", "on_backorder").astype(object),
            **_packs(random, behaviour),
            "volume": _volumes(random, price),
            "shelf_life_days": np.where(
                np.array([c.name == "Food" for c in CATEGORIES])[category],
                random.choice([120.0, 180.0, 270.0, 365.0], count),
                np.nan,
            ),
            "available_from": dates(calendar, available_from, launched),
            "ends_on": dates(calendar, ends_on, ending),
            **_own_costs(random, price),
        }
    )

    # Terms of suppliers are set by what the company buys of them in an average week.
    weekly = behaviour["lines_per_open_day"] * behaviour["units_per_line"] * cost * 7 * OPEN_SHARE
    return Catalogue(
        products,
        _suppliers(np.array([weekly[supplier == s].sum() for s in range(len(DELIVERIES))])),
        _alternatives(random, products["sku"].to_numpy(dtype=object), category),
        _price_breaks(random, products),
        behaviour,
        category,
        supplier,
        available_from,
        ends_on,
    )


def dealt(random: Random, count: int, shares: list[float]) -> IntArray:
    """int64, shape (count,): every class in its share, as exactly as whole numbers allow, shuffled."""
    edges = np.cumsum(shares) / np.sum(shares)
    return random.permutation(np.searchsorted(edges, (np.arange(count) + 0.5) / count)).astype(np.int64)


def chosen(random: Random, count: int, share: float) -> BoolArray:
    """bool, shape (count,): true for a random ``share`` of them, rounded to a whole number."""
    return np.asarray(random.permutation(count) < round(share * count))


def cents(money: FloatArray) -> FloatArray:
    """Money rounded to whole cents."""
    return np.asarray(np.rint(money * 100) / 100)


def dates(calendar: Calendar, day: IntArray, known: BoolArray) -> pd.Series:
    """Day indices as dates; null where not ``known``."""
    number = np.where(known, calendar.first + day, 0).astype("datetime64[D]").astype("datetime64[us]")
    return pd.Series(number).where(known)


def _skus(category: IntArray) -> list[str]:
    letters = [c.name[:2].upper() for c in CATEGORIES]
    return [f"{letters[c]}-{10001 + i}" for i, c in enumerate(category)]


def _descriptions(random: Random, category: IntArray) -> list[str]:
    first, second, size = random.random((3, len(category)))
    return [
        f"{c.adjectives[int(a * len(c.adjectives))]} {c.nouns[int(b * len(c.nouns))]}, {5 + int(s * 40)} cm"
        for c, a, b, s in zip((CATEGORIES[k] for k in category), first, second, size, strict=True)
    ]


def _behaviour(
    random: Random, kind: IntArray, category: IntArray, price: FloatArray, calendar: Calendar
) -> pd.DataFrame:
    count = len(kind)
    low, high = (np.array([getattr(b, end) for b in BEHAVIOURS])[kind] for end in ("low", "high"))
    spread = np.array([b.spread for b in BEHAVIOURS])[kind]
    size = np.clip(np.exp(np.log(40 / price) + random.normal(0, 0.4, count)), 1.2, 48)
    size *= np.array([b.size for b in BEHAVIOURS])[kind]

    shifted = chosen(random, count, 0.06)
    season = {
        name: np.array([getattr(c, name) for c in CATEGORIES])[category]
        for name in ("peak", "width", "height")
    }

    return pd.DataFrame(
        {
            "class": np.array([b.name for b in BEHAVIOURS], dtype=object)[kind],
            "lines_per_open_day": low * (high / low) ** random.random(count),
            "units_per_line": size * np.exp(spread**2 / 2),
            "line_size_median": size,
            "line_size_spread": spread,
            "week_shape": random.uniform(4, 20, count),
            **{f"season_{name}": values for name, values in season.items()},
            "level_day": np.where(
                shifted, random.integers(calendar.days // 4, calendar.days * 4 // 5 + 1, count), -1
            ),
            "level_factor": np.where(shifted, random.choice([0.35, 0.5, 1.8, 2.5], count), 1.0),
            "trend_per_year": np.where(chosen(random, count, 0.2), random.uniform(-0.3, 0.4, count), 0.0),
            "promotion_response": random.uniform(0.6, 1.4, count),
        }
    )


def _packs(random: Random, behaviour: pd.DataFrame) -> dict[str, FloatArray]:
    count = len(behaviour)
    fortnight = (behaviour["lines_per_open_day"] * behaviour["units_per_line"]).to_numpy() * 14
    sizes = np.array([1.0, 2.0, 6.0, 12.0, 24.0, 48.0])
    largest = np.searchsorted(sizes, np.maximum(fortnight, 1.0), side="right") - 1
    pack = sizes[np.floor(random.random(count) * (largest + 1)).astype(np.int64)]
    least = np.where(chosen(random, count, 0.4), pack * random.integers(1, 4, count), 0.0)
    most = np.where(chosen(random, count, 0.04), pack * np.ceil((fortnight * 4 + 100) / pack), np.nan)
    return {"pack_size": pack, "min_order_quantity": least, "max_order_quantity": most}


def _volumes(random: Random, price: FloatArray) -> FloatArray:
    """Cubic metres: dearer things are larger."""
    # A generator of its own, so that the rest of the sample stays what it was.
    spread = random.spawn(1)[0].lognormal(0.0, 0.6, len(price))
    return np.asarray(np.maximum(np.rint(0.004 * np.sqrt(price) * spread * 10_000) / 10_000, 0.0001))


def _own_costs(random: Random, price: FloatArray) -> dict[str, FloatArray]:
    def some(share: float, value: FloatArray) -> FloatArray:
        return np.where(chosen(random, len(price), share), value, np.nan)

    count = len(price)
    return {
        "holding_rate": some(0.10, np.rint(random.uniform(18, 35, count)) / 100),
        "storage_cost": some(0.15, np.rint(random.uniform(1, 20, count)) / 1000),
        "goodwill_per_unit": some(0.15, cents(price * random.uniform(0.02, 0.15, count))),
        "late_cost_per_unit_day": some(0.10, cents(price * random.uniform(0.01, 0.05, count))),
        "churn_per_line": some(0.05, np.rint(random.uniform(2, 20, count)) / 1000),
    }


def _suppliers(weekly_value: FloatArray) -> pd.DataFrame:
    """Minimum and free-freight values follow from what the company usually buys from each."""
    index = np.arange(len(DELIVERIES))
    usual = weekly_value * np.array([d.review_days for d in DELIVERIES]) / 7
    spread = [
        np.sqrt(d.late * LATE_SHAPE) * d.late_days / LATE_SHAPE if d.late else np.nan for d in DELIVERIES
    ]

    return pd.DataFrame(
        {
            "supplier": [d.name for d in DELIVERIES],
            "lead_time_days": [float(d.lead_time) for d in DELIVERIES],
            "lead_time_sd_days": np.where(index % 2 == 0, np.rint(np.array(spread) * 10) / 10, np.nan),
            "review_days": [float(d.review_days) for d in DELIVERIES],
            "review_weekday": np.array(WEEKDAYS, dtype=object)[index % 5],
            "min_order_value": np.floor(usual * 0.25 / 10) * 10,
            "free_freight_value": np.ceil(usual * 0.9 / 50) * 50,
            "freight_cost": 15.0 + 5.0 * (index % 6),
            "order_cost": 8.0 + 2.0 * (index % 4),
            "line_cost": 0.40 + 0.10 * (index % 5),
            "max_volume": np.where(index % 6 == 5, 30.0, np.nan),
        }
    )


def _alternatives(random: Random, sku: np.ndarray, category: IntArray) -> pd.DataFrame:
    """For about one product in six, the next one or two of its category, in random order."""
    order = random.permutation(len(sku))
    order = order[np.argsort(category[order], kind="stable")]
    parts = []
    for rank in (1, 2):
        same = np.flatnonzero(category[order[:-rank]] == category[order[rank:]])
        same = same[random.random(len(same)) < 0.17 / rank]
        ratio = random.choice([1.0, 1.0, 1.0, 2.0, 0.5], len(same))
        parts.append(
            pd.DataFrame({"sku": sku[order[same]], "alternative": sku[order[same + rank]], "ratio": ratio})
        )
    rows = pd.concat(parts, ignore_index=True)
    rows.insert(2, "rank", rows.groupby("sku").cumcount() + 1.0)
    return rows.sort_values(["sku", "rank"], ignore_index=True)


def _price_breaks(random: Random, products: pd.DataFrame) -> pd.DataFrame:
    """For a quarter of the products, two steps of cheaper packs."""
    some = products.loc[chosen(random, len(products), 0.25), ["supplier", "sku", "pack_size", "unit_cost"]]
    steps = []
    for packs, part in ((4, 0.96), (10, 0.92)):
        # Rounded down, so that even the cheapest product has two different steps.
        cost = np.floor(some["unit_cost"] * part * 100 + 1e-6) / 100
        step = some[["supplier", "sku"]].assign(min_quantity=some["pack_size"] * packs, unit_cost=cost)
        steps.append(step)
    return pd.concat(steps).sort_values(["supplier", "sku", "min_quantity"], ignore_index=True)
