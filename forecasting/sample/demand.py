"""What customers of the synthetic company ask for: every order line, whether or not it can be met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.domain import FloatArray, IntArray
from forecasting.sample.calendar import AHEAD, Calendar
from forecasting.sample.catalogue import Catalogue, Random
from forecasting.sample.selling import Selling

ORDER, PREORDER, STANDING = 0, 1, 2
OPENS, CLOSES = 8 * 3600, 17 * 3600
"""Second of the day at which orders begin and end."""

LINES_PER_ORDER = 3.5
NOTICE = 7
"""Days between the entry of a standing order's line and its due date."""

LARGEST = 2000.0
"""Units on a line of a project order, at most."""

NO_DATE = -1


@dataclass(frozen=True)
class World:
    """The synthetic company: everything that does not depend on what happens.

    Item ``i`` is product ``i % n`` at location ``i // n``, where n is the number of products.
    ``size``: float64, shape (locations,): the share of the demand that each location has.
    """

    calendar: Calendar
    catalogue: Catalogue
    selling: Selling
    locations: tuple[str, ...]
    size: FloatArray

    @property
    def items(self) -> int:
        """How many items: products x locations."""
        return len(self.catalogue) * len(self.locations)

    def per_item(self, values: np.ndarray) -> np.ndarray:
        """Values per product, shape (n,), repeated for each location: shape (items,)."""
        return np.tile(values, len(self.locations))

    @property
    def rate(self) -> FloatArray:
        """float64, shape (items,): ordinary order lines per average open day."""
        lines = self.catalogue.behaviour["lines_per_open_day"].to_numpy()
        return np.asarray((self.size[:, None] * lines[None, :]).ravel())


@dataclass(frozen=True)
class Customers:
    """Attributes: ``weight`` (how often each orders, sums to 1) and ``size`` (of its lines)."""

    weight: FloatArray
    size: FloatArray

    def draw(self, random: Random, count: int) -> IntArray:
        """int64, shape (count,): who orders."""
        return np.asarray(random.choice(len(self.weight), size=count, p=self.weight), dtype=np.int64)


