"""Exact and near-exact policies where sales are lost."""
