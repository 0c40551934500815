"""Whatever is typed into any field of any form or address comes out as text: all of them are walked."""

from __future__ import annotations

import pytest
from starlette.routing import Mount

from tests.forecasting.web.test_pages import PATHS, SCRIPT, run_of, suggested

TYPED = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "'; drop table people; --",
    "=cmd|' /C calc'!A0",
)
RAW = ("<script>alert", "<img src=x", "onerror=alert(1)>")


def forms(app):
    """Each address of the pages with its method and the names of what can be said to it."""
    for route in app.routes:
        if hasattr(route, "original_router"):
            yield from forms(route.original_router)
        elif not isinstance(route, Mount) and hasattr(route, "dependant"):
            said = [*route.dependant.body_params, *route.dependant.query_params]
            for method in sorted(route.methods - {"HEAD"}):
                yield route.path, method, [each.alias for each in said]


@pytest.fixture
def usual(served):
    """What a form usually says, so that what is typed gets as far as it can."""
    first = suggested(served)[0]
    return {
        "sku": first.sku,
        "location": first.location,
        "version": "0",
        "until": str(first.as_of.replace(year=first.as_of.year + 1)),
        "percent": "30",
        "reason": "why not",
        "role": "buyer",
        "scope": "read",
        "name": first.supplier,
        "to": "minimum",
        "value": "1",
        "lines": "1",
        "number": "1",
        "quantity": "1",
        "source": "stock",
        "text": "said",
        "query": "only=",
        "run": first.run,
    }


def unescaped(text: str) -> list[str]:
    return [word for word in RAW if word in text]


@pytest.mark.parametrize("name", ["ann", "ada"])
def test_nothing_typed_into_any_field_is_run_and_no_answer_is_a_server_error(served, usual, name):
    run, number = run_of(served), suggested(served)[0].number
    asked = 0
    with served.person(name) as client:
        for path, method, fields in forms(served.app):
            if path in {"/sign-out", "/account/password"}:
                continue
            address = path.replace("{run}", run).replace("{number}", str(number))
            for field in fields:
                for typed in TYPED:
                    known = {each: usual[each] for each in fields if each in usual}
                    said = {**known, field: typed}
                    whole = {"params": said} if method == "GET" else {"data": said}
                    answer = client.request(method, address, **whole)
                    asked += 1
                    assert answer.status_code < 500, (method, path, field, typed)
                    assert unescaped(answer.text) == [], (method, path, field)
        # And what was kept of it is text on each page that shows it.
        kept = [*PATHS, f"/item?sku={usual['sku']}", "/customers/line?number=1"]
        kept += ["/people", "/audit"] if name == "ada" else []
        for path in kept:
            page = client.get(path)
            assert page.status_code == 200 and unescaped(page.text) == [], path
        csv = client.get("/export.csv?only=").text
    assert asked > 100
    assert not [line for line in csv.splitlines() if line.startswith("=") or ",=" in line]
