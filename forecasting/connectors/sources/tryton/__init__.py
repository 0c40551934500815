"""Tryton as a source: sales, moves, purchases, suppliers' terms and order points as a dataset."""
