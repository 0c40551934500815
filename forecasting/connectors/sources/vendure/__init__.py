"""Vendure, a shop: its orders and stock as a dataset."""
