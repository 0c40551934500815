"""A synthetic but realistic wholesaler, with its hidden truth.

Orders, stock and deliveries come from running a company day by day: customers ask, the company ships
what it has and buys by a rule of its own that is not very good. What it never saw (customers who left
because an item was out of stock) is in ``truth`` only. ``make_dirty_sample`` plants the faults of
real data in it. ``docs/sample.md`` describes all that is in it. Called, it is ``forecasting.api.sample``.
"""

from forecasting import make_callable
from forecasting.sample.customers import Behaviour
from forecasting.sample.faults import make_dirty_sample
from forecasting.sample.make import Sample, make_sample

__all__ = ["Behaviour", "Sample", "make_dirty_sample", "make_sample"]

make_callable(__name__)
