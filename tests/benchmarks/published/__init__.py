"""Measured recordings beside their published values: ``python -m tests.benchmarks.published``."""
