"""Slow twins of the exact algorithms: the definitions, written out, and plain simulation."""

from __future__ import annotations

import numpy as np


def s_s_cost(pmf, g, fixed, s, large):
    """Long-run cost of (s, S) by the stationary distribution of the position after ordering."""
    states = list(range(s + 1, large + 1))
    chain = np.zeros((len(states), len(states)))
    ordering = np.zeros(len(states))
    for i, y in enumerate(states):
        for d, p in enumerate(pmf):
            x = y - d
            if x <= s:
                ordering[i] += p
                x = large
            chain[i, states.index(x)] += p
    equations = chain.T - np.eye(len(states))
    equations[-1] = 1
    share = np.linalg.solve(equations, np.append(np.zeros(len(states) - 1), 1))
    return float(share @ [g(y) for y in states] + fixed * share @ ordering)


def one_period_cost(pmf_before, pmf_after, holding, backlog, short):
    """G(y) by summing over every outcome."""

    def g(y):
        after = sum(
            p * (holding * max(y - d, 0) + (backlog + short) * max(d - y, 0)) for d, p in enumerate(pmf_after)
        )
        return after - short * sum(p * max(d - y, 0) for d, p in enumerate(pmf_before))

    return g


def convolved(pmf, times):
    total = np.ones(1)
    for _ in range(times):
        total = np.convolve(total, pmf)
    return total


def walk(demand, order, lead, on_hand, holding, backlog, short, fixed, lost):
    """Mean cost per period, fill rate, share of periods and of cycles without a shortage.

    ``order(position, on_hand, pipeline)`` is asked before the demand of each period.
    """
    pipeline = [0] * lead
    level, total, missed, bad = on_hand, 0.0, 0, 0
    cycles = bad_cycles = 0
    pending = False
    for units in demand:
        arrived = pipeline.pop(0) if lead else 0
        if arrived:
            cycles += 1
            bad_cycles += pending
            pending = False
        level += arrived
        position = level + sum(pipeline)
        ordered = order(position, level, pipeline)
        if lead:
            pipeline.append(ordered)
        else:
            if ordered:
                cycles += 1
                bad_cycles += pending
                pending = False
            level += ordered
        newly = max(units - max(level, 0), 0)
        missed += newly
        level -= units
        if lost:
            level = max(level, 0)
        bad += newly > 0 if lost else level < 0
        pending = pending or newly > 0
        total += holding * max(level, 0) + backlog * max(-level, 0) + short * newly + fixed * (ordered > 0)
    count = len(demand)
    return total / count, 1 - missed / sum(demand), 1 - bad / count, 1 - bad_cycles / max(cycles, 1)


def best_in_packs(pmf, g, fixed, pack, smallest, low, high):
    """Least long-run cost of any policy that orders whole packs: value iteration on the position."""
    states = np.arange(low, high + 1)
    stage = np.array([g(y) for y in states])
    value = np.zeros(len(states))
    for _ in range(4000):
        after = stage.copy()
        for d, p in enumerate(pmf):
            after += p * value[np.maximum(np.arange(len(states)) - d, 0)]
        fresh = after.copy()
        for packs in range(-(-smallest // pack), (high - low) // pack + 1):
            jump = packs * pack
            fresh[: len(states) - jump] = np.minimum(fresh[: len(states) - jump], fixed + after[jump:])
        gain = fresh - value
        value = (value + fresh) / 2
        value -= value[-1]
        if gain.max() - gain.min() < 1e-7:
            break
    return float(gain.max() + gain.min()) / 2


def lost_sales_optimum(pmf, lead, holding, short, most_stock, most_order):
    """Least long-run cost of any policy where sales are lost: value iteration over dictionaries of states."""
    shape = (most_stock + 1,) + (most_order + 1,) * (lead - 1)
    value = np.zeros(shape)
    stock = np.arange(most_stock + 1)
    stage = [
        sum(p * (holding * max(x - d, 0) + short * max(d - x, 0)) for d, p in enumerate(pmf)) for x in stock
    ]
    gain = np.zeros(1)
    for _ in range(2000):
        fresh = np.empty(shape)
        for state in np.ndindex(*shape):
            x, pipe = state[0], state[1:]
            best = np.inf
            for q in range(most_order + 1):
                arriving = (*pipe, q)
                ahead = sum(
                    p * value[(min(max(x - d, 0) + arriving[0], most_stock), *arriving[1:])]
                    for d, p in enumerate(pmf)
                )
                best = min(best, ahead)
            fresh[state] = stage[x] + best
        gain = fresh - value
        value = fresh - fresh.flat[0]
        if gain.max() - gain.min() < 1e-6:
            break
    return float(gain.max() + gain.min()) / 2
