"""Networks that architectures are trained in: one alone, or many as a stack.

It may import `cost` and `space`.
"""
