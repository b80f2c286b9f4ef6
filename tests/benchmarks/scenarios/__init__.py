"""The comparison suite, all scenarios and methods; ``python -m tests.benchmarks.scenarios``."""
