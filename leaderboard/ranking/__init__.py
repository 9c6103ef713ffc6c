"""From runs to places: scores, statistics, standings, and all numbers as CSV.

It may import `nb301`, `errors`, `legible`, `places`, `problems`, `runs` and `sandbox`.
"""
