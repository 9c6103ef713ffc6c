"""Collection: ground truths are asked, and their trainings become tables.

It may import `cost`, `errors`, `journal`, `optimizers`, `optimizers.one_shot`, `parsing`, `sources`, `space`,
`tables`, `threads` and `truth`.
"""
