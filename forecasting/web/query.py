"""What a page's address says of the lines that it shows, and addresses of the same page but for a little."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from urllib.parse import urlencode

from forecasting.reviewing.quantities import PLAIN_NUMBER
from forecasting.reviewing.refusals import RefusedError
from forecasting.store.application.selection import FILTERS, SORTS, STATUSES, WHY_NOT, Selection

MOST_SKUS = 2_000
SIZE = 50
"""Lines of a page."""

PARAMETERS = (
    "name",
    "search",
    "skus",
    "only",
    "status",
    "under",
    "supplier",
    "category",
    "location",
    "reason",
    "sort",
    "dir",
    "page",
)
"""What an address may say; everything else is not read."""


def selection(run: str, said: Mapping[str, str], *, only: str = "", size: int = SIZE) -> Selection:
    """The lines that an address asks for; ``only``: where it does not say.

    Raises RefusedError where a word that narrows them is none: more lines than were asked for could be taken
    for those, and approved. An order or a page that there is not narrows nothing, and is left.
    """

    def one_of(name: str, known: Collection[str]) -> str:
        value = said.get(name, "")
        if value and value not in known:
            raise RefusedError(f"There is no {name} {value[:40]!r}. Known are: {', '.join(known)}.")
        return value

    sort = said.get("sort", "")
    narrowed = one_of("only", FILTERS) if "only" in said else only
    return Selection(
        run=run,
        supplier=said["name"] if "name" in said else said.get("supplier") or None,
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
        sort=sort if sort in SORTS else "saving",
        down=said.get("dir", "desc") != "asc",
        page=page_number(said.get("page", "")),
        size=size,
    )


def page_number(text: str) -> int:
    """The page of a list; the first one where it is none."""
    readable = text.isascii() and text.isdecimal() and len(text) < 19
    return min(max(int(text), 1), 1_000_000) if readable else 1


def _amount(text: str) -> Decimal | None:
    typed = "".join(text.split())
    if not typed:
        return None
    if not PLAIN_NUMBER.fullmatch(typed) or not 0 < Decimal(typed) < 10**12:
        raise RefusedError(f"{text.strip()[:20]!r} is no amount: write it as 500.")
    return Decimal(typed)


def links(path: str, said: Mapping[str, str]) -> Callable[..., str]:
    """Makes addresses of the same page: ``link(sort="sku", page="")`` changes some of what this one says."""
    now = {name: said[name] for name in PARAMETERS if name in said}

    def link(**changed: object) -> str:
        kept = {name: value for name, value in {**now, **changed}.items() if value != "" or name == "only"}
        query = urlencode(kept)
        return f"{path}?{query}" if query else path

    return link
