"""Plans that orders are made of."""

from __future__ import annotations

import pytest

from tests.support.review import planned


@pytest.fixture(scope="module")
def another_plan(sample):
    """A plan of the same day with other settings."""
    return planned(sample, "order_cost=3")
