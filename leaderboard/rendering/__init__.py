"""What all pages are made with: templates, words, Markdown, records explained.

It may import `nb301`, `drawing`, `entries`, `errors`, `legible`, `places`, `problems`, `ranking` and `runs`.
"""