def make_customers(random: Random, items: int) -> Customers:
    """Few customers order often, and few order much."""
    weight = 1 / (np.arange(60 + items // 2) + 5.0) ** 0.8
    return Customers(weight / weight.sum(), random.lognormal(-0.18, 0.6, len(weight)))


def make_lines(random: Random, world: World) -> pd.DataFrame:
    """All lines, ordered by (item, day, second).

    Returns columns item, day (on which the line is due to ship from stock), second (place within the
    day), ordered_day, ordered_second, due (the customer's deadline, ``NO_DATE`` where there is none),
    quantity, order (a number), customer, kind. Days are indices; ``day`` may lie behind the last one
    for lines that were ordered ahead.
    """
    customers = make_customers(random, len(world.catalogue))
    parts = [
        _ordinary(random, world, customers),
        _preorders(random, world, customers),
        _standing(random, world, customers),
        _projects(random, world, customers),
    ]

    first = 0
    for part in parts:
        part["order"] += first
        first = max(first, int(part["order"].max()) + 1 if len(part) else 0)
    lines = pd.concat(parts, ignore_index=True)
    return lines.sort_values(["item", "day", "second", "order"], kind="stable", ignore_index=True)


def season(world: World) -> FloatArray:
    """float64, shape (n products, days + AHEAD): the yearly pattern, 1 on average over a year."""
    behaviour = world.catalogue.behaviour
    # Few different patterns: work them out once per pattern, not per product.
    patterns, which = np.unique(
        behaviour[["season_peak", "season_width", "season_height"]].to_numpy(), axis=0, return_inverse=True
    )
    year = np.arange(366)
    away = np.abs(year[None, :] - patterns[:, :1])
    bell = np.exp(-0.5 * (np.minimum(away, 366 - away) / patterns[:, 1:2]) ** 2)
    shape = 1 + patterns[:, 2:] * bell
    shape /= shape.mean(axis=1, keepdims=True)
    return np.asarray(shape[:, world.calendar.day_of_year][which.ravel()])


def _intensity(random: Random, world: World) -> FloatArray:
    """float64, shape (items, days): expected ordinary lines of each item and day."""
    calendar, behaviour = world.calendar, world.catalogue.behaviour
    day = np.arange(calendar.days)
    level = np.where(
        (behaviour["level_day"].to_numpy()[:, None] >= 0)
        & (day[None, :] >= behaviour["level_day"].to_numpy()[:, None]),
        behaviour["level_factor"].to_numpy()[:, None],
        1.0,
    )
    trend = np.maximum(1 + behaviour["trend_per_year"].to_numpy()[:, None] * day[None, :] / 365, 0.2)
    sold = (day[None, :] >= world.catalogue.available_from[:, None]) & (
        day[None, :] <= world.catalogue.ends_on[:, None]
    )

    product = season(world)[:, : calendar.days] * world.selling.lift[:, : calendar.days]
    product *= calendar.busy[: calendar.days] * level * trend * sold
    intensity = world.rate[:, None] * np.tile(product, (len(world.locations), 1))
    # Weeks are busier or quieter than planned, item by item: counts vary more than Poisson's do.
    shape = world.per_item(behaviour["week_shape"].to_numpy())[:, None]
    weeks = random.gamma(shape, 1 / shape, (world.items, calendar.days // 7 + 1))
    intensity *= weeks[:, day // 7]
    return np.asarray(intensity)


def _ordinary(random: Random, world: World, customers: Customers) -> pd.DataFrame:
    """Lines of every open day, dealt onto orders of the same day and location."""
    days, places = world.calendar.days, len(world.locations)
    counts = random.poisson(_intensity(random, world))
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    item, day = cell // days, cell % days

    # An order is of one day and one location, as its lines are shipped together.
    where = day * places + item // len(world.catalogue)
    orders = np.ceil(np.bincount(where, minlength=days * places) / LINES_PER_ORDER).astype(np.int64)
    first = np.cumsum(orders) - orders
    order = first[where] + np.floor(random.random(len(where)) * orders[where]).astype(np.int64)

    total = int(orders.sum())
    customer = customers.draw(random, total)
    second = random.integers(OPENS, CLOSES, total)
    patient = np.where(random.random(total) < 0.35, random.integers(1, 15, total), NO_DATE)
    quantity = _quantity(random, world, item, customers.size[customer[order]])
    due = np.where(patient[order] > 0, day + patient[order], NO_DATE)
    return _lines(
        item=item, day=day, second=second[order], ordered_day=day, ordered_second=second[order], due=due,
        quantity=quantity, order=order, customer=customer[order], kind=ORDER,
    )  # fmt: skip


def _preorders(random: Random, world: World, customers: Customers) -> pd.DataFrame:
    """Up to 30 days before a launch customers order ahead; the lines are due on its first open day."""
    opens = world.per_item(world.catalogue.available_from)
    count = np.where(opens > 0, 1 + random.poisson(6 * world.rate), 0)
    item = np.repeat(np.arange(world.items), count)
    ordered = world.calendar.next_open(np.maximum(opens[item] - random.integers(1, 31, len(item)), 0))
    kept = (ordered < opens[item]) & (ordered < world.calendar.days)
    item, ordered = item[kept], ordered[kept]
    due = world.calendar.next_open(opens[item])
    customer = customers.draw(random, len(item))
    second = random.integers(OPENS, CLOSES, len(item))
    quantity = _quantity(random, world, item, customers.size[customer])
    order = np.arange(len(item))
    return _lines(
        item=item, day=due, second=0, ordered_day=ordered, ordered_second=second, due=due,
        quantity=quantity, order=order, customer=customer, kind=PREORDER,
    )  # fmt: skip


def _standing(random: Random, world: World, customers: Customers) -> pd.DataFrame:
    """The same quantity every week, entered ``NOTICE`` days before it is due."""
    allowed = world.per_item(world.catalogue.products["backorder"].to_numpy(dtype=object) == "allowed")
    always = world.per_item(
        (world.catalogue.available_from < 0) & (world.catalogue.ends_on > world.calendar.days + AHEAD)
    )
    some = np.flatnonzero(allowed & always & (world.rate > 0.1))
    some = random.permutation(some)[: max(1, world.items // 25)]

    customer = customers.draw(random, len(some))
    quantity = np.maximum(1.0, np.rint(2 * _quantity(random, world, some, np.ones(len(some)))))
    weeks = (world.calendar.days + NOTICE) // 7 + 1
    agreement = np.repeat(np.arange(len(some)), weeks)
    # Monday to Friday, counted from the first Monday of the calendar.
    monday = int(-world.calendar.weekday[0] % 7)
    planned = monday + random.integers(0, 5, len(some))[agreement]
    planned = planned + 7 * np.tile(np.arange(weeks), len(some))

    ordered = planned - NOTICE
    kept = (ordered >= 0) & (ordered < world.calendar.days)
    agreement, ordered, planned = agreement[kept], ordered[kept], planned[kept]
    due = world.calendar.next_open(planned)
    return _lines(
        item=some[agreement], day=due, second=0, ordered_day=ordered, ordered_second=6 * 3600, due=due,
        quantity=quantity[agreement], order=np.arange(len(due)), customer=customer[agreement], kind=STANDING,
    )  # fmt: skip


def _projects(random: Random, world: World, customers: Customers) -> pd.DataFrame:
    """A few large one-off orders, each of several products, with time to deliver."""
    count = max(1, round(world.items * world.calendar.days / 60_000))
    opened = np.flatnonzero(~world.calendar.closed[: world.calendar.days])
    day = random.choice(opened, count)
    order = np.repeat(np.arange(count), random.integers(2, 6, count))
    # All lines of a project go to one location.
    item = random.integers(0, len(world.catalogue), len(order))
    item += random.integers(0, len(world.locations), count)[order] * len(world.catalogue)

    product = item % len(world.catalogue)
    sold = (world.catalogue.available_from[product] <= day[order]) & (
        world.catalogue.ends_on[product] >= day[order]
    )
    order, item = order[sold], item[sold]

    customer = customers.draw(random, count)
    second = random.integers(OPENS, CLOSES, count)
    due = day + random.integers(10, 40, count)
    quantity = np.minimum(_quantity(random, world, item, random.uniform(15, 40, len(item))), LARGEST)
    return _lines(
        item=item, day=day[order], second=second[order], ordered_day=day[order],
        ordered_second=second[order], due=due[order], quantity=quantity, order=order,
        customer=customer[order], kind=ORDER,
    )  # fmt: skip


def _quantity(random: Random, world: World, item: IntArray, scale: FloatArray) -> FloatArray:
    """Whole units, log-normal around the item's usual line times ``scale``."""
    behaviour = world.catalogue.behaviour.iloc[item % len(world.catalogue)]
    spread = behaviour["line_size_spread"].to_numpy() * random.standard_normal(len(item))
    return np.maximum(1.0, np.rint(behaviour["line_size_median"].to_numpy() * np.exp(spread) * scale))


def _lines(*, item: IntArray, quantity: FloatArray, **whole: IntArray | int) -> pd.DataFrame:
    """Lines of one source; a single number holds for all of them."""
    columns = {
        name: np.broadcast_to(np.asarray(values, dtype=np.int64), item.shape)
        for name, values in {"item": item, **whole}.items()
    }
    return pd.DataFrame({**columns, "quantity": quantity}).astype({"quantity": np.float64})
