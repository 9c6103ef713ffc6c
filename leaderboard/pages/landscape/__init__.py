"""The landscape of an evaluation table: what its architectures are, and how good they are.

It may import `nb301`, `drawing`, `errors`, `pages.releases`, `places` and `rendering`.
"""
