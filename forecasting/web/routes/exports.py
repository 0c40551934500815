"""Files of the lines that a page shows."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from forecasting.reviewing.exports import csv_text, workbook
from forecasting.store.application.lines import Line, find_lines
from forecasting.store.application.opened import Store
from forecasting.web.caller import Database, Reader
from forecasting.web.query import selection
from forecasting.web.rendering import current_plan

router = APIRouter()
MOST_LINES = 200_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _lines(request: Request, store: Store) -> tuple[str, Sequence[Line]]:
    """The lines of all pages, and what the file is called."""
    plan = current_plan(store)
    if plan is None:
        return "lines", []
    wanted = selection(plan.run, {**request.query_params, "page": "1"}, only="suggested", size=MOST_LINES)
    with store.reading() as transaction:
        return f"lines-{plan.as_of}", find_lines(transaction, wanted)


@router.get("/export.csv")
def export_csv(request: Request, _: Reader, store: Database) -> Response:
    """The lines as CSV."""
    name, lines = _lines(request, store)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(csv_text(lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/export.xlsx")
def export_excel(request: Request, _: Reader, store: Database) -> Response:
    """The lines as an Excel file."""
    name, lines = _lines(request, store)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(workbook(lines), media_type=EXCEL, headers=headers)
