"""Real trainings of the DARTS networks, alone or many at once: Appendix C.6's protocol and smaller ones.

It may import `cost`, `errors`, `files`, `images`, `parsing`, `space`, `tables` and `training.networks`.
"""
