"""Benchmarks: `python -m tests.bench native`, `front`, ... Each prints ratios from one interleaved run."""
