"""Fills a new Tryton database with what a purchase needs. Run by the Python that Tryton is installed in.

Everything is imported within functions: the tests' own Python does not have it.
"""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal

SUPPLIERS = ("SUP-A", "SUP-B")
PRODUCTS = 20


def load(config_file: str, database: str) -> None:
    """Company, chart of accounts, two suppliers, products with prices, order points, stock and a sale."""
    from proteus import Model, config
    from trytond.modules.account.tests.tools import create_chart, get_accounts
    from trytond.modules.company.tests.tools import create_company, get_company
    from trytond.modules.currency.tests.tools import get_currency

    settings = config.set_trytond(database, config_file=config_file)
    settings.user = 0
    user_model = Model.get("res.user")
    (admin,) = user_model.find([("login", "=", "admin")])
    for group in Model.get("res.group").find([]):
        if group not in admin.groups:
            admin.groups.append(group)
    admin.save()

    settings.user = admin.id
    currency = get_currency("EUR")
    create_company(currency=currency)
    company = get_company()

    # The user's own company, and whom the user is there, are no fields that the user may write.
    settings.user = 0
    person = Model.get("party.party")(name="Buyer")
    person.save()
    employee = Model.get("company.employee")(party=person, company=company)
    employee.save()
    admin = user_model(admin.id)
    admin.companies.append(company)
    admin.company = company
    admin.employees.append(employee)
    admin.employee = employee
    admin.save()
    settings.user = admin.id
    settings._context = user_model.get_preferences(True, settings.context)

    create_chart(company)
    accounts = get_accounts(company)
    category = Model.get("product.category")(
        name="goods",
        accounting=True,
        account_expense=accounts["expense"],
        account_revenue=accounts["revenue"],
    )
    category.save()
    party_model = Model.get("party.party")
    suppliers = [party_model(name=f"Supplier {code}", code=code) for code in SUPPLIERS]
    for supplier in suppliers:
        supplier.save()
    _products(category, suppliers, currency)


def _products(category, suppliers, currency) -> None:
    from proteus import Model

    (unit,) = Model.get("product.uom").find([("name", "=", "Unit")])
    (warehouse,) = Model.get("stock.location").find([("code", "=", "WH")])
    inventory = Model.get("stock.inventory")(location=warehouse.storage_location)
    for number in range(PRODUCTS):
        template = Model.get("product.template")(
            name=f"Product {number}",
            default_uom=unit,
            type="goods",
            purchasable=True,
            salable=True,
            list_price=Decimal(20),
            account_category=category,
        )
        template.products[0].suffix_code = f"SKU{number:03d}"
        template.products[0].cost_price = Decimal(5)
        template.save()
        product = template.products[0]

        terms = Model.get("purchase.product_supplier")(
            template=template,
            party=suppliers[number % len(suppliers)],
            currency=currency,
            lead_time=datetime.timedelta(days=10),
            code=f"S-{number}",
        )
        terms.prices.append(
            Model.get("purchase.product_supplier.price")(quantity=1, unit_price=Decimal("5.00"))
        )
        terms.save()
        Model.get("stock.order_point")(
            type="purchase", product=product, location=warehouse, min_quantity=42, target_quantity=130
        ).save()
        inventory.lines.new(product=product).quantity = 25.0
    inventory.save()
    inventory.click("confirm")


if __name__ == "__main__":
    load(*sys.argv[1:])
