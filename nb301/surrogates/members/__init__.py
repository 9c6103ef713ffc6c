"""Parts that families read and evaluate their members' files with.

It may import `encodings`, `errors`, `exact`, `op_counts` and `parsing`.
"""
