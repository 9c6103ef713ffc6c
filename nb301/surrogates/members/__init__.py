"""Parts that families read and evaluate their members' files with.

It may import `columns`, `encodings`, `errors`, `exact`, `formats`, `op_counts` and `parsing`.
"""
