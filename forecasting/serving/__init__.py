"""Starting the buyers' pages, and the work that pages ask for and that takes longer than an answer may."""

from forecasting.serving.names import APPLICATION, DATABASE, DEMO_BUYER
from forecasting.serving.server import add_user, morning_digest, serve

__all__ = ["APPLICATION", "DATABASE", "DEMO_BUYER", "add_user", "morning_digest", "serve"]
