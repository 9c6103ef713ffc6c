"""Official modules that clients import, and hardly use (official_facts F40).

It may import `errors`.
"""
