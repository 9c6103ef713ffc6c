"""What the emulated ground truth is made of: sums of fitted weights, which its data file has.

It may import `noise`, `places` and `space`.
"""
