"""Collection: ground truths are asked, and their trainings become tables.

It may import `cost`, `errors`, `extras`, `journal`, `optimizers`, `optimizers.one_shot`, `parsing`,
`sources`, `space`, `surrogates`, `tables`, `threads` and `truth`.
"""
