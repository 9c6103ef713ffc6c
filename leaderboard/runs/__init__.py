"""Runs: planned, made, stored, verified.

It may import `nb301`, `entries`, `errors`, `inside`, `legible`, `places`, `problems` and `sandbox`.
"""
