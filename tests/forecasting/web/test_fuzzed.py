"""Whatever a program sends to the REST interface, the answer is one that the interface describes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

schemathesis = pytest.importorskip("schemathesis", reason="not installed: pip install 'reorder[test]'")


def test_no_request_makes_a_server_error(served, token):
    headers = {"authorization": f"Bearer {token}"}
    with served.nobody() as client:
        described = client.get("/api/v1/openapi.json", headers=headers).json()
    schema = schemathesis.openapi.from_dict(described)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 9

    with served.nobody() as client:
        for operation in operations:

            @given(case=operation.as_strategy())
            @settings(
                max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
            )
            def ask(case):
                sent = case.as_transport_kwargs(base_url="http://testserver/api/v1")
                known = {name: sent[name] for name in ("method", "url", "params", "json") if sent.get(name)}
                answer = client.request(**known, headers=headers)
                assert answer.status_code < 500, (case.method, case.path, answer.text)

            ask()
