"""Release pages: one for each release.

It may import `nb301`, `drawing`, `errors`, `places`, `rendering` and `runs`.
"""
