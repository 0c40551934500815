"""Runs the regime board, cell by cell. From the repository's root::

    python -m experiments.regimes.run --data DIR --out DIR [--quick] [--items N] [--cells A,B] [--page FILE]

``DIR`` of ``--data`` (or the variable REORDER_DATA) holds the panels' files, as ``README.md`` lists them;
cells whose data is not there are left out, and named. A cell that is in ``--out`` already is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.regimes.board import page
from experiments.regimes.cells import CELLS, QUICK_ITEMS, Cell
from experiments.regimes.panels import PANELS, Panel, PanelAbsentError
from experiments.regimes.remembered import remembered_trainings
from experiments.regimes.summary import costs_by_contestant, summarise
from experiments.regimes.walk import Trainings, Walked, walk
from forecasting.adapters.atomic import whole_file

EVERY = 91
"""Days from one choice of models, with its training, to the next: the default of ``reselect_days``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, and write the page. Returns the exit code."""
    asked = _asked(arguments)
    cells = _cells(asked)
    asked.out.mkdir(parents=True, exist_ok=True)

    records, absent, number = [], [], 0
    # What was trained for one panel is of no use to another, and large.
    for _, group in groupby(cells, key=lambda cell: cell.panel):
        trainings = Trainings(EVERY, {})
        with remembered_trainings():
            for cell in group:
                number += 1
                record = _kept(asked.out, cell)
                try:
                    if record is None:
                        panel = PANELS[cell.panel](asked.data, cell.items)
                        record = _run(cell, panel, trainings, asked.out, f"{number}/{len(cells)}")
                except PanelAbsentError as error:
                    print(f"{cell.name}: left out, {error}", flush=True)
                    absent.append(cell.name)
                    continue
                records.append(record)
                print(_line(record), flush=True)
    if records:
        _finish(asked, records, absent)
    return 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Runs the regime board.")
    data = os.environ.get("REORDER_DATA", "data")
    parser.add_argument("--data", type=Path, default=Path(data), help="the folder of the panels' files")
    parser.add_argument("--out", type=Path, required=True, help="where results are kept")
    parser.add_argument("--quick", action="store_true", help="a few cells of few items")
    parser.add_argument("--items", type=int, help="of a panel, at most; else what the cell says")
    parser.add_argument("--cells", default="", help="their names, with commas; all where none is given")
    parser.add_argument("--page", type=Path, help="where to write the board; else board.md in --out")
    return parser.parse_args(arguments)


def _cells(asked: argparse.Namespace) -> list[Cell]:
    among = [cell for cell in CELLS if cell.quick or not asked.quick]
    names = [name for name in asked.cells.split(",") if name]
    unknown = set(names) - {cell.name for cell in among}
    if unknown:
        known = ", ".join(cell.name for cell in among)
        raise SystemExit(f"there is no cell {', '.join(sorted(unknown))}; there are {known}")
    most = asked.items or (QUICK_ITEMS if asked.quick else max(cell.items for cell in among))
    chosen = [cell for cell in among if not names or cell.name in names]
    return [replace(cell, items=min(cell.items, most)) for cell in chosen]


def _file(out: Path, cell: Cell) -> Path:
    return out / f"{cell.name}.json"


def _kept(out: Path, cell: Cell) -> dict[str, Any] | None:
    """The record of a cell that was run as it is now; else None."""
    file = _file(out, cell)
    if not file.exists():
        return None
    record = json.loads(file.read_text(encoding="utf-8"))
    return record if record["cell"] == asdict(cell) else None


def _run(cell: Cell, panel: Panel, trainings: Trainings, out: Path, place: str) -> dict[str, Any]:
    """Walk a cell, and keep what came of it; the record last, so that it is there in whole or not at all."""
    began = time.perf_counter()

    def progress(step: str) -> None:
        print(f"[{place}] {cell.name}: {step} ({time.perf_counter() - began:.0f} s)", flush=True)

    walked = walk(cell, panel, trainings, progress)
    with whole_file(out / f"{cell.name}.parquet") as file:
        _rows(cell, walked).to_parquet(file, index=False)
    with whole_file(out / f"{cell.name}.npz") as file, file.open("wb") as opened:
        # By item, for whoever looks for the few that a difference hangs on.
        np.savez_compressed(opened, **costs_by_contestant(walked))
    record = {
        "cell": asdict(cell),
        "words": cell.words,
        **summarise(walked),
        "seconds": round(time.perf_counter() - began, 1),
    }
    with whole_file(_file(out, cell)) as file:
        file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def _rows(cell: Cell, walked: Sequence[Walked]) -> pd.DataFrame:
    """One row a window and contestant."""
    rows = [
        {
            "cell": cell.name,
            "window": each.window,
            "contestant": each.contestant,
            "cost": each.cost.sum(),
            "holding": each.holding,
            "short_units": each.short_units,
            "units": each.units,
            "parameters": each.parameters,
        }
        for each in walked
    ]
    return pd.DataFrame(rows)


def _line(record: dict[str, Any]) -> str:
    auto, average = record["auto"], record["quantile_average"]
    return (
        f"{record['cell']['name']}: {auto['ratio']:.3f} ({auto['low']:.3f} to {auto['high']:.3f}) on auto, "
        f"{average['ratio']:.3f} on quantile_average, of {record['best_rule']}; {record['seconds']:.0f} s"
    )


def _finish(asked: argparse.Namespace, records: Sequence[dict[str, Any]], absent: Sequence[str]) -> None:
    """One table of all cells, and the page."""
    frames = [pd.read_parquet(asked.out / f"{record['cell']['name']}.parquet") for record in records]
    with whole_file(asked.out / "results.parquet") as file:
        pd.concat(frames, ignore_index=True).to_parquet(file, index=False)
    items = max(record["cell"]["items"] for record in records)
    which = "The cells of `--quick`" if asked.quick else "The cells"
    note = f"{which}, with {items} items at most: {len(records)} of {len(CELLS)}."
    target = asked.page or asked.out / "board.md"
    with whole_file(target) as file:
        file.write_text(page(records, absent, note), encoding="utf-8")
    print(f"{target}")


if __name__ == "__main__":
    raise SystemExit(main())
