"""What families' files of members are read and evaluated with.

It may import `encodings`, `errors` and `exact`.
"""
