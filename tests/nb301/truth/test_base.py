"""Names and kinds of ground truths, and training runs as arrays."""

import numpy as np
import pytest

from nb301.tables import official
from nb301.truth.base import OFFICIAL, TrainingRun, TrainingRuns, TruthKind, described, is_emulated, kind_of
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.trained import TrainingTruth


@pytest.mark.parametrize(
    ("truth", "kind"),
    [
        ("emulated 1.0", TruthKind.EMULATED),
        ("emulated 2.0", TruthKind.EMULATED),
        ("emulated", TruthKind.OTHER),
        ("emulated-too 1.0", TruthKind.OTHER),
        ("CIFAR-10 training", TruthKind.PAPER),
        ("cifar10-paper 1.0", TruthKind.PAPER),
        ("cifar10-tiny 1.0", TruthKind.OTHER),
        ("fashion-mnist-tiny 1.0", TruthKind.OTHER),
        ("", TruthKind.OTHER),
    ],
)
def test_kinds_are_told_by_name(truth, kind):
    """The name decides, whatever the version."""
    assert kind_of(truth) is kind
    assert is_emulated(truth) is (kind is TruthKind.EMULATED)


def test_kinds_of_our_own_truths():
    """What ground truths note of themselves, and what the official table does."""
    assert kind_of(described(EmulatedTruth())) is TruthKind.EMULATED
    assert kind_of(described(TrainingTruth("cifar10", "paper"))) is TruthKind.PAPER
    assert kind_of(described(TrainingTruth("digits"))) is TruthKind.OTHER
    assert official.TRUTH == OFFICIAL


def test_training_runs_are_single_ones_and_back():
    """Columns hold what the runs do, to the last bit; none are none."""
    runs = [TrainingRun(0.1 + 0.2, 0.5, 1 / 3, 1234.5), TrainingRun(0.9, 0.25, 0.75, 1e-9)]
    together = TrainingRuns.of(runs)
    assert [*together] == runs
    assert len(together) == 2
    assert all(isinstance(value, float) for run in together for value in run)
    np.testing.assert_array_equal(together.val_accuracy, [0.1 + 0.2, 0.9])
    assert [*TrainingRuns.of([])] == []
