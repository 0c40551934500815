"""What the synthetic company is drawn from: families of products, classes of demand, suppliers.

Change a number here and the company changes; nothing else has to.
"""

from __future__ import annotations

from typing import NamedTuple


class Category(NamedTuple):
    """A family of products. Its season is 1 + a bell of ``height`` around day of year ``peak``."""

    name: str
    share: float
    price: float
    peak: int
    width: float
    height: float
    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]


CATEGORIES = (
    Category(
        "Christmas",
        0.10,
        6.0,
        322,
        28.0,
        6.0,
        ("Gold", "Red", "Frosted", "Starry"),
        ("bauble set", "wreath", "garland", "stocking", "tree stand"),
    ),
    Category(
        "Garden",
        0.16,
        12.0,
        140,
        38.0,
        3.5,
        ("Terracotta", "Zinc", "Willow", "Green"),
        ("planter", "watering can", "trellis", "bird feeder", "hand fork"),
    ),
    Category(
        "Candles",
        0.14,
        7.0,
        335,
        50.0,
        1.2,
        ("Vanilla", "Beeswax", "Ivory", "Cedar"),
        ("pillar candle", "tealights", "lantern", "candle holder"),
    ),
    Category(
        "Stationery",
        0.15,
        4.0,
        243,
        18.0,
        1.6,
        ("Ruled", "Dotted", "Recycled", "Pocket"),
        ("notebook", "pencil set", "card box", "planner", "folder"),
    ),
    Category(
        "Kitchen",
        0.20,
        14.0,
        0,
        1.0,
        0.0,
        ("Enamel", "Oak", "Stoneware", "Striped"),
        ("mug", "serving tray", "mixing bowl", "tea towel", "butter dish"),
    ),
    Category(
        "Tools",
        0.13,
        22.0,
        0,
        1.0,
        0.0,
        ("Steel", "Folding", "Compact", "Heavy"),
        ("clamp", "ruler", "pruning saw", "storage crate", "work light"),
    ),
    Category(
        "Food",
        0.12,
        5.0,
        0,
        1.0,
        0.0,
        ("Lemon", "Smoked", "Wild", "Roasted"),
        ("curd", "oat biscuits", "honey", "coffee beans", "chutney"),
    ),
)


class Behaviour(NamedTuple):
    """A class of demand: order lines a day between ``low`` and ``high``, lumpier with ``spread``."""

    name: str
    share: float
    low: float
    high: float
    spread: float
    size: float


BEHAVIOURS = (
    Behaviour("smooth", 0.12, 0.8, 4.0, 0.5, 1.0),
    Behaviour("regular", 0.40, 0.12, 0.8, 0.6, 1.0),
    Behaviour("intermittent", 0.30, 0.02, 0.10, 0.6, 1.0),
    Behaviour("lumpy", 0.18, 0.01, 0.05, 1.1, 3.0),
)


class Delivery(NamedTuple):
    """How a supplier delivers: late with probability ``late`` (gamma days), short with ``short``."""

    name: str
    lead_time: int
    review_days: int
    late: float
    late_days: float
    short: float


DELIVERIES = (
    Delivery("Northgate", 14, 7, 0.0, 0.0, 0.0),
    Delivery("Alder and Sons", 7, 7, 0.0, 0.0, 0.0),
    Delivery("Brightwick", 10, 7, 0.15, 4.0, 0.0),
    Delivery("Castle and Co", 12, 7, 0.0, 0.0, 0.10),
    Delivery("Delmar Imports", 45, 14, 0.40, 9.0, 0.05),
    Delivery("Eastfield", 21, 7, 0.30, 6.0, 0.0),
    Delivery("Fenland Goods", 7, 7, 0.05, 2.0, 0.15),
    Delivery("Green Acre", 18, 7, 0.20, 5.0, 0.0),
    Delivery("Harbour Trading", 35, 14, 0.50, 10.0, 0.10),
    Delivery("Ivory Hill", 9, 7, 0.0, 0.0, 0.0),
    Delivery("Juniper Works", 28, 14, 0.25, 7.0, 0.0),
    Delivery("Kestrel Supply", 16, 7, 0.10, 3.0, 0.20),
)

LATE_SHAPE = 2.0
"""Shape of the gamma distribution of the days by which a late delivery is late."""
