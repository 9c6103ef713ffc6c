"""A submission's process, sealed off.

It may import `nb301`, `errors`, `inside`, `legible` and `places`.
"""
