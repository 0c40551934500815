"""Files appear whole and once, also where they are picked up, the sender dies or the disk is full."""

from __future__ import annotations

import csv
import errno
import io
import threading
from dataclasses import replace
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from forecasting.connectors.targets.port import AlreadyThere, RefusedByTarget, TargetUnavailable
from forecasting.connectors.targets.registry import made
from forecasting.domain.purchase_orders import PurchaseOrderLine
from forecasting.errors import ConfigError
from forecasting.sending.attempt import attempt
from forecasting.sending.machine import Progress, Status
from tests.support.hostile import an_order

ORDER = an_order()


def files(folder: Path, **settings):
    return made("paper", {"kind": "files", "folder": str(folder), **settings})


def sent(target, order=ORDER) -> Progress:
    return attempt(order, Progress(), target, lambda step: None)


def only_file(folder: Path) -> Path:
    (file,) = [path for path in folder.iterdir() if path.is_file()]
    return file


def test_a_file_that_was_picked_up_is_not_written_again(tmp_path):
    target = files(tmp_path)
    first = sent(target)
    only_file(tmp_path).unlink()
    assert sent(files(tmp_path)) == first
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.parametrize("dies_at", ["staged", "begun", "handed over"])
def test_a_sender_that_dies_at_any_step_leaves_one_file(tmp_path, monkeypatch, dies_at):
    class Died(BaseException):
        pass

    target = files(tmp_path)
    rename = Path.rename

    def renamed(self, place):
        if self.suffix == ".staged":
            if dies_at == "handed over":
                rename(self, place)
            raise Died
        return rename(self, place)

    replaced = Path.replace

    def put(self, place):
        done = replaced(self, place)
        if dies_at == "staged" and str(place).endswith(".staged"):
            raise Died
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", renamed)
        patch.setattr(Path, "replace", put)
        with pytest.raises(Died):
            sent(target)
    if dies_at == "handed over":
        only_file(tmp_path).unlink()
        assert sent(files(tmp_path)).status is Status.DELIVERED
        assert [path for path in tmp_path.iterdir() if path.is_file()] == []
    else:
        assert sent(files(tmp_path)).status is Status.DELIVERED
        assert only_file(tmp_path).name.startswith("ACME_2026-06-28_reorder-")


def test_a_full_disk_leaves_nothing_and_the_order_waits(tmp_path, monkeypatch):
    def full(self, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        waits = sent(files(tmp_path))
    assert waits.status is Status.WAITING and "No space left" in waits.reason
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []
    assert sent(files(tmp_path)).status is Status.DELIVERED


def test_of_senders_at_the_same_time_one_writes(tmp_path):
    outcomes = []

    def write():
        try:
            outcomes.append(files(tmp_path).write(ORDER, ORDER.key))
        except AlreadyThere:
            outcomes.append(None)

    writers = [threading.Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert outcomes.count(None) == 5
    assert only_file(tmp_path).name in outcomes


def test_the_same_key_with_other_content_is_parked(tmp_path):
    sent(files(tmp_path))
    dearer = replace(ORDER, lines=(replace(ORDER.lines[0], quantity=Decimal(99)), *ORDER.lines[1:]))
    parked = sent(files(tmp_path), dearer)
    assert parked.status is Status.PARKED and "with other content" in parked.reason


def test_a_supplier_gets_its_own_layout(tmp_path):
    layout = {
        "columns": {"Artikel": "supplier_sku", "Menge": "purchase_quantity", "Preis": "purchase_unit_cost"}
    }
    target = files(
        tmp_path, layouts={"ACME": {**layout, "delimiter": ";", "decimal": ",", "encoding": "cp1252"}}
    )
    item = PurchaseOrderLine("A-1", Decimal(24), Decimal("2.5"), "Öl", "X9", "box", Decimal(12))
    sent(target, replace(ORDER, lines=(item,)))
    assert only_file(tmp_path).read_bytes() == b"Artikel;Menge;Preis\r\nX9;2;30\r\n"


def test_no_cell_is_read_as_a_formula(tmp_path):
    evil = replace(ORDER, lines=(PurchaseOrderLine("=1+1", Decimal("1.50"), Decimal(2), "@SUM(A1)"),))
    sent(files(tmp_path / "csv"), evil)
    sent(files(tmp_path / "xlsx", format="xlsx"), evil)
    text = only_file(tmp_path / "csv").read_text()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["sku"], row["description"], row["quantity"]) == ("'=1+1", "'@SUM(A1)", "1.5")
    sheet = openpyxl.load_workbook(only_file(tmp_path / "xlsx")).active
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["sku"].value, cells["sku"].data_type) == ("=1+1", "s")
    assert (cells["quantity"].value, cells["quantity"].data_type) == (1.5, "n")


def test_a_column_that_there_is_not_is_named_with_the_nearest(tmp_path):
    with pytest.raises(ConfigError, match=r"no field 'quantty': did you mean 'quantity'"):
        files(tmp_path, columns={"Menge": "quantty"})


def test_ubl_says_what_was_ordered_in_the_order_of_its_schema(tmp_path):
    target = made(
        "xml", {"kind": "ubl", "folder": str(tmp_path), "buyer": "Us & Co", "unit_codes": {"box": "XBX"}}
    )
    item = PurchaseOrderLine("A-1", Decimal(24), Decimal("2.5"), "", "X9", "box", Decimal(12))
    order = replace(ORDER, lines=(item, ORDER.lines[1]))
    sent(target, order)
    root = ET.parse(only_file(tmp_path)).getroot()
    names = [child.tag.rpartition("}")[2] for child in root]
    assert names == [
        *("UBLVersionID", "ID", "IssueDate", "DocumentCurrencyCode"),
        *("BuyerCustomerParty", "SellerSupplierParty", "Delivery", "AnticipatedMonetaryTotal"),
        *("OrderLine", "OrderLine"),
    ]
    texts = {child.tag.rpartition("}")[2]: child for child in root.iter()}
    first = next(
        root.iter("{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}LineItem")
    )
    quantity, amount = first[1], first[2]
    assert (quantity.text, quantity.attrib) == ("2", {"unitCode": "XBX"})
    assert (amount.text, amount.attrib) == ("60.00", {"currencyID": "EUR"})
    assert texts["PayableAmount"].text == "144.38"
    assert root[1].text == order.key

    with pytest.raises(RefusedByTarget, match="currency"):
        target.write(replace(order, currency=""), "reorder-0")


def test_an_email_says_the_order_twice_and_no_header_can_be_added(tmp_path):
    settings = {"kind": "email", "folder": str(tmp_path), "sender": "buyer@us.example"}
    target = made("mail", {**settings, "addresses": {"ACME": "sales@acme.example"}})
    sent(target)
    message = message_from_bytes(only_file(tmp_path).read_bytes(), policy=default)
    assert (message["To"], message["Message-ID"]) == ("sales@acme.example", f"<{ORDER.key}@us.example>")
    assert "12 units  A-1  Bolt, M8" in message.get_body().get_content()
    (attached,) = message.iter_attachments()
    assert ORDER.key in attached.get_content()

    nobody = sent(target, replace(ORDER, supplier="Evil\r\nBcc: all@us.example"))
    assert nobody.status is Status.PARKED and "no e-mail address" in nobody.reason


def test_a_folder_that_cannot_be_used_is_tried_again(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TargetUnavailable, match="cannot be written"):
        files(tmp_path / "file" / "below").write(ORDER, ORDER.key)
