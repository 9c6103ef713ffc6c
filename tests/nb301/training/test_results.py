"""Results: rows and official files that are read back as they were."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from nb301.errors import TableError
from nb301.space import sample_many
from nb301.tables.official import import_official, write_official
from nb301.training.protocol import Protocol
from nb301.training.results import Epoch, Training, official

GENOTYPES = sample_many(np.random.default_rng(0), 3)
PROTOCOL = Protocol(channels=4, layers=3, epochs=3, auxiliary=0.0)


def training(genotype, seed=1, protocol=PROTOCOL, losses=(2.0, 1.5, 1.0)):
    curve = [
        Epoch(loss, train, 1.0, val, 0.1)
        for loss, train, val in zip(losses, (0.25, 0.5, 0.625), (0.375, 0.75, 0.75), strict=True)
    ]
    return Training(
        genotype, seed, "digits", protocol, 1038, 259, 8, curve, test_accuracy=0.6875, runtime=12.5
    )


def write(path, *trainings, truth="digits-tiny 1.0"):
    for number, run in enumerate(trainings):
        write_official(official(run, truth), path / "rs" / f"results_{number}.json")


def test_the_label_is_the_best_epochs():
    """Of equal ones the first; training accuracy is of the same epoch (F20)."""
    ended = training(GENOTYPES[0])
    assert (ended.val_accuracy, ended.best_epoch, ended.train_accuracy) == (0.75, 2, 0.5)


def test_official_files_are_read_back_as_rows(tmp_path):
    """`import_official` gives what was trained, under the truth that it was trained by."""
    trainings = [training(genotype, seed) for seed, genotype in enumerate(GENOTYPES, start=4)]
    write(tmp_path, *trainings)
    imported = import_official(tmp_path)
    assert not imported.bad_files
    table = imported.table
    assert (table.name, table.version, table.truth) == ("digits-tiny", "1.0", "digits-tiny 1.0")
    for row, run in zip(table.rows.itertuples(), trainings, strict=True):
        assert row.genotype == str(run.genotype.canonical())
        assert (row.optimizer, row.run, row.seed, row.epochs) == ("rs", 0, run.seed, 3)
        for name in ("val_accuracy", "test_accuracy", "train_accuracy", "runtime"):
            assert getattr(row, name) == getattr(run, name)
        assert (row.parameters, row.multiply_adds) == (run.parameters, run.multiply_adds)


def test_official_files_have_the_official_keys(tmp_path, official_result):
    """The keys of the official example are there, in percent; those that are not are known."""
    write(tmp_path, training(GENOTYPES[0]))
    document = json.loads((tmp_path / "rs" / "results_0.json").read_text())
    assert set(official_result) <= set(document)
    missing = set(official_result["info"][0]) - set(document["info"][0])
    assert missing == {"train_cross_entropy", "train_cross_entropy_final"}  # not measured
    assert (document["final_metric_score"], document["info"][0]["val_accuracy"]) == (-75, 75)
    names = set(official_result["optimized_hyperparamater_config"])
    own = set(document["optimized_hyperparamater_config"])
    ours = {name for name in names - own if "edge_" not in name}
    assert ours == {
        "ImageAugmentation:augment",
        "ImageAugmentation:autoaugment",
        "ImageAugmentation:cutout_holes",
        "ImageAugmentation:fastautoaugment",
    }
    assert {len(curve) for curve in document["learning_curves"].values()} == {3}
    assert max(document["learning_curves"]["Train/val_accuracy"]) == 75


def test_diverged_trainings_are_valid_json(tmp_path):
    """A loss that is no number is null; the row is read all the same."""
    write(tmp_path, training(GENOTYPES[0], losses=(float("nan"),) * 3))
    text = (tmp_path / "rs" / "results_0.json").read_text()
    assert "NaN" not in text
    assert len(import_official(tmp_path).table) == 1


def test_trainings_of_several_protocols_are_several_tables(tmp_path):
    """They are never rows of one table, and none of them is that of the paper."""
    write(tmp_path / "a", training(GENOTYPES[0]))
    write(tmp_path / "b", training(GENOTYPES[0]), truth="digits-small 1.0")
    imported = import_official(tmp_path)
    assert sorted(table.name for table in imported.tables.values()) == ["digits-small", "digits-tiny"]
    with pytest.raises(TableError, match=r"runs of other settings: 1 of digits-small 1\.0, 3 epochs"):
        _ = imported.table


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"truth": "", "auxiliary": True, "image_size": 8}, "name ''"),
        (
            {"truth": "t", "auxiliary": "True", "image_size": 8},
            "auxiliary 'True', expected text and a boolean",
        ),
        ({"truth": "t", "auxiliary": True, "image_size": 0}, "image_size is 0"),
        ({"truth": "t", "auxiliary": True, "image_size": 8}, "model_parameters is .* but its network has"),
        ([], "expected an object that holds truth"),
    ],
)
def test_broken_entries_are_bad_files(tmp_path, entry, reason):
    """A file whose own entry is wrong, or does not fit its parameters, is listed with the reason."""
    write(tmp_path, training(GENOTYPES[0]))
    path = tmp_path / "rs" / "results_0.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "nb301": entry}))
    (bad,) = import_official(tmp_path).bad_files
    assert re.search(reason, bad.reason)
