"""Templates and how figures are written in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forecasting.reviewing.projection import percent
from forecasting.reviewing.quantities import plain, runs_out_on, snapped_by
from forecasting.reviewing.roles import DECIDE, may
from forecasting.store.application.jobs import Job
from forecasting.store.application.lines import Line
from forecasting.store.application.plans import Plan
from forecasting.web.caller import Caller

FOLDER = Path(__file__).parent
THIN = "\u202f"
"""Between thousands: it does not break, and is narrower than a space."""
FIXED = "\u00a0"
"""Between a day and its month: a space that does not break."""

DASH = "–"

RELOAD = {"HX-Refresh": "true"}
"""Has the browser load its page anew."""


def number(value: Decimal | float | None, places: int | None = None) -> str:
    """A figure: so many places, or as many as say something."""
    if value is None:
        return DASH
    exact = Decimal(value)
    text = f"{exact:,.{places}f}" if places is not None else f"{exact.quantize(Decimal('0.01')):,f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", THIN).replace("-", "−")


def day(value: date | None, today: date | None = None) -> str:
    """A day: 3 Dec; with its year where that is another one."""
    if value is None:
        return DASH
    year = f" {value.year}" if today is not None and value.year != today.year else ""
    return f"{value.day}{FIXED}{value:%b}{year}"


def moment(value: datetime) -> str:
    """A point in time, in UTC."""
    return f"{value.day} {value:%b %Y, %H:%M}"


def per_cent(value: Decimal | float | None) -> str:
    """A probability."""
    return DASH if value is None else percent(Decimal(value))


def raw(value: Decimal) -> str:
    """A quantity as it is typed."""
    return plain(value).replace(",", "")


def ordered_words(line: Line) -> str:
    """Which order a line is in; where another plan made it, which one, and who approved it there."""
    if line.ordered_run == line.run:
        return f"Ordered in {line.ordered_in}"
    by = f", approved by {line.ordered_by}" if line.ordered_by else ""
    return f"Ordered already in {line.ordered_in}, of plan {line.ordered_run}{by}"


environment = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    # An upgrade beneath a running server must not mix new templates with old code.
    auto_reload=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters.update(n=number, raw=raw, day=day, moment=moment, pct=per_cent)
# A browser that kept the files of an earlier version asks for the new ones.
_files = b"".join((FOLDER / "static" / name).read_bytes() for name in ("app.css", "app.js"))
environment.globals.update(edition=hashlib.sha256(_files).hexdigest()[:8])
environment.globals.update(may=may, decide=DECIDE, snapped_by=snapped_by, runs_out_on=runs_out_on)
environment.globals.update(ordered_words=ordered_words)


def page(
    request: Request,
    name: str,
    values: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A template as an answer."""
    known: dict[str, Any] = {"request": request, "me": None, "plan": None, **values}
    text = environment.get_template(name).render(known)
    return HTMLResponse(text, status, dict(headers or {}))


def reloaded() -> Response:
    """It is done, and the page that asked for it is loaded anew."""
    return Response(status_code=204, headers=RELOAD)


def so_far(request: Request, template: str, values: Mapping[str, Any], job: Job | None) -> HTMLResponse:
    """How far a piece of work is; the page is loaded anew once it has come to something."""
    headers = RELOAD if job is not None and job.result is not None else {}
    return page(request, template, {**values, "job": job}, 200, headers)


def toast(
    request: Request, text: str, *, bad: bool = False, status: int = 200, **headers: str
) -> HTMLResponse:
    """A short message at the foot of the page. ``headers``: with underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if bad:
        named |= {"HX-Retarget": "#toast", "HX-Reswap": "innerHTML"}
    # What changed lines can be undone.
    undo = not bad and "reload-grid" in named.get("HX-Trigger", "")
    return page(request, "toast.html", {"text": text, "bad": bad, "undo": undo}, status, named)


def shared(caller: Caller, plan: Plan | None) -> dict[str, Any]:
    """What every page of someone who is signed in shows."""
    return {"me": caller, "plan": plan}
