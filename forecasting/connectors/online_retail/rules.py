"""What each row of an "Online Retail II" file is: a line of a customer's order, or what else.

A row falls under the first rule of ``EXCLUDES`` that fits it, and is a line of an order where none does.
``docs/online-retail.md`` gives the reason for each and what it comes to on the published file.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.domain import BoolArray, IntArray

NOT_GOODS: dict[str, str] = {
    "POST": "postage",
    "DOT": "postage",
    "C2": "postage",  # CARRIAGE
    "C3": "postage",
    "23444": "postage",  # Next Day Carriage
    "23574": "postage",  # PACKING CHARGE
    "M": "manual_entry",
    "D": "discount",
    "S": "sample",
    "B": "bad_debt",
    "BANK CHARGES": "fee",
    "AMAZONFEE": "fee",
    "CRUK": "fee",  # commission to a charity
    "ADJUST": "adjustment",
    "ADJUST2": "adjustment",
    "TEST001": "test",
    "TEST002": "test",
    "GIFT": "gift_voucher",
    "22016": "gift_voucher",  # Dotcomgiftshop Gift Voucher £100.00
    "PADS": "placeholder",  # PADS TO MATCH ALL CUSHIONS at 0.001; the pads themselves are 46000A..U
}
"""The codes, in upper case, that are no goods, and the rule that each falls under."""

_VOUCHER = r"GIFT_\d+_\d+"
_GOODS = r"\d{5}[A-Z]{0,2}|DCGS[A-Z0-9]+|SP\d{4}"

KEPT = "kept"

EXCLUDES: dict[str, str] = {
    "bad_debt": "Invoices A... and code B write off money; no goods moved.",
    "cancellation_netted": "All of its units were found in earlier lines of that customer and code.",
    "cancellation_partly_netted": "Some of its units were found in earlier lines of that customer and code.",
    "cancellation_unmatched": "Refers to no earlier line of that customer and code that has units left.",
    "cancellation_anonymous": "Names no customer, so whose line it cancels is not known; nothing is netted.",
    "cancellation_without_units": "A cancellation of goods whose quantity is not below 0 cancels nothing.",
    "cancellation_not_goods": "Takes back postage, a discount, a manual entry or another code of no goods.",
    "stock_write_off": "Below 0 units at price 0 outside a cancellation: lost, damaged or recounted stock.",
    "postage": "POST, DOT, C2, C3, 23444 and 23574: carriage and packing.",
    "manual_entry": "M: an amount typed by hand; what was sold is not known.",
    "discount": "D: a discount.",
    "sample": "S: samples.",
    "fee": "BANK CHARGES, AMAZONFEE and CRUK: fees and commissions.",
    "adjustment": "ADJUST and ADJUST2: corrections of an account.",
    "test": "TEST001 and TEST002: the shop trying out its system.",
    "gift_voucher": "GIFT, GIFT_0001_10 ... GIFT_0001_90 and 22016: gift vouchers.",
    "placeholder": "PADS: a text line at 0.001 on cushion orders; the pads sold have codes of their own.",
    "impossible": "No units, or a price below 0, or units below 0 at a price: no sale has these.",
    "stock_entry": "Units at price 0 with no customer, no paid line in the invoice and no product name: "
    "stock found, received or recounted.",
}
"""The rules under which a row is no line of an order, first fit first; the outcomes of netting are one."""

_PENDING = "cancellation_netted"
FATES: tuple[str, ...] = (KEPT, *EXCLUDES)
_FATE = {name: number for number, name in enumerate(FATES)}


def fate(name: str) -> int:
    """The number of a rule in what ``fates`` returns."""
    return _FATE[name]


def of_category(text: pd.Series, values: npt.ArrayLike, missing: object = 0) -> npt.NDArray[np.generic]:
    """A value per category of ``text``, shape (categories,), as one per row; ``missing`` where it is null."""
    values = np.asarray(values)
    codes = text.cat.codes.to_numpy()
    if len(values) == 0:
        return np.full(len(codes), missing)
    return np.where(codes < 0, np.asarray(missing, values.dtype), values[codes])


def unknown_codes(skus: pd.Index) -> BoolArray:
    """Whether each code is neither known to be goods by its form nor listed as none."""
    known = np.asarray(skus.str.fullmatch(f"{_GOODS}|{_VOUCHER}"), bool)
    return np.asarray(~known & ~skus.isin(list(NOT_GOODS)), bool)


def fates(lines: pd.DataFrame) -> IntArray:
    """Which of ``FATES`` each row falls under, shape (n,).

    ``lines`` is as ``file.read_lines`` gives it, with ``sku`` (categorical) beside it.
    Every cancellation that may be netted is ``cancellation_netted`` until it has been tried.
    """
    letter = lines["invoice"].cat.categories.astype(object).str[0].str.upper()
    cancels = of_category(lines["invoice"], letter == "C", False).astype(bool)
    writes_off = of_category(lines["invoice"], letter == "A", False).astype(bool)
    skus = lines["sku"].cat.categories.astype(object)
    kinds = [
        NOT_GOODS.get(sku, "gift_voucher" if voucher else KEPT)
        for sku, voucher in zip(skus, skus.str.fullmatch(_VOUCHER), strict=True)
    ]
    kind = of_category(lines["sku"], [_FATE[name] for name in kinds]).astype(np.int64)

    goods = kind == 0
    quantity, price = lines["quantity"].to_numpy(), lines["price"].to_numpy()
    anonymous = lines["customer"].isna().to_numpy()
    rules: list[tuple[str, BoolArray]] = [
        ("bad_debt", writes_off),
        ("cancellation_not_goods", cancels & ~goods),
        ("cancellation_without_units", cancels & (quantity >= 0)),
        ("cancellation_anonymous", cancels & anonymous),
        (_PENDING, cancels),
        ("stock_write_off", (quantity < 0) & (price == 0)),
    ]
    after = [
        ("impossible", (quantity <= 0) | (price < 0)),
        ("stock_entry", (price == 0) & anonymous & ~_invoiced(lines, goods & ~cancels & ~writes_off)),
    ]
    conditions = [fits for _, fits in rules] + [~goods] + [fits for _, fits in after]
    choices = [_FATE[name] for name, _ in rules] + [kind] + [_FATE[name] for name, _ in after]
    return np.select(conditions, choices, 0).astype(np.int64)


def _invoiced(lines: pd.DataFrame, sells: BoolArray) -> BoolArray:
    """Whether a row's invoice charges for anything, or its text is a name that the code was sold under.

    The shop's own program wrote product names; whoever counts the stock types a note, or nothing.
    """
    paid = (lines["price"] > 0).to_numpy() & (lines["quantity"] > 0).to_numpy()
    invoices = np.bincount(
        lines["invoice"].cat.codes.to_numpy()[paid], minlength=len(lines["invoice"].cat.categories)
    )
    description = lines["description"].cat.codes.to_numpy().astype(np.int64)
    text = lines["sku"].cat.codes.to_numpy() * np.int64(description.max(initial=0) + 2) + description
    named = np.isin(text, np.unique(text[paid & sells & (description >= 0)]))
    charged: BoolArray = of_category(lines["invoice"], invoices > 0, False).astype(bool)
    return charged | named
