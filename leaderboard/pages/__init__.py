"""The pages of the site, and the build that writes them.

It may import `nb301`, `drawing`, `entries`, `errors`, `inside`, `legible`, `pages.entries`,
`pages.landscape`, `pages.releases`, `places`, `problems`, `ranking`, `rendering`, `runs` and `sandbox`.
"""
