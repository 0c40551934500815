"""Who may do what."""

from __future__ import annotations

from decimal import Decimal

from forecasting.reviewing.refusals import NotAllowedError
from forecasting.store.application.people import Person

READ, DECIDE, COMMENT, ADMINISTER = "read", "decide", "comment", "administer"
FORECAST = "edit forecasts"
SETTLE = "change settings"
"""Of every plan to come."""

ROLES: dict[str, frozenset[str]] = {
    "buyer": frozenset({READ, DECIDE, COMMENT, FORECAST}),
    "approver": frozenset({READ, DECIDE, COMMENT, FORECAST, SETTLE}),
    "data_scientist": frozenset({READ, COMMENT, FORECAST, SETTLE}),
    "admin": frozenset({READ, COMMENT, SETTLE, ADMINISTER}),
}
"""What each role may do. An administrator sets the money limits of buyers and approvers."""

SCOPES = {"read": frozenset({READ}), "decide": frozenset({READ, DECIDE, COMMENT, FORECAST})}
"""What a program may do with a token, at most; never more than its person may."""


def may(person: Person, what: str) -> bool:
    """Whether the person's role allows it."""
    return what in ROLES.get(person.role, frozenset())


def require(person: Person, what: str) -> None:
    """Raise NotAllowedError where the person's role does not allow it."""
    if not may(person, what):
        raise NotAllowedError(f"The role {person.role.replace('_', ' ')} may not {what} here.")


def require_money(person: Person, supplier: str, approved: Decimal) -> None:
    """Raise NotAllowedError where a supplier's approved lines come to more than the person may approve."""
    if person.money_limit is not None and approved > person.money_limit:
        raise NotAllowedError(
            f"With this {supplier or 'the order'} would come to {approved:,.2f}, above your limit of "
            f"{person.money_limit:,.2f}. Someone with a higher limit has to approve it."
        )
