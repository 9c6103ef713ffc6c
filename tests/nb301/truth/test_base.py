"""Names and kinds of ground truths, and training runs as arrays."""

from itertools import product

import numpy as np
import pytest

from nb301.images.sets import IMAGE_SETS
from nb301.tables import official
from nb301.training.protocol import PRESETS
from nb301.truth.base import (
    OFFICIAL,
    OFFICIAL_LAST_EPOCH,
    TrainingRun,
    TrainingRuns,
    TruthKind,
    described,
    first_real,
    is_emulated,
    kind_of,
    rests_on,
)
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.trained import TrainingTruth


@pytest.mark.parametrize(
    ("truth", "kind"),
    [
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


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (OFFICIAL, "real CIFAR-10 trainings"),
        (OFFICIAL_LAST_EPOCH, "real CIFAR-10 trainings, last epoch"),
        ("cifar10-paper 1.0", "real CIFAR-10 trainings"),
        ("emulated 2.0", "an emulation"),
        ("fashion-mnist-tiny 1.0", "real trainings of tiny networks on fashion-mnist"),
        ("cifar10-small 1.0", "real trainings of small networks on cifar10"),
        ("digits-paper 1.0", "real trainings on digits"),
        ("emulated", "other results"),
        ("predictions of the official XGB and LGB runtime v0.9", "other results"),
        ("", "other results"),
    ],
)
def test_words_for_what_results_rest_on(truth, words):
    """What nobody knows is not called real."""
    assert rests_on(truth) == words


def test_every_truth_that_trains_is_called_real():
    """Each image set with each preset; none but the paper's is called CIFAR-10's."""
    for images, preset in product(IMAGE_SETS, PRESETS):
        truth = described(TrainingTruth(images, preset))
        words = rests_on(truth)
        assert words.startswith("real ")
        assert ("CIFAR-10" in words) is (kind_of(truth) is TruthKind.PAPER)


def test_the_papers_trainings_sort_first():
    """Then emulations, then all else; the sort keeps the order of equals."""
    truths = ["fashion-mnist-tiny 1.0", "emulated 2.0", OFFICIAL_LAST_EPOCH, "emulated 2.0", OFFICIAL]

    assert sorted(truths, key=first_real) == [
        OFFICIAL_LAST_EPOCH,
        OFFICIAL,
        "emulated 2.0",
        "emulated 2.0",
        "fashion-mnist-tiny 1.0",
    ]


def test_training_runs_are_single_ones_and_back():
    """Columns hold what the runs do, to the last bit; none are none."""
    runs = [TrainingRun(0.1 + 0.2, 0.5, 1 / 3, 1234.5), TrainingRun(0.9, 0.25, 0.75, 1e-9)]
    together = TrainingRuns.of(runs)
    assert [*together] == runs
    assert len(together) == 2
    assert all(isinstance(value, float) for run in together for value in run[:-1])
    np.testing.assert_array_equal(together.val_accuracy, [0.1 + 0.2, 0.9])
    assert together.curve is None
    assert [*TrainingRuns.of([])] == []


def test_training_runs_keep_their_curves():
    """A row of epochs for each."""
    runs = [TrainingRun(0.9, 0.5, 0.3, 12.0, (0.1, 0.9)), TrainingRun(0.4, 0.2, 0.7, 1.0, (0.4, 0.3))]
    together = TrainingRuns.of(runs)
    assert together.curve.tolist() == [[0.1, 0.9], [0.4, 0.3]]
    assert [*together] == runs
