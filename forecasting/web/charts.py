"""Charts as plain SVG: figures become coordinates and paths. Colours and type are the style sheet's.

Every chart has its figures in a table beside it; what is drawn is never the only way to read them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from forecasting.reviewing.projection import DAYS, Projection, Weeks
from forecasting.reviewing.quantities import curve
from forecasting.store.application.lines import Line
from forecasting.web.rendering import day, number

FloatArray = npt.NDArray[np.float64]
LINE = 21
"""From one line of words to the next: on narrow screens the type is larger."""
NEAR = 40
"""Figures that are less apart would run into each other."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Mark:
    """A word at a place."""

    x: float
    y: float
    text: str
    end: bool = False


@dataclass(frozen=True)
class Frame:
    """Where figures lie on paper: ``width`` x ``height`` units, margins around, the ranges of both axes."""

    x0: float
    x1: float
    y0: float
    y1: float
    width: float = 860.0
    height: float = 240.0
    left: float = 52.0
    right: float = 74.0
    top: float = 18.0
    bottom: float = 26.0

    def x(self, value: float) -> float:
        """Across."""
        share = (value - self.x0) / ((self.x1 - self.x0) or 1.0)
        return round(self.left + share * (self.width - self.left - self.right), 1)

    def y(self, value: float) -> float:
        """Down; what lies outside is held at the edge."""
        share = (min(max(value, self.y0), self.y1) - self.y0) / ((self.y1 - self.y0) or 1.0)
        return round(self.height - self.bottom - share * (self.height - self.top - self.bottom), 1)

    @property
    def right_edge(self) -> float:
        """Where the axis across ends."""
        return self.width - self.right

    @property
    def floor(self) -> float:
        """Where the axis down ends."""
        return self.height - self.bottom

    def line(self, xs: FloatArray, ys: FloatArray) -> str:
        """A line through points."""
        points = [f"{self.x(float(x))} {self.y(float(y))}" for x, y in zip(xs, ys, strict=True)]
        return "M" + "L".join(points) if points else ""

    def band(self, xs: FloatArray, low: FloatArray, high: FloatArray) -> str:
        """The area between two lines."""
        back = self.line(xs[::-1], low[::-1]).replace("M", "L", 1)
        return f"{self.line(xs, high)}{back}Z"

    @property
    def ticks(self) -> Sequence[Mark]:
        """Round figures on the axis down."""
        return [Mark(self.left - 8, self.y(value), number(value)) for value in round_steps(self.y0, self.y1)]


def round_steps(low: float, high: float, wanted: int = 4) -> Sequence[float]:
    """Round figures from ``low`` to ``high``, about as many as wanted."""
    span = max(high - low, 1e-9)
    size = 10 ** math.floor(math.log10(span / wanted))
    step = next((size * each for each in STEPS if span / (size * each) <= wanted), size * 10)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass(frozen=True)
class StockChart:
    """Projected stock, drawn."""

    frame: Frame
    wide: str
    narrow: str
    expected: str
    zero: float
    days: Sequence[Mark]
    receipts: Sequence[Mark]
    deadlines: Sequence[Mark]
    labels: Sequence[Mark]


def stock_chart(line: Line, ahead: Projection, deadlines: Sequence[tuple[date, Decimal]] = ()) -> StockChart:
    """Stock of the next 90 days with its bands, what comes, the zone in which there is none, and the days by
    which customers need how many units: those that are past stand at today.
    """
    days = np.arange(DAYS + 1, dtype=np.float64)
    high = float(max(ahead.q95.max(), float(line.on_hand), 1.0))
    low = float(min(ahead.q05.min(), 0.0))
    frame = Frame(0, DAYS, max(low, -high) * 1.05, high * 1.12)
    receipts = []
    for place, receipt in enumerate(ahead.receipts):
        at = frame.x((receipt.day - line.as_of).days)
        end = at > frame.width * 0.7
        said = f"+{number(receipt.units)} {receipt.purchase_order or 'this order'}"
        receipts.append(Mark(at, frame.top + 10 + LINE * (place % 3), said, end))
    due: dict[int, Decimal] = {}
    for by, units in deadlines:
        after = max((by - line.as_of).days, 0)
        if after <= DAYS:
            due[after] = due.get(after, Decimal(0)) + units
    ends = (("95 %", ahead.q95[-1]), ("expected", ahead.expected[-1]), ("5 %", ahead.q05[-1]))
    return StockChart(
        frame=frame,
        wide=frame.band(days, ahead.q05, ahead.q95),
        narrow=frame.band(days, ahead.q20, ahead.q80),
        expected=frame.line(days, ahead.expected),
        zero=frame.y(0),
        days=_days(frame, line.as_of, range(0, DAYS + 1, 15)),
        receipts=receipts,
        deadlines=_stepped(
            [Mark(frame.x(after), frame.floor - 13, number(due[after])) for after in sorted(due)]
        ),
        labels=_apart(
            [Mark(frame.right_edge + 6, frame.y(float(at)), text) for text, at in ends], frame.floor
        ),
    )


