"""What the last night that was believed had: tonight's tables are held against it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from forecasting.adapters.atomic import whole_file
from forecasting.errors import DataError

FILE = "believed.json"


def last_believed(folder: Path) -> Mapping[str, int]:
    """The rows of each table in the last night that was believed; nothing where there was none."""
    file = folder / FILE
    if not file.is_file():
        return {}
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): int(rows) for name, rows in said["rows"].items()}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise DataError(str(file), []) from error


def believe(folder: Path, as_of: date, rows: Mapping[str, int]) -> None:
    """Tonight's tables are what the next night's are held against."""
    with whole_file(folder / FILE) as beside:
        beside.write_text(json.dumps({"as_of": as_of.isoformat(), "rows": dict(rows)}), encoding="utf-8")
