"""The graph isomorphism network.

It may import `encodings`, `errors`, `exact`, `parsing`, `space`, `surrogates.members` and `threads`.
"""
