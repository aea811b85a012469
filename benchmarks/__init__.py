"""Benchmarks of quality, speed and robustness: each prints its tables, and writes them as JSON with ``--json``."""
