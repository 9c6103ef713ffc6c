"""The graph isomorphism network.

It may import `encodings`, `errors`, `exact`, `extras`, `parsing`, `space`, `surrogates.members` and
`threads`.
"""
