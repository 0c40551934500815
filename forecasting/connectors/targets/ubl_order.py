"""Orders as UBL 2.1 XML (OASIS Universal Business Language, document type Order), one file an order."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from pydantic import Field

from forecasting.connectors.targets.folder import FolderTarget
from forecasting.connectors.targets.port import RefusedByTarget
from forecasting.connectors.targets.settings import TargetSettings
from forecasting.domain.purchase_orders import PurchaseOrder, PurchaseOrderLine, plain

ORDER = "urn:oasis:names:specification:ubl:schema:xsd:Order-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"

EACH = "C62"
"""UN/ECE Recommendation 20: one, a unit."""


class Settings(TargetSettings):
    """``folder``: where the files go. ``buyer``: our name. ``unit_codes``: purchase unit -> UN/ECE code."""

    folder: Path
    buyer: str
    unit_codes: dict[str, str] = Field(default_factory=dict)


def build(settings: Settings) -> FolderTarget:
    """The target."""
    return FolderTarget(settings.folder, ".xml", lambda order: ubl(order, settings))


def ubl(order: PurchaseOrder, settings: Settings) -> bytes:
    """The order as an XML document. Elements stand in the order that the schema demands."""
    if not order.currency:
        raise RefusedByTarget(
            "UBL states each amount in a currency, and none is known: give the setting currency"
        )
    for prefix, space in (("", ORDER), ("cbc", CBC), ("cac", CAC)):
        ET.register_namespace(prefix, space)
    root = ET.Element(f"{{{ORDER}}}Order")
    _basic(root, "UBLVersionID", "2.1")
    _basic(root, "ID", order.key)
    _basic(root, "IssueDate", order.as_of.isoformat())
    _basic(root, "DocumentCurrencyCode", order.currency)
    _party(root, "BuyerCustomerParty", settings.buyer)
    _party(root, "SellerSupplierParty", order.supplier)
    delivery = _part(root, "Delivery")
    _basic(_part(delivery, "DeliveryLocation"), "ID", order.location)
    _basic(
        _part(root, "AnticipatedMonetaryTotal"),
        "PayableAmount",
        _money(order.value),
        currencyID=order.currency,
    )
    for at, line in enumerate(order.lines, start=1):
        _line(root, order, at, line, settings)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _line(
    root: ET.Element, order: PurchaseOrder, at: int, line: PurchaseOrderLine, settings: Settings
) -> None:
    item = _part(_part(root, "OrderLine"), "LineItem")
    unit = settings.unit_codes.get(line.purchase_unit, EACH if not line.purchase_unit else "")
    if not unit:
        raise RefusedByTarget(
            f"unit {line.purchase_unit!r} of {line.sku} has no UN/ECE code: give it in unit_codes"
        )
    _basic(item, "ID", str(at))
    _basic(item, "Quantity", plain(line.purchase_quantity), unitCode=unit)
    _basic(item, "LineExtensionAmount", _money(line.value), currencyID=order.currency)
    if line.arrives_on is not None:
        period = _part(_part(item, "Delivery"), "RequestedDeliveryPeriod")
        _basic(period, "EndDate", line.arrives_on.isoformat())
    price = _part(item, "Price")
    _basic(price, "PriceAmount", plain(line.purchase_unit_cost), currencyID=order.currency)
    described = _part(item, "Item")
    _basic(described, "Name", line.description or line.sku)
    _basic(_part(described, "BuyersItemIdentification"), "ID", line.sku)
    if line.supplier_sku:
        _basic(_part(described, "SellersItemIdentification"), "ID", line.supplier_sku)


def _party(root: ET.Element, role: str, name: str) -> None:
    _basic(_part(_part(_part(root, role), "Party"), "PartyName"), "Name", name)


def _part(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{CAC}}}{name}")


def _basic(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, f"{{{CBC}}}{name}", attributes).text = _legal(text)


def _legal(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(sign for sign in text if sign in "\t\n\r" or " " <= sign < "\ud800" or sign > "\udfff")


def _money(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal('0.01')):f}"
