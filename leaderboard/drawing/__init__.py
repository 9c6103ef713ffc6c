"""Figures of results and architectures: charts, strips of dots, cells as graphs.

It may import `nb301` and `legible`.
"""
