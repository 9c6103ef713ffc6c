"""Ground truths: what answers `evaluate(genotype, seed)`, and collection from it.

It may import `cost`, `encodings`, `errors`, `exact`, `images`, `noise`, `places`, `space`, `threads`
and `training`.
"""
