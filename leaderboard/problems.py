"""Problems: what optimizers search for, and what they may ask."""

from __future__ import annotations

import enum


class Problem(enum.StrEnum):
    """What is searched for, and what may be asked."""

    #: A low validation error; every training is whole.
    accuracy = "accuracy"
    #: The same; trainings may pause after some epochs, and go on.
    multi_fidelity = "multi-fidelity"
    #: A low validation error and few multiply-adds, at all exchange rates of both; every training is whole.
    multi_objective = "multi-objective"
