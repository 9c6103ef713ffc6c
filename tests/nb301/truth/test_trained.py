"""The real truth: optimizers, releases and the command line go to trainings and back."""

from __future__ import annotations

import json
import pickle
from collections import Counter

import numpy as np
import pytest
from typer.testing import CliRunner

from nb301 import cli
from nb301.collection.base import Collection
from nb301.collection.collect import collect, to_table
from nb301.cost import NetworkShape, cost_many
from nb301.errors import TrainingError
from nb301.releases.freeze import freeze
from nb301.space import sample_many
from nb301.tables.curves import is_unknown
from nb301.tables.official import import_official
from nb301.tables.schema import read_table
from nb301.training import data as data_module
from nb301.training import protocol as protocol_module
from nb301.training.protocol import Protocol
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth
from nb301.truth.trained import TrainingTruth, truth_named

GENOTYPE, OTHER = sample_many(np.random.default_rng(0), 2)


@pytest.fixture
def quick(tiny_data, monkeypatch):
    """`digits-tiny` on other images and with a protocol of one quick epoch."""
    protocol = Protocol(
        channels=1, layers=2, epochs=1, batch=32, crop_padding=0, flip=False, cutout=0, auxiliary=0.0
    )
    monkeypatch.setitem(protocol_module.PRESETS, "tiny", protocol)
    monkeypatch.setattr(protocol_module, "_SPECIAL", {})
    monkeypatch.setattr(data_module, "load_data", lambda *_, **__: tiny_data)
    return TrainingTruth("digits")


