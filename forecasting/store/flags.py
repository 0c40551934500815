"""Every word that may stand in the column ``flags`` of the recommendations, and what it says of an item."""

from __future__ import annotations

SEPARATOR = ";"
"""Between the flags of one item."""

FLAGS = {
    # What is special about the item, or about what is known of it.
    "owed": "Units are owed to customers now.",
    "preordered": "Customers have ordered ahead what is due to ship before a later order could arrive.",
    "late_purchase_order": "Some of what is on order comes only after the protection interval.",
    "no_history": "There is no demand to learn from.",
    "never_offered": "Listed, and never asked for, counted, bought or announced: perhaps it is not for sale.",
    "odd_order": "A line of the last year is so far beyond all others that models take it as a usual one.",
    "level_shift": "Demand of the last weeks lies beyond all of the half year before; the forecast differs.",
    "not_known_yet": "The first order, count or purchase of the item is of a later date.",
    "kit": "It is put together from its components when it is sold: they are ordered, it never is.",
    "never_ordered_there": "It lies where goods come back to: nothing is ordered for that place.",
    "short_at_source": "The place that supplies it has less to share than is wanted.",
    "ended": "The item ends before an order could arrive.",
    "ends_soon": "The item has a last day, and an order can still arrive before it.",
    "infeasible_terms": "No order fits the pack size, the minimum and the maximum order quantity.",
    "rounded_to_terms": "Packs, the minimum or the maximum changed the quantity.",
    "stock_assumed": "The stock was never counted: the setting `on_hand` stands for it.",
    "location_mismatch": "Sold at one location, and counted or bought at another only.",
    "orders_unknown": "Orders of the last days before the plan are not known: they are forecast.",
    "stock_contradiction": "Counts, receipts and shipments contradict each other: its stock is not known.",
    "expired": "Units lie there that are beyond their shelf life: they are no stock.",
    "expires_soon": "Units there are likely to expire before they can be sold: they are not counted on.",
    "overdue": "Some of what is on order should have come by now.",
    "covers_closing": "The next order can arrive only after a closing: this one has to last until then.",
    "absurd_costs": "Holding a unit costs nothing, so that no quantity is too large: check the costs.",
    "excess": "There is more than twice what any likely demand until the next order calls for.",
    "persistent_backorder": "It was on backorder, or out of stock, again and again: `persistent_backorders`.",
    # Why the quantity is not the item's own best: its supplier's terms, or the budget.
    "supplier_minimum": "More than the item alone needs: its supplier takes no smaller order.",
    "free_freight": "More than the item alone needs: the order then pays no freight.",
    "volume_limit": "Less than the item alone would get: the order has no more room.",
    "budget": "Less than the item alone would get: the budget buys more elsewhere.",
    "order_not_worth": "It waits: what the order would save does not pay for its cost, freight and minimum.",
    "minimum_out_of_reach": "It waits: the supplier's minimum order value is out of reach.",
    "chosen_together": "The quantity was chosen together with those of the supplier's other items.",
}
