"""Ground truths: what answers `evaluate(genotype, seed)`, and collection from it."""
