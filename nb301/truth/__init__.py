"""Ground truths: what answers `evaluate(genotype, seed)`, by a formula or by training.

It may import `cost`, `encodings`, `errors`, `exact`, `images`, `noise`, `space`, `threads`, `training`
and `truth.emulation`.
"""
