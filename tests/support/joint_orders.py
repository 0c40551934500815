"""Random problems of choosing quantities together, and the same problem as an integer program."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import optimize, sparse

from forecasting.domain import SupplierTerms
from forecasting.joint_orders.terms import Options


def problem(items: int, suppliers: int, seed: int, options: int = 8) -> tuple[Options, SupplierTerms, float]:
    """Items with diminishing, then falling value; terms about what is wanted; and what is wanted in money."""
    generator = np.random.default_rng(seed)
    rate, cost = generator.lognormal(2.0, 1.2, items), generator.lognormal(1.5, 0.8, items)
    supplier = generator.integers(0, suppliers, items)
    reach = rate * generator.uniform(2, 6, items)
    quantity = np.ceil(np.linspace(0, 1, options)[None, :] * reach[:, None])
    have, need = generator.uniform(0, 3, items) * rate, 2.2 * rate
    short = np.logaddexp(
        0, (need - have)[:, None] / (0.25 * need[:, None]) - quantity / (0.25 * need)[:, None]
    )
    over = np.maximum(have[:, None] + quantity - need[:, None], 0.0)
    paid = 0.1 * (cost * need)[:, None] * short
    paid += 0.01 * cost[:, None] * (over + over**2 / (2 * rate[:, None]))
    value = paid[:, :1] - paid
    money, volume = quantity * cost[:, None], quantity * generator.uniform(0.5, 2, items)[:, None]
    rows, best = np.arange(items), value.argmax(axis=1)
    wanted = np.bincount(supplier, money[rows, best], suppliers)
    room = np.bincount(supplier, volume[rows, best], suppliers)
    terms = SupplierTerms(
        min_order_value=wanted * generator.uniform(0.0, 1.5, suppliers),
        free_freight_value=wanted * generator.uniform(0.7, 1.5, suppliers),
        freight_cost=np.full(suppliers, 40.0),
        order_cost=np.full(suppliers, 20.0),
        max_volume=room * generator.uniform(0.7, 1.6, suppliers),
    )
    indptr = np.arange(items + 1) * options
    return Options(indptr, value.ravel(), money.ravel(), volume.ravel(), supplier), terms, float(wanted.sum())


def objective_of(options: Options, terms: SupplierTerms, option: np.ndarray, budget: float) -> float:
    """What a choice saves, from the definition; -inf where it breaks a term."""
    flat = options.indptr[:-1] + option
    m = terms.suppliers
    money = np.bincount(options.supplier, options.money[flat], m)
    volume = np.bincount(options.supplier, options.volume[flat], m)
    ordered = np.bincount(options.supplier, option > 0, m) > 0
    slack = 1 + 1e-8
    broken = ordered & ((money * slack < terms.min_order_value) | (volume > terms.max_volume * slack))
    if broken.any() or money.sum() > budget * slack:
        return -np.inf
    pays = ordered & (money * slack < terms.free_freight_value)
    return float(options.value[flat].sum() - terms.freight_cost[pays].sum() - terms.order_cost[ordered].sum())


def brute_force(options: Options, terms: SupplierTerms, budget: float) -> float:
    """The best of all choices, by trying them all."""
    counts = np.diff(options.indptr)
    tried = itertools.product(*(range(count) for count in counts))
    return max(objective_of(options, terms, np.array(option), budget) for option in tried)


def proven_optimum(options: Options, terms: SupplierTerms, budget: float, gap: float = 1e-5) -> float:
    """The best of all choices by HiGHS: binary, which options are taken, who is ordered from and who
    is paid freight."""
    n, m, j = options.items, terms.suppliers, len(options.value)
    item = np.repeat(np.arange(n), np.diff(options.indptr))
    owner = options.supplier[item]
    counted = np.ones(j)
    counted[options.indptr[:-1]] = 0.0  # to order nothing needs no order
    each = sparse.csr_matrix((np.ones(j), (item, np.arange(j))), (n, j))
    money = sparse.csr_matrix((options.money, (owner, np.arange(j))), (m, j))
    volume = sparse.csr_matrix((options.volume, (owner, np.arange(j))), (m, j))
    some = sparse.csr_matrix((counted, (item, np.arange(j))), (n, j))
    of_item = sparse.csr_matrix((np.ones(n), (np.arange(n), options.supplier)), (n, m))
    none, no_items = sparse.csr_matrix((m, m)), sparse.csr_matrix((n, m))
    least, free, room = (
        np.where(np.isfinite(a), a, 1e12)
        for a in (terms.min_order_value, terms.free_freight_value, terms.max_volume)
    )
    rules = [
        optimize.LinearConstraint(sparse.hstack([each, no_items, no_items]), 1, 1),
        optimize.LinearConstraint(sparse.hstack([some, -of_item, no_items]), -np.inf, 0),
        optimize.LinearConstraint(sparse.hstack([money, -sparse.diags(least), none]), 0, np.inf),
        optimize.LinearConstraint(sparse.hstack([money, -sparse.diags(free), sparse.diags(free)]), 0, np.inf),
        optimize.LinearConstraint(sparse.hstack([volume, -sparse.diags(room), none]), -np.inf, 0),
    ]
    if np.isfinite(budget):
        row = np.concatenate([options.money, np.zeros(2 * m)])
        rules.append(optimize.LinearConstraint(row, -np.inf, budget))
    found = optimize.milp(
        -np.concatenate([options.value, -terms.order_cost, -terms.freight_cost]),
        constraints=rules,
        integrality=np.ones(j + 2 * m),
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": gap},
    )
    assert found.status == 0, found.message
    return float(-found.fun)
