"""What a page's address says of the lines that it shows, and addresses of the same page but for a little."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from forecasting.store.application.selection import FILTERS, SORTS, STATUSES, WHY_NOT, Selection

MOST_SKUS = 2_000
SIZE = 100
"""Lines of a page."""

PARAMETERS = (
    "name",
    "search",
    "skus",
    "only",
    "status",
    "under",
    "category",
    "location",
    "reason",
    "sort",
    "dir",
    "page",
)
"""What an address may say; everything else is not read."""


def selection(run: str, said: Mapping[str, str], *, only: str = "", size: int = SIZE) -> Selection:
    """The lines that an address asks for; ``only``: where it does not say. What cannot be read is left."""

    def one_of(name: str, known: object) -> str:
        value = said.get(name, "")
        return value if value in known else ""  # type: ignore[operator]  # every caller gives a container

    page = said.get("page", "")
    wanted = said.get("only")
    narrowed = only if wanted is None else (wanted if wanted in FILTERS else "")
    return Selection(
        run=run,
        supplier=said.get("name"),
        category=said.get("category") or None,
        location=said.get("location") or None,
        search=said.get("search", "").strip()[:200],
        skus=tuple(re.split(r"[\s,;]+", said.get("skus", "").strip())[:MOST_SKUS])
        if said.get("skus", "").strip()
        else (),
        only=narrowed,
        status=one_of("status", STATUSES),
        under=_amount(said.get("under", "")),
        reason=one_of("reason", (*WHY_NOT, "enough")),
        sort=one_of("sort", SORTS) or "saving",
        down=said.get("dir", "desc") != "asc",
        page=min(int(page), 1_000_000) if page.isdecimal() and int(page) > 0 else 1,
        size=size,
    )


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < 10**12 else None


def links(path: str, said: Mapping[str, str]) -> Callable[..., str]:
    """Makes addresses of the same page: ``link(sort="sku", page="")`` changes some of what this one says."""
    now = {name: said[name] for name in PARAMETERS if name in said}

    def link(**changed: object) -> str:
        kept = {name: value for name, value in {**now, **changed}.items() if value != "" or name == "only"}
        query = urlencode(kept)
        return f"{path}?{query}" if query else path

    return link
