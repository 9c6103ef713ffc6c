"""Entry pages: one for each ranked entry.

It may import `nb301`, `drawing`, `entries`, `legible`, `ranking`, `rendering`, `runs` and `sandbox`.
"""
