"""Ranking within cells of one depth (Appendix D.7, Figure 19)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from validation.measures.base import Measured, Statistic, compare, depths, predicted_mean, rows_of
from validation.measures.registry import register
from validation.subject import Subject


@register()
def depth(subject: Subject, statistic: Statistic, edges: Annotated[int, Field(ge=1, le=4)]) -> Measured:
    """A statistic over D.7's probes whose cells have a longest path of so many edges."""
    rows = rows_of(subject, "topology")
    rows = rows[depths(subject.genotypes(rows)) == edges]
    return compare(subject, statistic, rows, predicted_mean(subject, rows))
