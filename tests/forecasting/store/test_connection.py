"""What messages say of a database: where it is, never how one gets in."""

from __future__ import annotations

import pytest

from forecasting.store.connection import UnreachableError, connected, shown

PASSWORD = "hunter2"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://me:hunter2@host:5432/orders", "postgresql://me:***@host:5432/orders"),
        ("postgresql://me:hunter2%40@host/orders", "postgresql://me:***@host/orders"),
        ("postgresql://me@host/orders?password=hunter2", "postgresql://me@host/orders?password=..."),
        ("postgresql:///orders?host=sockets&sslpassword=hunter2", "postgresql:///orders?host=sockets&sslpassword=..."),
        ("postgresql://me:hunter2@host:hunter2/orders", "postgresql://..."),
        ("postgresql:/me:hunter2@host/orders", "..."),
        ("me:hunter2@host", "..."),
        ("nonsense", "nonsense"),
        ("sqlite:///orders.db", "sqlite:///orders.db"),
    ],
)  # fmt: skip
def test_a_url_is_shown_without_its_secrets(url, said):
    assert shown(url) == said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@127.0.0.1:1/none",
        "postgresql://me:hunter2@127.0.0.1:hunter2/none",
        "postgresql://me@127.0.0.1:1/none?password=hunter2",
        "postgresql://me@127.0.0.1:1/none?sslmode=disable&port=1&sslkey=hunter2",
        "postgresql://me@127.0.0.1:1/none?connect_timeout=hunter2",
        "postgresql+nosuch://me:hunter2@host/none",
        "nosuch://me:hunter2@host/none",
        "mysql://me:hunter2@host/none",
        "postgresql:/me:hunter2@host/none",
        "me:hunter2@host/none",
    ],
)
def test_no_message_holds_a_secret(url):
    with pytest.raises(UnreachableError) as error, connected(url):
        pass
    told = [str(error.value), error.value.url, error.value.what, error.value.todo]
    assert PASSWORD not in " ".join(told)
    assert error.value.__suppress_context__, "a traceback would show what the driver said"
