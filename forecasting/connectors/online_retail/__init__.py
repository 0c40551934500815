"""Import of UCI's "Online Retail II"."""
