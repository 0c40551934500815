"""What other systems call our tables and columns, so that an unread name can be told what it was meant to be.

Names are compared without case, blanks and hyphens. A synonym is a hint in a message or in a proposed
mapping: nothing is ever read by one unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from forecasting.dataset.source import near_word
from forecasting.dataset.tables import BY_NAME, Table
from forecasting.errors import plain

TABLE_SYNONYMS: Mapping[str, str] = {
    "orders": (
        "sales order_lines orderlines sales_orders sales_lines customer_orders transactions invoices "
        "demand verkauf verkaeufe auftraege umsatz sales_history order_items"
    ),
    "products": "items articles item_master product_master skus catalogue catalog materials artikel parts",
    "stock": (
        "inventory on_hand stock_levels stock_on_hand inventory_levels quants balances bestand lager stocks"
    ),
    "purchase_orders": (
        "purchases po pos purchase_order_lines purchase_lines purchase_order_items purchase_items po_lines "
        "po_items receipts procurement bestellungen inbound"
    ),
    "suppliers": "vendors lieferanten vendor_master creditors",
    "alternatives": "substitutes replacements",
    "price_breaks": "quantity_discounts tiers tier_prices",
    "lots": "batches expiry chargen",
    "events": "promotions holidays calendar",
    "supplier_items": "supplier_products supplierinfo vendor_items item_suppliers supplier_prices",
    "closures": "closings supplier_holidays shutdowns",
    "currencies": "exchange_rates currency_rates fx rates",
    "prices": "price_list sales_prices price_history",
    "availability": "stockouts out_of_stock",
    "locations": "sites branches warehouses depots filialen",
    "kits": "bundles boms bill_of_materials bills_of_material stuecklisten",
}

COLUMN_SYNONYMS: Mapping[str, str] = {
    "order": (
        "order_no order_number order_id order_nr orderid orderno so_number sales_order invoice "
        "invoice_no document document_no auftrag auftragsnummer auftragsnr bestellnr receipt_no "
        "transaction_id"
    ),
    "line": "line_no line_number line_id position pos item_line zeile",
    "ordered_at": (
        "date order_date ordered date_ordered created created_at orderdate transaction_date datum "
        "auftragsdatum bestelldatum invoice_date sale_date sold_at timestamp ordered_on created_on"
    ),
    "sku": (
        "item item_no item_number item_code item_id article article_no article_number product "
        "product_code product_id product_no part part_no part_number material material_no artikel "
        "artikelnummer artikelnr stock_code code variant default_code"
    ),
    "quantity": (
        "qty amount units pieces pcs menge anzahl quantity_ordered ordered_qty qty_ordered order_qty "
        "ordered_quantity product_uom_qty"
    ),
    "location": "warehouse site store branch depot plant lager filiale standort wh",
    "customer": "customer_id customer_no client account kunde kundennummer buyer debtor partner",
    "unit_price": "price sales_price selling_price list_price preis verkaufspreis vk",
    "due": "due_date required_date requested_date delivery_date wanted needed_by liefertermin deadline",
    "status": "state order_status",
    "shipped_at": (
        "ship_date shipped_date shipped_on shipped dispatched delivered delivered_at shipping_date "
        "versanddatum"
    ),
    "quantity_shipped": "shipped_qty qty_shipped qty_delivered delivered_quantity shipped_quantity",
    "cancelled_at": "cancel_date cancelled_date canceled_at cancelled_on",
    "description": "name title bezeichnung item_name product_name",
    "category": "group product_group family class warengruppe type",
    "supplier": "vendor supplier_id supplier_no supplier_name vendor_no vendor_id lieferant creditor",
    "unit_cost": (
        "cost cost_price purchase_price buying_price standard_cost standard_price einkaufspreis ek "
        "avg_cost average_cost"
    ),
    "pack_size": "pack case_size case_pack carton_size ve packaging pack_qty units_per_pack",
    "min_order_quantity": "moq minimum_order min_qty min_order minimum_quantity mindestmenge",
    "max_order_quantity": "max_qty maximum_order",
    "lead_time_days": "lead_time leadtime lt delay delivery_time lieferzeit lead_days",
    "as_of": "date count_date counted_at snapshot_date stock_date datum inventory_date stichtag",
    "on_hand": (
        "qty quantity stock onhand qty_on_hand quantity_on_hand stock_qty available bestand menge "
        "balance stock_level soh"
    ),
    "purchase_order": (
        "po po_number po_no po_id purchase_order_no order order_no order_number bestellnummer"
    ),
    "expected_at": (
        "expected_date expected_on promised_date eta arrival expected due due_date due_on delivery_date "
        "planned_date"
    ),
    "received_at": "received_date received_on receipt_date received arrived delivered_at wareneingang",
    "quantity_received": "received_qty qty_received received_quantity",
    "min_order_value": "minimum_order_value min_value mindestbestellwert",
    "alternative": "substitute replacement",
    "units_per_purchase_unit": "units_per_case conversion_factor conversion unit_factor",
    "purchase_unit": "purchase_uom order_unit uom",
    "supplier_sku": "vendor_code vendor_item supplier_code supplier_part_no",
    "expires_on": "expiry expiry_date best_before bbd mhd expiration_date",
}


def meant_table(name: str) -> str | None:
    """The table that a file or a table of that name was most likely meant to be; None where none is near."""
    near = near_word(name, BY_NAME)
    return near or next(_called(name, TABLE_SYNONYMS, BY_NAME), None)


def meant_column(name: str, table: Table, missing: Iterable[str]) -> str | None:
    """The column, of those that are ``missing``, that a column of that name was most likely meant to be."""
    wanted = list(missing)
    near = near_word(name, wanted)
    known = [column.name for column in table.columns if column.name in wanted]
    return near or next(_called(name, COLUMN_SYNONYMS, known), None)


def _called(name: str, synonyms: Mapping[str, str], known: Iterable[str]) -> Iterator[str]:
    said = plain(name).replace(".", "").strip("_")
    joined = said.replace("_", "")
    for ours in known:
        if any(joined == other.replace("_", "") for other in synonyms.get(ours, "").split()):
            yield ours
