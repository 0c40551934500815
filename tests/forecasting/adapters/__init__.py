"""Tests of ``forecasting.adapters``."""
