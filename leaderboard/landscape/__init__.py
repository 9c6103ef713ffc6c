"""The landscape of an evaluation table: what its architectures are, and how good they are."""