def run(*arguments):
    result = CliRunner().invoke(cli.app, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_truths_are_named_by_what_they_train():
    """Image set, preset and version are the name, by which tables and releases find back."""
    truth = TrainingTruth("fashion-mnist", "small")
    assert described(truth) == "fashion-mnist-small 1.0"
    assert truth_named("fashion-mnist-small 1.0") == truth
    assert truth_named("CIFAR-10 training") == TrainingTruth("cifar10", "paper")
    assert isinstance(truth_named("emulated 2.0"), EmulatedTruth)
    assert TrainingTruth("cifar10", "paper").network == NetworkShape()
    assert pickle.loads(pickle.dumps(truth)) == truth  # noqa: S301 - as executors send it
    with pytest.raises(TrainingError, match=r"no ground truth 'emulated 0\.1' here"):
        truth_named("emulated 0.1")
    with pytest.raises(ValueError, match="no image set 'mnist'"):
        TrainingTruth("mnist")


def test_a_device_is_looked_for_where_a_training_runs(quick):
    """It is no part of the name, and nothing is stacked on it; one that is not there is named."""
    elsewhere = TrainingTruth("digits", device="cuda:99")
    assert described(elsewhere) == described(quick)
    assert quick.stacks
    assert not elsewhere.stacks
    with pytest.raises(TrainingError, match="no device 'cuda:99' here"):
        elsewhere.evaluate_many([GENOTYPE], 1)


def test_collected_rows_are_trainings(quick, tmp_path):
    """Random search trains in rounds; rows have the network's own costs and the truth's name."""
    rows = collect(Collection("rs", 5, seed=1, workers=3), tmp_path, truth=quick)
    table = to_table([rows], "digits-tiny", "1.0", quick)
    assert table.truth == "digits-tiny 1.0"
    assert set(rows["epochs"]) == {1}
    np.testing.assert_array_equal(
        rows[["parameters", "multiply_adds"]], cost_many(table.codes, quick.network)
    )
    row = rows.iloc[4]
    again = quick.evaluate(table.genotypes[4], int(row["seed"]))
    assert row["val_accuracy"] == pytest.approx(again.val_accuracy, abs=0.1)
    # what has ended is not trained again, whatever the workers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrainingTruth, "evaluate_many", None)
        assert collect(Collection("rs", 5, seed=1, workers=3), tmp_path, truth=quick).equals(rows)


def test_tables_of_trainings_keep_their_curves(quick, tmp_path):
    """One by one, in stacks and from the journal: the best epoch of each is its row's accuracy."""
    for workers in (1, 3):
        collection = Collection("rs", 4, seed=1, workers=workers)
        rows = collect(collection, tmp_path / str(workers), truth=quick)
        table = to_table([rows], "digits-tiny", "1.0", quick)
        assert table.steps.shape == (4, quick.epochs)
        np.testing.assert_array_equal(table.curves().max(axis=1), rows["val_accuracy"])
        again = to_table(
            [collect(collection, tmp_path / str(workers), truth=quick)], "digits-tiny", "1.0", quick
        )
        assert again.content_hash == table.content_hash


def test_a_journal_of_before_curves_goes_on(quick, tmp_path):
    """What it has already has no curve; what is trained from now on has one."""
    collection = Collection("rs", 4, seed=1)
    collect(collection, tmp_path, truth=quick)
    (journal,) = tmp_path.glob("*.jsonl")
    lines = []
    for line in journal.read_text().splitlines():
        entry = json.loads(line)
        if "end" in entry and entry["end"]["number"] < 2:
            del entry["end"]["result"][4:]
        if "end" not in entry or entry["end"]["number"] < 3:
            lines.append(json.dumps(entry))
    journal.write_text("\n".join(lines) + "\n")
    table = to_table([collect(collection, tmp_path, truth=quick)], "digits-tiny", "1.0", quick)
    assert is_unknown(table.steps).tolist() == [True, True, False, False]


def test_train_writes_what_import_reads(quick, tmp_path):
    """`train` writes an official file, from its checkpoint too; `tables import` makes a table of it."""
    out = tmp_path / "tree" / "rs" / "results_0.json"
    options = ("--seed", 4, "--out", out, "--checkpoints", tmp_path / "checkpoint")
    shown = run("train", GENOTYPE, "--data", "digits", "--preset", "tiny", *options)
    assert f"wrote {out}: digits-tiny 1.0, validation accuracy" in shown
    (row,) = import_official(tmp_path / "tree").table.rows.itertuples()
    assert (row.seed, row.genotype, row.epochs) == (4, str(GENOTYPE.canonical()), quick.epochs)
    run("train", GENOTYPE, *options)
    assert json.loads(out.read_text())["info"][0]["epochs"] == 1
    imported = import_official(tmp_path / "tree").table
    assert imported.rows["val_accuracy"][0] == row.val_accuracy
    assert imported.steps.shape == (1, quick.epochs)
    run("tables", "import", tmp_path / "tree", "--out", tmp_path / "own.parquet")
    assert read_table(tmp_path / "own.parquet").truth == "digits-tiny 1.0"


def test_collect_trains_with_any_optimizer(quick, tmp_path):
    """`collect --truth training` writes a table of real trainings."""
    out = tmp_path / "out.parquet"
    run("collect", "re", "--truth", "training", "--evaluations", 4, "--workers", 2, "--out", out)
    table = read_table(out)
    assert table.truth == described(quick)
    assert Counter(table.rows["optimizer"]) == {"re": 4}
    assert table.steps.shape == (4, quick.epochs)


def test_verify_goes_back_to_the_truth_of_the_release(quick, tmp_path):
    """A release of trainings is verified by training, one of the emulated truth by the latter."""
    rows = collect(Collection("rs", 30, seed=1, workers=30), tmp_path, truth=quick)
    folder = freeze(to_table([rows], "digits-tiny", "1.0", quick), "xgb", tmp_path)
    for release, truth in ((folder, quick), ("emulated-xgb-v2.0", EmulatedTruth())):
        options = ("verify", GENOTYPE, "--release", release, "--trainings", 3)
        found = json.loads(run(*options, "--json"))
        assert found["truth"] == described(truth)
        accuracies = found["trained"]["val_accuracy"]
        assert len(accuracies) == 3
        assert found["trained"]["std"] == pytest.approx(np.std(accuracies, ddof=1))
        assert found["difference"] == pytest.approx(found["predicted"]["mean"] - np.mean(accuracies))
        shown = run(*options)
        assert f"ground truth: {described(truth)}" in shown
    emulated = [EmulatedTruth().evaluate(GENOTYPE, seed).val_accuracy for seed in (1, 2, 3)]
    assert accuracies == emulated
