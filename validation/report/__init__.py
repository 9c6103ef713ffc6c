"""The report of a validation: JSON, the card, its figures.

It may import `nb301`, `answers`, `claims`, `intervals`, `judging`, `measures`, `places`, `prepare`,
`searches` and `subject`.
"""
