"""Ground truths: what answers `evaluate(genotype, seed)`, by a formula or by training.

It may import `columns`, `cost`, `encodings`, `errors`, `exact`, `images`, `learning_curves`, `noise`,
`space`, `threads`, `training` and `truth.emulation`.
"""
