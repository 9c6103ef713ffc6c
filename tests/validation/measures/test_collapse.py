"""Tests of `validation.measures.collapse`."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.space import Op
from tests.validation.surrogates import Oracle
from validation.measures import collapse, fit
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
