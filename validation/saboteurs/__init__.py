"""Surrogates with one fault each, and the claims that must catch them.

It may import `nb301`, `claims`, `code_hash`, `fits`, `intervals`, `judging`, `measures`, `predictors` and
`subject`.
"""
