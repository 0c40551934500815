"""Files of the lines that a page shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from forecasting.reviewing.exports import COLUMNS, csv_text, workbook
from forecasting.store.application.lines import find_cells
from forecasting.store.application.opened import Store
from forecasting.store.application.selection import Selection
from forecasting.web.caller import Database, Reader
from forecasting.web.plan_shown import current_plan
from forecasting.web.query import selection

router = APIRouter()
MOST_LINES = 200_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _chosen(request: Request, store: Store) -> tuple[str, Selection | None]:
    """The lines of all pages, and what the file is called."""
    plan = current_plan(store)
    if plan is None:
        return "lines", None
    wanted = selection(plan.run, {**request.query_params, "page": "1"}, only="suggested", size=MOST_LINES)
    return f"lines-{plan.as_of}", wanted


def _rows(store: Store, wanted: Selection | None) -> Iterator[Sequence[Any]]:
    if wanted is not None:
        with store.reading() as transaction:
            yield from find_cells(transaction, wanted, COLUMNS)


@router.get("/export.csv")
def export_csv(request: Request, _: Reader, store: Database) -> Response:
    """The lines as CSV."""
    name, wanted = _chosen(request, store)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(
        csv_text(_rows(store, wanted)), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.get("/export.xlsx")
def export_excel(request: Request, _: Reader, store: Database) -> Response:
    """The lines as an Excel file."""
    name, wanted = _chosen(request, store)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(workbook(_rows(store, wanted)), media_type=EXCEL, headers=headers)
