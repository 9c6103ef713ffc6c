"""Parts that families read and evaluate their members' files with.

It may import `encodings`, `errors`, `exact` and `op_counts`.
"""
