"""Orders as e-mails in a folder (``.eml``): for a mail server's pick-up folder, or to send by hand."""

from __future__ import annotations

from datetime import UTC, datetime, time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from pydantic import Field

from forecasting.connectors.targets.folder import FolderTarget, slug
from forecasting.connectors.targets.port import RefusedByTarget
from forecasting.connectors.targets.settings import TargetSettings
from forecasting.connectors.targets.supplier_files import Layout, csv_file, workbook
from forecasting.domain.purchase_orders import PurchaseOrder, plain


class Settings(TargetSettings):
    """``folder``: where they go. ``sender``: our address. ``addresses``: supplier -> address.

    ``default_address``: of suppliers that have none there; without it their orders are refused.
    """

    folder: Path
    sender: str
    addresses: dict[str, str] = Field(default_factory=dict)
    default_address: str | None = None
    layout: Layout = Layout()


def build(settings: Settings) -> FolderTarget:
    """The target."""
    return FolderTarget(settings.folder, ".eml", lambda order: email(order, settings))


def email(order: PurchaseOrder, settings: Settings) -> bytes:
    """The order as a message: a readable list, and the supplier's layout attached."""
    address = settings.addresses.get(order.supplier, settings.default_address)
    if address is None:
        raise RefusedByTarget(f"no e-mail address is known of {order.supplier}: give it in addresses")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(addr_spec=settings.sender)
    message["To"] = Address(addr_spec=address)
    message["Subject"] = f"Purchase order {order.key}"
    # The same order is the same message: a mail program that sees it twice shows it once.
    message["Message-ID"] = f"<{order.key}@{settings.sender.rpartition('@')[2]}>"
    message["Date"] = datetime.combine(order.as_of, time(), UTC)
    message.set_content(_text(order))

    layout = settings.layout
    name = f"{slug(order.supplier)}_{order.key}.{layout.format}"
    if layout.format == "xlsx":
        kind = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        message.add_attachment(workbook(order, layout), maintype="application", subtype=kind, filename=name)
    else:
        message.add_attachment(csv_file(order, layout), maintype="text", subtype="csv", filename=name)
    return message.as_bytes()


def _text(order: PurchaseOrder) -> str:
    head = [f"Purchase order {order.key} of {order.as_of:%Y-%m-%d}", f"Deliver to: {order.location}", ""]
    lines = [
        f"{plain(line.purchase_quantity):>10} {line.purchase_unit or 'units'}  "
        f"{line.supplier_sku or line.sku}  {' '.join(line.description.split())}"
        for line in order.lines
    ]
    total = f"{order.value:,.2f} {order.currency}".strip()
    return "\n".join([*head, *lines, "", f"In all: {total}", ""])
