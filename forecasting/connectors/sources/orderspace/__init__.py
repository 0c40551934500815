"""Orderspace, a wholesale shop: its orders, products, stock, dispatches and customers as a dataset."""
