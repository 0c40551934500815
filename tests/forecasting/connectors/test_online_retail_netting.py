"""Which cancellation takes back which sale: against a slow twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.connectors.online_retail.netting import Lines, net


def net_slowly(sales: Lines, cancellations: Lines) -> dict[tuple[int, int], int]:
    """``net`` as its docstring says it, one cancellation at a time."""
    left = sales.quantity.copy()
    parts: dict[tuple[int, int], int] = {}
    for c in np.argsort(cancellations.at, kind="stable"):
        wanted = int(cancellations.quantity[c])
        earlier = [
            s
            for s in np.argsort(sales.at, kind="stable")[::-1]
            if sales.key[s] == cancellations.key[c] and sales.at[s] <= cancellations.at[c]
        ]
        same = [s for s in earlier if sales.price[s] == cancellations.price[c]]
        for s in same + earlier:
            taken = min(wanted, int(left[s]))
            if taken:
                parts[int(s), int(c)] = taken
                left[s] -= taken
                wanted -= taken
    return parts


def some_lines(most: int) -> st.SearchStrategy[Lines]:
    line = st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(1, 6), st.sampled_from([1.0, 2.5]))
    return st.lists(line, max_size=most).map(
        lambda rows: Lines(
            *(np.array([row[i] for row in rows], np.int64) for i in range(3)),
            np.array([row[3] for row in rows], np.float64),
        )
    )


@settings(deadline=None, max_examples=200, derandomize=True)
@given(some_lines(12), some_lines(12))
def test_netting_equals_its_slow_twin(sales: Lines, cancellations: Lines) -> None:
    netted = net(sales, cancellations)
    fast = dict(
        zip(
            zip(netted.sale.tolist(), netted.cancellation.tolist(), strict=True),
            netted.quantity.tolist(),
            strict=True,
        )
    )
    assert fast == net_slowly(sales, cancellations)
    assert np.all(np.diff(netted.sale) >= 0)
