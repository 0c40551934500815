"""What a send would do with an order: asked of the target, without changing anything there."""

from __future__ import annotations

from forecasting.connectors.targets.port import Held, Target
from forecasting.domain.purchase_orders import PurchaseOrder
from forecasting.sending.attempt import ask
from forecasting.sending.machine import Find, Found, Refused, Unavailable, difference


def look(order: PurchaseOrder, target: Target) -> str:
    """In words: what would be written, or what is there."""
    match ask(target, order, Find()):
        case Found(documents):
            live = [each for each in documents if each.held is not Held.CANCELLED]
            if not documents:
                return "would be written"
            if not live:
                return f"{documents[0].number} was cancelled there: would be left alone"
            whole = next((each for each in live if each.held is Held.WHOLE), None)
            if whole is None:
                return f"{live[0].number} is there as a draft: would be filled"
            return f"{whole.number} is there: {difference(order, whole) or 'as approved'}"
        case Refused(why):
            return f"would be parked: {why}"
        case Unavailable(why, _):
            return f"cannot be told now: {why}"
    return "would be written"
