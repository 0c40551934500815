"""What customers are promised: by when each open order line can ship, and what can still be sold.

Supply (``supply.py``) is given to lines (``lines.py``) by rules (``rules.py``, ``allocation.py``); the dates
follow from when the supply of each line comes (``eta.py``), and the verdict from the date and the deadline
(``verdicts.py``). What is left over is what can still be promised (``storefront.py``, ``alternatives.py``).
"""
