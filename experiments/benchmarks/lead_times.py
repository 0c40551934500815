"""How well arrivals are foretold: real deliveries, each foretold on the day of its order.

    python -m experiments.benchmarks.lead_times DELIVERIES.parquet

DELIVERIES holds one delivery line a row: ``item``, ``vendor``, ``po_sent``, ``scheduled``, ``delivered``
(dates). Printed: the share of deliveries that came by the P50 and by the P90 of what was believed when they
were ordered, with the scheduled day known and without it, by whichever of the two an open order is judged
by, and beside the mean of all receipts until then. Where many come on the foretold day itself, the share is
between that of those before it and that of those by it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.inputs.lead_time_beliefs import Deliveries, beliefs
from forecasting.inputs.lead_times import PROMISE_SD, USUAL_SD
from forecasting.inputs.open_orders import promise_is_the_guide

PRIOR = 4.0
FIRST_ORDERS = 200
"""Orders are foretold once so many deliveries have come."""

STATED_DAYS = 14.0
"""What is stated of every lead time where the scheduled day is not looked at."""


def deliveries(file: Path) -> pd.DataFrame:
    """One row a delivery: columns item, vendor (numbers), sent, came (day numbers), promised (days)."""
    lines = pd.read_parquet(file).dropna(subset=["po_sent", "delivered", "scheduled"])
    day = {name: lines[name].to_numpy(dtype="datetime64[D]").astype(np.int64) for name in _DATES}
    frame = pd.DataFrame(
        {
            "item": pd.factorize(lines["vendor"] + "|" + lines["item"])[0],
            "vendor": pd.factorize(lines["vendor"])[0],
            "sent": day["po_sent"],
            "came": day["delivered"],
            "promised": np.maximum(day["scheduled"] - day["po_sent"], 0),
        }
    )
    frame = frame[(frame["came"] >= frame["sent"])].drop_duplicates(["item", "sent", "came"])
    frame = frame.sort_values(["came", "sent"], kind="stable", ignore_index=True)
    return frame.assign(item=pd.factorize(frame["item"])[0])


_DATES = ("po_sent", "scheduled", "delivered")


def foretold(frame: pd.DataFrame, probabilities: tuple[float, ...], *, promised: bool) -> pd.DataFrame:
    """One row a delivery: ``days`` that it took, ``p50``, .., the days within which it was expected,
    and ``sd`` and ``seen``, what that rests on.
    """
    days = (frame["came"] - frame["sent"]).to_numpy(dtype=np.float64)
    stated = frame["promised"].to_numpy(dtype=np.float64) if promised else np.full(len(frame), STATED_DAYS)
    y = np.log1p(days) - np.log1p(stated)
    vendors, supplier = int(frame["vendor"].max()) + 1, _vendor_of_item(frame)
    sd = np.full(vendors, PROMISE_SD if promised else USUAL_SD)

    rows = []
    for sent, orders in frame.groupby("sent"):
        known = int(np.searchsorted(frame["came"], sent, side="left"))
        if known < FIRST_ORDERS:
            continue
        columns = (frame[name].to_numpy()[:known] for name in ("vendor", "item", "sent", "came"))
        past = Deliveries.of(*columns, y[:known])
        held, item, place = (
            beliefs(past, supplier, vendors, sd, PRIOR),
            orders["item"].to_numpy(),
            orders.index,
        )
        expected = {
            f"p{round(p * 100)}": np.expm1(np.log1p(stated[place]) + held.quantile(p)[item])
            for p in probabilities
        }
        rests_on = {"sd": held.sd[item], "seen": held.seen[item], "mean": days[:known].mean()}
        rows.append(pd.DataFrame({"days": days[place], **expected, **rests_on}))
    return pd.concat(rows, ignore_index=True)


def as_judged(with_day: pd.DataFrame, without: pd.DataFrame) -> pd.DataFrame:
    """The same rows, each by the guide that an open order goes by."""
    columns = (
        table[name].to_numpy() for table, name in ((with_day, "sd"), (without, "sd"), (without, "seen"))
    )
    guide = promise_is_the_guide(*columns)
    return with_day.where(pd.Series(guide), without)


def _vendor_of_item(frame: pd.DataFrame) -> np.ndarray:
    return frame.groupby("item")["vendor"].first().sort_index().to_numpy()


def main() -> None:
    """Foretell every delivery, and print how many came by the days foretold."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("deliveries", type=Path)
    frame = deliveries(parser.parse_args().deliveries)

    print(f"{'':28}{'came before / by P50':>22}{'before / by P90':>20}{'mean error, days':>18}")
    with_day, without = (foretold(frame, (0.5, 0.9), promised=promised) for promised in (True, False))
    tables = {
        "with the scheduled day": with_day,
        "without it": without,
        "as open orders are judged": as_judged(with_day, without),
    }
    for name, table in tables.items():
        shares = []
        for column in ("p50", "p90"):
            day, took = np.round(table[column]), table["days"]
            shares.append(f"{(took < day).mean():.3f} / {(took <= day).mean():.3f}")
        error = (table["p50"] - table["days"]).abs().mean()
        print(f"{name:28}{shares[0]:>22}{shares[1]:>20}{error:>18.1f}")
    table = without
    before, error = (table["days"] < table["mean"]).mean(), (table["mean"] - table["days"]).abs().mean()
    print(f"{'mean of all receipts':28}{before:>22.3f}{'-':>20}{error:>18.1f}")
    print(f"{len(table):,} deliveries of {frame['vendor'].nunique()} vendors")


if __name__ == "__main__":
    main()
