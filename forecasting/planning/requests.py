"""Requests that cannot be answered: dates that the data says nothing of, names that nothing has."""

from __future__ import annotations

from collections.abc import Collection

from forecasting.config import Config
from forecasting.domain import CompanyLevels, day_text
from forecasting.errors import RequestError, known_names
from forecasting.inputs.assumptions import Assumptions
from forecasting.inputs.known_until import known_until
from forecasting.inputs.records import Records
from forecasting.policies.registry import OWN_LEVELS
from models.extensions import ExtensionError
from models.registry import CANDIDATES, MODELS, extension


def check_date(records: Records, config: Config, as_of: int, what: str) -> None:
    """Raise RequestError where the records say nothing of the time up to ``as_of``.

    Orders may be known until a few days before: the setting ``orders_gap_reviews`` says how many.
    """
    known = known_until(records)
    first, last = records.first_day, known.orders
    tolerated = int(config.orders_gap_reviews * config.review_days)
    if as_of < first:
        raise RequestError(
            f"{what} {day_text(as_of)} lies before the first order line, {day_text(first)}: "
            f"choose a day from {day_text(first)} to {day_text(last)}"
        )
    if as_of > last + tolerated:
        raise RequestError(
            f"{what} {day_text(as_of)} lies {as_of - last} days after {day_text(last)}, until which orders "
            f"are known (the last line is of {day_text(known.last_order)}): what was asked for since is "
            f"unknown, not nothing. Add it, choose a day up to {day_text(last + tolerated)}, or tolerate "
            "more with orders_gap_reviews"
        )


def check_model(config: Config) -> None:
    """Raise RequestError where the configured model is none, or one of the ``contenders``."""
    if config.model != "auto":
        model_called(config.model, "auto")
    check_contenders(config)


def check_contenders(config: Config) -> None:
    """Raise RequestError where one of the ``contenders`` is no model, or is a candidate already."""
    for name in config.contenders:
        if model_called(name) in CANDIDATES:
            raise RequestError(f"contenders: {name} is among those that auto chooses from; leave it out")


def model_called(name: str, *besides: str) -> str:
    """What the model of that name calls itself: outputs use it.

    Raises RequestError where there is none such; ``besides``: what else might have been named.
    """
    if name in MODELS:
        return name
    try:
        found = extension(name)
    except ExtensionError as error:
        raise RequestError(str(error)) from error
    if found is None:
        raise RequestError(f"there is no model {name!r}: {known_names(name, [*besides, *MODELS])}")
    return found.name


def check_levels(policies: Collection[str], records: Records, assumptions: Assumptions) -> None:
    """Raise RequestError where the company's own levels are to be followed, and it has none.

    For how many items it has none is written down as assumed.
    """
    if OWN_LEVELS not in policies:
        return
    number = records.products.number
    given = CompanyLevels(number["reorder_point"], number["order_up_to"]).given
    if not given.any():
        raise RequestError(
            f"policy {OWN_LEVELS}: no product has a level of its own. Give `products` the columns "
            f"`reorder_point` and `order_up_to`, or leave {OWN_LEVELS} out"
        )
    assumptions.add(OWN_LEVELS, "as min_max, of products without a level", int((~given).sum()))
