"""Image sets that networks are trained on: digits, Fashion-MNIST and CIFAR-10.

It may import `errors`, `extras`, `files` and `parsing`.
"""
