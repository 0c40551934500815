"""What holds of every import of Online Retail II."""

from __future__ import annotations

from forecasting.connectors.online_retail.importing import Imported


def assert_adds_up(result: Imported) -> None:
    """Every row and every unit is kept, or left out by a rule that counts it."""
    excluded = [rule for rule in result.rules if rule.excludes]
    assert result.read.rows == result.kept.rows + sum(rule.rows for rule in excluded)
    assert result.read.units == result.kept.units + sum(rule.units for rule in excluded)
    by_name = {rule.name: rule for rule in result.rules}
    orders = result.tables["orders"]
    cancelled = orders["quantity"][orders["status"] == "cancelled"].sum()
    assert orders["quantity"].sum() == result.kept.units
    tried = sum(by_name[f"cancellation_{name}"].units for name in ("netted", "partly_netted", "unmatched"))
    assert cancelled == -tried - by_name["not_netted"].units
    assert cancelled == by_name["cancelled_in_a_day"].units + by_name["returned"].units
