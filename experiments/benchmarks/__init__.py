"""Benchmarks: modules that print ratios, `python -m experiments.benchmarks.NAME`."""
