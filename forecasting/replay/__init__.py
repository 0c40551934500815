"""What would have happened: policies on past orders. Called, it is ``forecasting.api.replay``."""

from forecasting import make_callable

make_callable(__name__)
