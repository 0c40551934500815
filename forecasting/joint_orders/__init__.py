"""Quantities of many items chosen together: supplier minimums, freight, volume and one cash budget."""
