"""Writes ``docs/notebook.ipynb`` and what its cells answer. Run it by ``make docs``.

The cells are run here as a notebook runs them: one after the other in one namespace, the last expression
shown as HTML and as text. ``%%writefile`` is the one magic that they use.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("notebook.ipynb")

CELLS = r'''
# %% [markdown]
# reorder from a notebook

What to buy, from pandas and back. Every call does what the command of its name does, and says the
same to the last digit. Settings are keyword arguments, by the names of `configs/default.yaml`.
# %% [markdown]
## A dataset

A folder, an SQL URL, a dict of DataFrames, or a made wholesaler as here.
# %%
import forecasting as reorder

data = reorder.sample(items=60, days=500, seed=7)
data
# %%
data.orders[["order", "ordered_at", "sku", "quantity", "shipped_at"]].head(3)
# %% [markdown]
## What to buy

The tables of a plan are attributes: `recommendations`, `costs`, `overdue` and more
(`docs/outputs.md`).
# %%
plan = reorder.plan(data, as_of="2026-06-26", model="theta")
plan
# %%
bought = plan.recommendations.query("quantity > 0")
print(bought.iloc[0]["reason"])
# %%
bought.groupby("supplier")["value"].agg(["count", "sum"]).round(2)
# %% [markdown]
## What will be asked for
# %%
reorder.forecast(data, as_of="2026-06-26", horizon_days=28, model="theta").round(1).head(5)
# %% [markdown]
## A model of one's own

One file ([the tutorial](extending.md) explains it), held to what every shipped model promises:
# %%
%%writefile my_model.py
import numpy as np

from models import Simple


class PlainMean(Simple):
    """The mean of half a year, and a spread of the same past."""

    buckets = 26

    def mean_and_sd(self, demand, horizon):
        known = np.maximum((~np.isnan(demand)).sum(axis=1), 1)
        mean = np.nan_to_num(demand).sum(axis=1) / known
        variance = np.nan_to_num((demand - mean[:, None]) ** 2).sum(axis=1) / known
        return mean * horizon, np.sqrt(variance * horizon * (1 + horizon / known))
# %%
reorder.check("my_model.py")
# %% [markdown]
## What it is worth

The same quarter in several ways, each its own settings; the first is what the others are compared
with.
# %%
ways = {
    "rule": {"policy": "base_stock", "model": "moving_average"},
    "shipped": {"model": "theta"},
    "mine": {"model": "my_model.py"},
}
compared = reorder.compare(data, ways, first="2026-04-06", last="2026-06-26")
compared
# %%
dear = compared.replays["mine"].items.nlargest(3, "cost_total")
dear[["sku", "backordered_lines", "cost_total"]]
# %% [markdown]
## Your own tables

Only `orders` is required. What nothing is known of is assumed, and listed.
# %%
orders = data.orders[["order", "ordered_at", "sku", "quantity"]]
alone = reorder.plan(reorder.load({"orders": orders}), as_of="2026-06-26", model="theta")
alone.assumptions.head(5)
'''
"""The cells: ``# %%`` begins one, ``# %% [markdown]`` one of words."""


def notebook() -> dict[str, Any]:
    """The notebook as its file holds it, run in a folder of its own."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells = []
    with in_new_folder():
        for number, (kind, text) in enumerate(written()):
            cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}}
            cell["source"] = lines(text)
            if kind == "code":
                count = sum(each["cell_type"] == "code" for each in cells) + 1
                cell |= {"execution_count": count, "outputs": outputs(text, names, count)}
            cells.append(cell)
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def written() -> Iterator[tuple[str, str]]:
    """The kind and the text of each cell."""
    for cell in CELLS.split("# %%")[1:]:
        head, _, text = cell.partition("\n")
        yield ("markdown" if head.strip() == "[markdown]" else "code"), text.rstrip("\n")


@contextlib.contextmanager
def in_new_folder() -> Iterator[None]:
    """Work in an empty folder, which is taken away afterwards."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def outputs(text: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """What a cell prints, and what its last expression is."""
    if text.startswith("%%writefile "):
        head, _, rest = text.partition("\n")
        file = head.removeprefix("%%writefile ")
        Path(file).write_text(rest + "\n", encoding="utf-8")
        return [stream(f"Writing {file}\n")]

    body, last, printed = ast.parse(text), None, io.StringIO()
    if isinstance(body.body[-1], ast.Expr):
        last = ast.Expression(body.body.pop().value)
    with contextlib.redirect_stdout(printed):
        exec(compile(body, "<cell>", "exec"), names)
        value = None if last is None else eval(compile(last, "<cell>", "eval"), names)

    found = [stream(printed.getvalue())] if printed.getvalue() else []
    if value is not None:
        data = {"text/plain": lines(repr(value))}
        if hasattr(value, "_repr_html_"):
            data = {"text/html": lines(value._repr_html_()), **data}
        found.append(
            {"output_type": "execute_result", "execution_count": count, "data": data, "metadata": {}}
        )
    return found


def stream(text: str) -> dict[str, Any]:
    """What was printed."""
    return {"output_type": "stream", "name": "stdout", "text": lines(text)}


def lines(text: str) -> list[str]:
    """A text as notebooks keep it."""
    return text.splitlines(keepends=True)


if __name__ == "__main__":
    FILE.write_text(json.dumps(notebook(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
