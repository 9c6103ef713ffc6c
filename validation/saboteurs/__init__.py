"""Surrogates with one fault each, and the claims that must catch them.

It may import `nb301`, `claims`, `intervals`, `judging`, `measures` and `subject`.
"""
