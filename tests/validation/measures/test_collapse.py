"""Tests of `validation.measures.collapse`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.errors import DataMissing
from nb301.releases.manifest import TableReference
from nb301.space import Op
from tests.validation.surrogates import Oracle
from validation.measures import collapse, fit
from validation.missing_table import MissingTable
from validation.subject import foreign_subject


def test_the_best_surrogate_knows_the_collapse(oracle):
    """Two or three skip connections are best, ever more are worse, and pools hurt at once."""
    assert collapse.best_count(oracle, "skip_connect", 2, 3).interval.low > 0
    assert collapse.best_count(oracle, "skip_connect", 5, 6).interval.high < 0
    assert collapse.falls_after(oracle, "skip_connect", 4).interval.low > 0
    assert collapse.hurts_at_once(oracle, "max_pool_3x3").interval.low > 0
    assert collapse.gap(oracle, "skip_connect", 8).value == 0


def test_probes_of_the_table_tell_the_same(embedded_table, tmp_path):
    """Where the truth cannot be asked the table's own probes are used, and say about the same."""
    other = type(embedded_table)("emulated", "1.0", "emulated 0.9", embedded_table.rows)
    subject = foreign_subject("oracle", Oracle(), other, tmp_path)
    assert subject.truth is None
    for op in (Op.skip_connect, Op.max_pool_3x3):
        truth, predicted = collapse.means_by_base(subject, op.name)
        assert truth.shape == predicted.shape == (10, 9)
        assert np.abs(truth.mean(axis=0) - predicted.mean(axis=0)).max() < 0.003
    # noise as five seeds of DE's good architectures show it, a little less than that of all
    assert fit.above_ceiling(subject).value == pytest.approx(0, abs=0.03)


def test_without_a_table_new_probes_are_asked(oracle, tmp_path):
    """What is predicted of them is the same as where the truth can be asked; how far off, nobody knows."""
    reference = TableReference(
        name="emulated", version="1.0", truth="emulated 0.9", content_hash=None, rows=None
    )
    subject = foreign_subject("oracle", Oracle(), MissingTable(reference, "it is not here"), tmp_path)
    for measured in (
        lambda s: collapse.best_count(s, "skip_connect", 2, 3),
        lambda s: collapse.falls_after(s, "skip_connect", 4),
        lambda s: collapse.hurts_at_once(s, "max_pool_3x3"),
    ):
        without, beside = measured(subject), measured(oracle)
        assert (without.value, without.interval, without.n) == (beside.value, beside.interval, beside.n)
        assert without.ceiling is None
    with pytest.raises(DataMissing, match="it is not here"):
        collapse.gap(subject, "skip_connect", 8)