def _stepped(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Figures in a row, each raised by a line or two where the one before it is too near to be read."""
    placed: list[Mark] = []
    for mark in marks:
        steps = round((placed[-1].y - mark.y) / -LINE) if placed and mark.x - placed[-1].x < NEAR else -1
        placed.append(replace(mark, y=mark.y - LINE * ((steps + 1) % 3)))
    return placed


@dataclass(frozen=True)
class DemandChart:
    """Demand week by week, drawn: bars of the past, the forecast's bands of the time to come."""

    frame: Frame
    bars: Sequence[tuple[float, float, float, str]]
    closed: Sequence[tuple[float, float]]
    promoted: Sequence[tuple[float, float]]
    bar_width: float
    wide: str
    narrow: str
    expected: str
    today: float
    days: Sequence[Mark]
    labels: Sequence[Mark]


def demand_chart(line: Line, weeks: Weeks, promoted: FloatArray | None = None) -> DemandChart:
    """A bar a past week, weeks in which it could not be sold shaded, odd orders apart; then the fan.

    ``promoted``: the share of each week on promotion, of those past and those to come; None: not known.
    """
    past, ahead = len(weeks.asked), len(weeks.mean)
    top = float(max(weeks.asked.max(initial=0.0), weeks.q95.max(initial=0.0), 1.0)) * 1.08
    frame = Frame(-past, ahead, 0.0, top)
    wide = (frame.x(1) - frame.x(0)) * 0.72
    bars, closed = [], []
    for week, (asked, odd, share) in enumerate(zip(weeks.asked, weeks.odd, weeks.available, strict=True)):
        left = round(frame.x(week - past) + (frame.x(1) - frame.x(0)) * 0.14, 1)
        believed = float(asked - odd)
        if believed > 0:
            bars.append((left, frame.y(believed), round(frame.floor - frame.y(believed), 1), "bar-asked"))
        if odd > 0:
            height = round(frame.y(believed) - frame.y(float(asked)), 1)
            bars.append((left, frame.y(float(asked)), height, "bar-odd"))
        if share < 0.999:
            closed.append((frame.x(week - past), round((frame.x(1) - frame.x(0)) * float(1 - share), 1)))

    on_promotion = np.zeros(0) if promoted is None else promoted[: past + ahead]
    promotions = [
        (frame.x(int(week) - past), round((frame.x(1) - frame.x(0)) * float(on_promotion[week]), 1))
        for week in np.flatnonzero(on_promotion > 0)
    ]

    # Steps rather than slopes: a week's demand is of the whole week.
    edges = np.repeat(np.arange(ahead + 1, dtype=np.float64), 2)[1:-1]

    def stepped(values: FloatArray) -> FloatArray:
        return np.repeat(values, 2)

    ends = (("95 %", weeks.q95), ("80 %", weeks.q80), ("expected", weeks.mean))
    return DemandChart(
        frame=frame,
        bars=bars,
        closed=closed,
        promoted=promotions,
        bar_width=round(wide, 1),
        wide=frame.band(edges, stepped(weeks.q05), stepped(weeks.q95)),
        narrow=frame.band(edges, stepped(weeks.q20), stepped(weeks.q80)),
        expected=frame.line(edges, stepped(weeks.mean)),
        today=frame.x(0),
        days=[
            Mark(frame.x(week), frame.floor + 18, day(line.as_of + timedelta(weeks=week), line.as_of))
            for week in range(-past, ahead + 1, 13)
        ],
        labels=_apart(
            [Mark(frame.right_edge + 6, frame.y(float(at[-1])), text) for text, at in ends if len(at)],
            frame.floor - 4,
        ),
    )


@dataclass(frozen=True)
class CostChart:
    """Expected cost against quantity, drawn."""

    frame: Frame
    line: str
    points: Sequence[tuple[float, float]]
    here: tuple[float, float]
    suggested: float
    quantities: Sequence[Mark]


def cost_chart(line: Line, quantity: float, cost: float) -> CostChart | None:
    """What each quantity is expected to cost; None where there is no choice."""
    quantities, costs, _ = curve(line)
    if len(quantities) < 2:
        return None
    high = max(quantities[-1], quantity)
    frame = Frame(0, high, 0.0, max(*costs, cost) * 1.1, width=360.0, height=190.0, left=48, right=14)
    return CostChart(
        frame=frame,
        line=frame.line(np.array(quantities), np.array(costs)),
        points=[(frame.x(x), frame.y(y)) for x, y in zip(quantities, costs, strict=True)],
        here=(frame.x(quantity), frame.y(cost)),
        suggested=frame.x(float(line.suggested)),
        quantities=[Mark(frame.x(at), frame.floor + 18, number(at)) for at in round_steps(0, high, 4)],
    )


def _days(frame: Frame, today: date, at: range) -> Sequence[Mark]:
    return [Mark(frame.x(ahead), frame.floor + 18, day(today + timedelta(days=ahead))) for ahead in at]


def _apart(labels: Sequence[Mark], lowest: float, least: float = 13.0) -> Sequence[Mark]:
    """The same labels, moved where they would lie on each other, none of them below ``lowest``."""
    placed: list[Mark] = []
    for label in sorted(labels, key=lambda mark: mark.y):
        y = label.y if not placed else max(label.y, placed[-1].y + least)
        placed.append(Mark(label.x, y, label.text))
    for place in reversed(range(len(placed))):
        limit = lowest if place == len(placed) - 1 else placed[place + 1].y - least
        placed[place] = Mark(placed[place].x, min(placed[place].y, limit), placed[place].text)
    return placed
