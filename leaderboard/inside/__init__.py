"""What is mounted into the sandbox beside a submission: the standard library is all that it needs.

It may import `nb301`.
"""
