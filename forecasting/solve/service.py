"""The service and the parts of the cost of a policy, from where its position stands.

Three measures of service, one meaning each:

- ``cycle_service_level``: the share of replenishment cycles without a shortage, that is, orders before
  whose arrival nobody had to wait;
- ``period_service_level``: the share of periods (continuous review: of time) without a shortage at its end;
- ``fill_rate``: the share of units that ship from stock as they are demanded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

from forecasting.domain import FloatArray
from forecasting.solve.cost_rate import CostRate


def measures(
    cost: CostRate,
    positions: FloatArray,
    shares: FloatArray,
    orders: float,
    order_cost: float,
    cycle_service: float,
    reorder_point: float,
) -> dict[str, Any]:
    """What every answer says, for a policy whose position is ``positions`` for ``shares`` of the time.

    Args:
        positions, shares: float64, shape (n,): positions after ordering; the shares sum to 1.
        orders: orders per period.
        order_cost: per order (K).
        cycle_service: see above.
        reorder_point: what safety stock is reckoned from.

    """
    on_hand = float(shares @ cost.on_hand(positions))
    backlog = 0.0 if cost.lost else float(shares @ cost.charged.shortage(positions))
    short = float(shares @ cost.short_units(positions))
    parts = {
        "holding": cost.holding * on_hand,
        "shortage": cost.backlog * backlog + cost.short * short,
        "ordering": order_cost * orders,
    }
    return {
        "cost_per_period": sum(parts.values()),
        "costs": parts,
        "cycle_service_level": probability(cycle_service),
        "period_service_level": probability(float(shares @ cost.charged.cdf(positions))),
        "fill_rate": probability(1.0 - short / cost.demand),
        "safety_stock": reorder_point - cost.charged.mean,
        "average_on_hand": on_hand,
        "average_backlog": backlog,
        "orders_per_period": orders,
    }


def probability(value: float) -> float:
    """Without what rounding puts outside 0..1."""
    return min(max(value, 0.0), 1.0)


def lattice_cycles(
    cost: CostRate, positions: FloatArray, shares: FloatArray, reorder_point: float, step: float = 1.0
) -> tuple[float, float]:
    """Falls to the reorder point or below per period, and the share of them without a shortage.

    ``positions``: ascending by ``step``, the first just above the reorder point. An order is placed at
    the position x that is left; the last moment before it arrives has x less the demand until then.
    """
    assert cost.jump is not None
    pmf = cost.jump.pmf
    # fall[u]: falling to u steps below the reorder point, from any of the positions.
    fall = np.maximum(signal.correlate(np.append(pmf[1:], np.zeros(len(shares))), shares, "valid"), 0.0)
    fall = fall[: max(len(pmf) - 1, 1)]
    chance = float(fall.sum())
    if chance <= 0:
        return 0.0, 1.0
    left: FloatArray = reorder_point - step * np.arange(len(fall), dtype=np.float64)
    if cost.lost:
        left = np.where(left < 0, -1.0, left)
    return cost.rate * chance, float(fall @ cost.before.cdf(left)) / chance
