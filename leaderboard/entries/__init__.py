"""Submissions as they are handed in: read, checked, scanned, their packages installed.

It may import `nb301`, `errors`, `legible`, `places`, `problems` and `sandbox`.
"""
