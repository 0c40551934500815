"""Setting units aside for an order that a customer is placing: none is given twice, whoever asks at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from forecasting.reviewing.refusals import NoSuchLineError, RefusedError
from forecasting.reviewing.roles import DECIDE, require
from forecasting.store.application.opened import Store, Transaction
from forecasting.store.application.people import Person
from forecasting.store.application.plans import Row, latest_run, now
from forecasting.store.application.promised import storefront_of
from forecasting.store.application.reservations import (
    Reservation,
    add_reservation,
    end_reservation,
    find_reservation,
    reserved,
)

LONGEST_MINUTES = 7 * 24 * 60
"""Longer, and the order should long be known."""


class NotEnoughError(RefusedError):
    """Less is left than was asked for. ``left``: units. ``shop``: what may be said of the item."""

    def __init__(self, sku: str, asked: Decimal, shop: Row) -> None:
        self.left, self.shop = shop["promisable_now"], shop
        super().__init__(f"{self.left:f} of {sku} are left, not {asked:f}.")


@dataclass(frozen=True)
class Wanted:
    """What is to be set aside.

    Attributes:
        location, sku, quantity: of what, and how much, units.
        order: the order to come: once it is among the open lines, its promise takes the place of this.
        minutes: how long it holds.
        or_alternative: else the first listed alternative of which there is enough.

    """

    location: str
    sku: str
    quantity: Decimal
    order: str
    minutes: int
    or_alternative: bool = False


def shop_of(transaction: Transaction, run: str, location: str, sku: str) -> Row | None:
    """What a shop may say and sell of an item, and what may stand in for it, less what is set aside of both.

    None where there is no such item.
    """
    shop = storefront_of(transaction, run, location, sku)
    if shop is None:
        return None

    def left(promisable: Decimal, other: str) -> Decimal:
        return max(promisable - reserved(transaction, run, location, other), Decimal(0))

    alternatives = [
        {**row, "promisable_now": left(row["promisable_now"], row["alternative"])}
        for row in shop["alternatives"]
    ]
    return {**shop, "promisable_now": left(shop["promisable_now"], sku), "alternatives": alternatives}


def reserve(database: Store, person: Person, key: str, wanted: Wanted) -> Row:
    """Set units in stock aside; asked again by the same key, it is the same reservation.

    Raises NotEnoughError where less is left, RefusedError where the key was used for something else.
    """
    require(person, DECIDE)
    if wanted.quantity <= 0 or not 0 < wanted.minutes <= LONGEST_MINUTES:
        raise RefusedError(f"Give a quantity above zero, and minutes from 1 to {LONGEST_MINUTES}.")
    with database.writing() as transaction:
        known = find_reservation(transaction, key)
        if known is not None:
            asked = (known["location"], known["asked_sku"], known["asked_quantity"], known["order"])
            if asked != (wanted.location, wanted.sku, wanted.quantity, wanted.order):
                raise RefusedError(f"The key {key!r} is that of another reservation. Nothing was set aside.")
            return known
        add_reservation(transaction, _taken(transaction, key, wanted), person.name)
        found = find_reservation(transaction, key)
    assert found is not None
    return found


def _taken(transaction: Transaction, key: str, wanted: Wanted) -> Reservation:
    promised = latest_run(transaction, "promise")
    if promised is None:
        raise RefusedError("Nothing has been promised yet: run reorder promise with --db.")
    shop = shop_of(transaction, promised.run, wanted.location, wanted.sku)
    if shop is None:
        raise NoSuchLineError(
            f"There is no item {wanted.sku!r} at {wanted.location!r} among those that are promised."
        )

    sku, quantity = wanted.sku, wanted.quantity
    if quantity > shop["promisable_now"]:
        other = _alternative(shop, quantity) if wanted.or_alternative else None
        if other is None:
            raise NotEnoughError(sku, quantity, shop)
        sku, quantity = other
    until = now() + timedelta(minutes=wanted.minutes)
    return Reservation(key, wanted.location, sku, quantity, wanted.sku, wanted.quantity, wanted.order, until)


def _alternative(shop: Row, quantity: Decimal) -> tuple[str, Decimal] | None:
    """The first listed alternative of which there is enough, and how much of it takes the place."""
    for row in shop["alternatives"]:
        needed = (quantity * Decimal(str(row["ratio"]))).to_integral_value(ROUND_CEILING)
        if row["kind"] == "listed" and needed <= row["promisable_now"]:
            return row["alternative"], needed
    return None


def release(database: Store, person: Person, key: str) -> None:
    """Give back what was set aside. To release it twice is no error."""
    require(person, DECIDE)
    with database.writing() as transaction:
        if find_reservation(transaction, key) is None:
            raise NoSuchLineError(f"There is no reservation {key!r}.")
        end_reservation(transaction, key)
