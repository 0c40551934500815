"""What happens in a Tryton: sales, shipments, purchases and receipts, by its own interface."""

from __future__ import annotations

from datetime import date

from tests.support.tryton import Tryton


def _date(day: date) -> dict:
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}


def _decimal(number: object) -> dict:
    return {"__class__": "Decimal", "decimal": str(number)}


class Business:
    """Acts by a target's session, whose company is the first one."""

    def __init__(self, server: Tryton, target) -> None:
        self.server, self._call = server, target._call
        (self.warehouse,) = self._call(
            "model.stock.location.search", [["type", "=", "warehouse"]], 0, None, None
        )
        rows = self._call("model.product.product.search_read", [], 0, None, None, ["code"])
        self.products = {row["code"]: row["id"] for row in rows}
        rows = self._call("model.party.party.search_read", [], 0, None, None, ["code"])
        self.parties = {row["code"]: row["id"] for row in rows}
        (self.customer,) = self._call(
            "model.party.party.create",
            [{"name": "Corner Shop", "code": "C-1", "addresses": [["create", [{}]]]}],
        )

    def _address(self, party: int) -> int:
        addresses = self._call("model.party.party.read", [party], ["addresses"])[0]["addresses"]
        return next(iter(addresses), None)

    def _lines(self, wanted: dict[str, float], price: float) -> list:
        rows = [
            {
                "type": "line",
                "product": self.products[sku],
                "quantity": float(units),
                "unit": 1,
                "unit_price": _decimal(price),
            }
            for sku, units in wanted.items()
        ]
        return [["create", rows]]

    def sell(self, wanted: dict[str, float], day: date, upto: str = "process") -> int:
        """A sale; ``upto``: the last button that is pressed."""
        address = self._address(self.customer)
        (sale,) = self._call(
            "model.sale.sale.create",
            [
                {
                    "party": self.customer,
                    "invoice_address": address,
                    "shipment_address": address,
                    "warehouse": self.warehouse,
                    "company": 1,
                    "currency": 1,
                    "sale_date": _date(day),
                    "invoice_method": "manual",
                    "shipment_method": "order",
                    "lines": self._lines(wanted, 20),
                }
            ],
        )
        for button in ("quote", "confirm", "process"):
            if upto in ("quote", "confirm", "process"):
                self._call(f"model.sale.sale.{button}", [sale])
            if button == upto:
                break
        return sale

    def cancel_sale(self, sale: int) -> None:
        self._call("model.sale.sale.cancel", [sale])

    def ship(self, sale: int) -> None:
        """All of a sale leaves, whatever is there."""
        shipments = self._call("model.sale.sale.read", [sale], ["shipments"])[0]["shipments"]
        for button in ("assign_force", "pick", "pack", "do"):
            self._call(f"model.stock.shipment.out.{button}", shipments)

    def buy(self, wanted: dict[str, float], day: date, upto: str = "process", supplier: str = "SUP-A") -> int:
        """A purchase; ``upto``: the last button that is pressed; empty: it stays a draft."""
        party = self.parties[supplier]
        (purchase,) = self._call(
            "model.purchase.purchase.create",
            [
                {
                    "party": party,
                    "invoice_address": self._address(party),
                    "warehouse": self.warehouse,
                    "company": 1,
                    "currency": 1,
                    "purchase_date": _date(day),
                    "invoice_method": "manual",
                    "lines": self._lines(wanted, 5),
                }
            ],
        )
        for button in ("quote", "confirm", "process"):
            if not upto:
                break
            self._call(f"model.purchase.purchase.{button}", [purchase])
            if button == upto:
                break
        return purchase

    def receive(self, purchase: int, day: date) -> None:
        """All of a purchase comes."""
        lines = self._call("model.purchase.purchase.read", [purchase], ["lines"])[0]["lines"]
        moves = self._call(
            "model.stock.move.search",
            [["origin", "in", [f"purchase.line,{line}" for line in lines]]],
            0,
            None,
            None,
        )
        self._call("model.stock.move.write", moves, {"effective_date": _date(day)})
        self._call("model.stock.move.do", moves)

    def exchange(self, code: str, rate: float, day: date) -> int:
        """A currency and, from a day on, how much of it one of the common base is."""
        rates = [["create", [{"date": _date(day), "rate": _decimal(rate)}]]]
        there = self._call("model.currency.currency.search", [["code", "=", code]], 0, None, None)
        if there:
            self._call("model.currency.currency.write", there, {"rates": rates})
            return there[0]
        new = {"name": code, "code": code, "rounding": _decimal("0.01"), "digits": 2, "rates": rates}
        return self._call("model.currency.currency.create", [new])[0]

    def offer(self, sku: str, supplier: str, currency: int, prices: dict[float, float]) -> None:
        """What a new supplier asks for, whose lead time is said of the supplier and not of the product."""
        lead = {"__class__": "timedelta", "seconds": 30 * 86_400}
        named = {"name": f"Supplier {supplier}", "code": supplier, "supplier_lead_time": lead}
        party = self.parties[supplier] = self._call("model.party.party.create", [named])[0]
        product = self.products[sku]
        template = self._call("model.product.product.read", [product], ["template"])[0]["template"]
        steps = [
            {"quantity": units, "unit_price": _decimal(price), "sequence": at}
            for at, (units, price) in enumerate(prices.items())
        ]
        terms = {"template": template, "party": party, "company": 1, "currency": currency}
        terms |= {"sequence": 9, "code": f"X-{sku}", "prices": [["create", steps]]}
        self._call("model.purchase.product_supplier.create", [terms])

    def delete_draft(self, purchase: int) -> None:
        self._call("model.purchase.purchase.cancel", [purchase])
        self._call("model.purchase.purchase.delete", [purchase])

    def suggest(self) -> dict[str, float]:
        """Tryton's own supply run: units by SKU."""
        session = self._call("wizard.stock.supply.create")[0]
        self._call("wizard.stock.supply.execute", session, {"start": {"warehouses": []}}, "create_")
        rows = self._call(
            "model.purchase.request.search_read",
            [["state", "=", "draft"]],
            0,
            None,
            None,
            ["product.code", "quantity"],
        )
        return {row["product."]["code"]: row["quantity"] for row in rows}
