"""Ranking within cells of one depth (Appendix D.7, Figure 19)."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from validation.measures.base import Measured, Statistic, compare, predicted_mean, rows_of
from validation.measures.registry import register
from validation.subject import Subject


@register()
def depth(subject: Subject, statistic: Statistic, edges: Annotated[int, Field(ge=1, le=4)]) -> Measured:
    """A statistic over D.7's probes whose cells have a longest path of so many edges."""
    rows = rows_of(subject, "topology")
    deep = [genotype.normal.depth == edges for genotype in subject.genotypes(rows)]
    rows = rows[np.array(deep)]
    return compare(subject, statistic, rows, predicted_mean(subject, rows))
