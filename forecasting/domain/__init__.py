"""The nouns of the business and their rules, as columns over items. Standard library and numpy only.

An item is a SKU at a location. All arrays of one dataset number its items alike: 0..n-1, ordered by
(location, sku). A day is an integer, counted from 1970-01-01.
"""

from forecasting.domain.arrays import BoolArray, FloatArray, IntArray, TextArray
from forecasting.domain.calendar import Bucket, Calendar
from forecasting.domain.columns import Columns, SomeItems
from forecasting.domain.company_levels import CompanyLevels
from forecasting.domain.costs import Costs, critical_ratio, target_quantile
from forecasting.domain.days import LONG_AGO, WEEKDAYS, day_number, day_text, weekday, weekday_numbers
from forecasting.domain.demand_lines import DemandLines
from forecasting.domain.end_of_life import EndOfLifeTerms
from forecasting.domain.items import MAIN, Items
from forecasting.domain.lead_times import LeadTimes
from forecasting.domain.order_terms import OrderTerms, PriceBreaks
from forecasting.domain.stock import OrderCrossover, Receipts, Stock, StockPosition
from forecasting.domain.supplier_terms import SupplierTerms
from forecasting.domain.suppliers import Suppliers

__all__ = [
    "LONG_AGO",
    "MAIN",
    "WEEKDAYS",
    "BoolArray",
    "Bucket",
    "Calendar",
    "Columns",
    "CompanyLevels",
    "Costs",
    "DemandLines",
    "EndOfLifeTerms",
    "FloatArray",
    "IntArray",
    "Items",
    "LeadTimes",
    "OrderCrossover",
    "OrderTerms",
    "PriceBreaks",
    "Receipts",
    "SomeItems",
    "Stock",
    "StockPosition",
    "SupplierTerms",
    "Suppliers",
    "TextArray",
    "critical_ratio",
    "day_number",
    "day_text",
    "target_quantile",
    "weekday",
    "weekday_numbers",
]
