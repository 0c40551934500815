"""Tests of ``forecasting.store``."""
