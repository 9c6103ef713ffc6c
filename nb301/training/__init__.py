"""Real trainings of the DARTS networks, alone or many at once: Appendix C.6's protocol and smaller ones."""
