"""Tests of `nb301.tables.official_curves`: a tree as the full logs are."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nb301.releases.freeze import freeze
from nb301.space import sample_many
from nb301.tables.curves import is_unknown
from nb301.tables.official import import_official
from nb301.truth.emulated import EmulatedTruth
from tests.nb301.tables.test_official import official, write

TRUTH = EmulatedTruth()
GENOTYPES = sample_many(np.random.default_rng(0), 6)


def logged(genotype, seed=1, **entry):
    """A file of the full logs."""
    curve = (100 * TRUTH.curve(genotype, seed).val_accuracy).tolist()
    return official(genotype, seed) | {"learning_curves": {"Train/val_accuracy": curve, **entry}}


def test_curves_of_full_logs_are_kept(tmp_path):
    """To a tenth of a point, beside rows without one."""
    for number, genotype in enumerate(GENOTYPES):
        document = official(genotype) if number == 2 else logged(genotype)
        write(tmp_path / "rs" / f"results_{number}.json", document)
    table = import_official(tmp_path).table
    assert is_unknown(table.steps).tolist() == [False, False, True, False, False, False]
    curves = table.curves()
    for number in (0, 5):
        expected = TRUTH.curve(GENOTYPES[number], 1).val_accuracy
        np.testing.assert_allclose(curves[number], expected, atol=5.1e-4)
        assert curves[number].max() == table.rows["val_accuracy"][number]


def test_shorter_curves_are_not_known(tmp_path):
    """Nobody says which epochs they lack."""
    short = logged(GENOTYPES[1])
    short["learning_curves"]["Train/val_accuracy"] = short["learning_curves"]["Train/val_accuracy"][-90:]
    write(tmp_path / "rs" / "results_0.json", logged(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_1.json", short)
    table = import_official(tmp_path).table
    assert table.steps.shape == (2, TRUTH.epochs)
    assert is_unknown(table.steps).tolist() == [False, True]


def test_one_longer_curve_is_the_one_that_is_not_known(tmp_path):
    """Not all others."""
    for number, genotype in enumerate(GENOTYPES[:3]):
        document = logged(genotype)
        if number == 1:
            document["learning_curves"]["Train/val_accuracy"].append(90.0)
        write(tmp_path / "rs" / f"results_{number}.json", document)
    assert is_unknown(import_official(tmp_path).table.steps).tolist() == [False, True, False]


def test_too_many_epochs_are_one_bad_file(tmp_path):
    """More than tables keep."""
    document = logged(GENOTYPES[1]) | {"budget": 3000}
    document["learning_curves"]["Train/val_accuracy"] *= 30
    write(tmp_path / "rs" / "results_0.json", logged(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_1.json", document)
    imported = import_official(tmp_path)
    assert [bad.path.name for bad in imported.bad_files] == ["results_1.json"]
    assert len(imported.table) == 1


def test_a_curve_below_the_label_stays_where_it_is(tmp_path):
    """The best epoch is one that the log lacks."""
    document = logged(GENOTYPES[0])
    curve = [accuracy - 0.6 for accuracy in document["learning_curves"]["Train/val_accuracy"]]
    document["learning_curves"]["Train/val_accuracy"] = curve
    write(tmp_path / "rs" / "results_0.json", document)
    np.testing.assert_allclose(
        import_official(tmp_path).table.curves()[0], np.array(curve) / 100, atol=5.1e-4
    )


def test_trees_without_curves_have_tables_without(tmp_path):
    """As the small logs; an empty entry is none."""
    write(tmp_path / "rs" / "results_0.json", official(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_1.json", official(GENOTYPES[1]) | {"learning_curves": {}})
    assert import_official(tmp_path).table.steps is None


def test_a_run_in_both_logs_is_one(tmp_path):
    """And has the curve of whichever file has one, in the place of the first."""
    write(tmp_path / "rs" / "results_0.json", official(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_1.json", logged(GENOTYPES[1]))
    write(tmp_path / "rs" / "full" / "results_2.json", logged(GENOTYPES[0]))
    short = logged(GENOTYPES[0])
    del short["learning_curves"]["Train/val_accuracy"][0]
    write(tmp_path / "rs" / "short" / "results_3.json", short)
    imported = import_official(tmp_path)
    assert (len(imported.table), imported.duplicates) == (2, 2)
    assert not is_unknown(imported.table.steps).any()


@pytest.mark.parametrize(
    ("curves", "reason"),
    [
        ([1, 2], r"learning_curves: Train/val_accuracy is None, expected at most 100 accuracies"),
        ({"Train/val_accuracy": []}, r"is \[\], expected at most 100 accuracies"),
        ({"Train/val_accuracy": [90.0] * 101}, "expected at most 100 accuracies"),
        ({"Train/val_accuracy": [50.0, None]}, "epoch 2 is None, expected a number from 0 to 100"),
        ({"Train/val_accuracy": [50.0, 101]}, "epoch 2 is 101, expected a number from 0 to 100"),
        ({"Train/val_accuracy": [True]}, "epoch 1 is True"),
        ({"Train/val_accuracy": [50.0, 60.0]}, r"the best epoch has 60 %, but val_accuracy is 9.* %"),
        ({"Train/val_accuracy": [50.0, 99.0]}, r"the best epoch has 99 %, but val_accuracy is 9.* %"),
        ({"Train/train_loss": [1.0]}, "Train/val_accuracy is None"),
    ],
)
def test_what_is_no_curve(tmp_path, curves, reason):
    """The file is bad, and says why."""
    write(tmp_path / "rs" / "results_0.json", logged(GENOTYPES[0]))
    write(tmp_path / "rs" / "results_1.json", official(GENOTYPES[1]) | {"learning_curves": curves})
    (bad,) = import_official(tmp_path).bad_files
    assert bad.path.name == "results_1.json"
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(bad.reason)


def test_a_release_of_full_logs_answers_after_epochs(tmp_path):
    """The curve model is fitted to them as to ours."""
    for number, genotype in enumerate(sample_many(np.random.default_rng(1), 400)):
        path = tmp_path / "rs" / f"results_{number}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(logged(genotype)))
    folder = freeze(import_official(tmp_path).table, "xgb", tmp_path / "out")
    from nb301 import load

    curve = load(folder).curve(GENOTYPES[0], 1)
    assert len(curve) == TRUTH.epochs
    assert curve.val_accuracy[0] < 0.75 < curve.best
