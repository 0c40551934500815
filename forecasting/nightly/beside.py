"""What the ordering system itself suggests to buy, beside what the plan does."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

COLUMNS = ("location", "sku", "ours", "theirs")


def suggestions_in(file: Path) -> pd.DataFrame:
    """The suggestions that an import has left: location, sku, quantity; none where it left none."""
    if not file.is_file():
        return pd.DataFrame({"location": [], "sku": [], "quantity": []})
    return pd.read_csv(file, dtype={"location": str, "sku": str})


def beside(recommendations: pd.DataFrame, suggestions: pd.DataFrame) -> pd.DataFrame:
    """Location, sku, ours and theirs (units) of items that either suggests; the largest difference first."""
    items = ["location", "sku"]
    ours = recommendations[recommendations["quantity"] > 0].astype(dict.fromkeys(items, str))
    both = pd.concat(
        [
            ours.groupby(items)["quantity"].sum().rename("ours"),
            suggestions.groupby(items)["quantity"].sum().rename("theirs"),
        ],
        axis=1,
    ).fillna(0.0)
    apart = (both["ours"] - both["theirs"]).abs()
    both = both.assign(apart=apart).reset_index()
    ordered = both.sort_values(["apart", "location", "sku"], ascending=[False, True, True])
    return ordered[list(COLUMNS)].reset_index(drop=True)
