"""Real trainings of the DARTS networks, alone or many at once: the protocol of Appendix C.6 and smaller ones."""
