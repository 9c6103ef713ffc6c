"""Figures of results and architectures: charts, strips of dots, genotypes.

It may import `nb301` and `legible`.
"""
