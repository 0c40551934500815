"""Experiments: benchmarks first."""
