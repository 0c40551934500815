"""Ordering systems that approved orders are written into: one file a system, all behind one port."""
