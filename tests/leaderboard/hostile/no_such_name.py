"""Has not what its entry point says."""

VALUE = 1
