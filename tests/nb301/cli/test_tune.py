"""`nb301 tune`, and a release frozen with what it wrote."""

from __future__ import annotations

import json

from nb301.releases import find
from nb301.surrogates import runtime
from nb301.surrogates.families import xgb
from nb301.tables.schema import write_table


def test_tune_and_freeze(run, tiny_table, tmp_path, monkeypatch):
    """`tune` writes where it says, goes on when run again, and `release freeze` takes what it wrote."""
    monkeypatch.setattr(xgb, "_ROUNDS", 20)
    monkeypatch.setattr(runtime, "_ROUNDS", 20)
    table = tmp_path / "tiny.parquet"
    write_table(tiny_table, table)
    for trials in (1, 3):
        printed = run("tune", "xgb", "--table", table, "--trials", trials, "--out", tmp_path / "study")
        assert f"wrote {tmp_path / 'study' / 'tuning.json'}" in printed
        assert f"of {trials} (" in printed
    tuned = json.loads((tmp_path / "study" / "tuning.json").read_text())["hyperparameters"]
    checkpoints, study = tmp_path / "members", tmp_path / "study" / "tuning.json"
    options = "--hyperparameters", study, "--checkpoints", checkpoints, "--processes", 1
    run("release", "freeze", table, "xgb", "--out", tmp_path, *options)
    assert find(tmp_path / "tiny-xgb-v1.0").manifest.hyperparameters == tuned
    assert len([*checkpoints.iterdir()]) == 10


def test_settings(run, wrong, tiny_table, tmp_path, monkeypatch):
    """`--set` takes TOML's values; what is none is refused in one line."""
    monkeypatch.setattr(xgb, "_ROUNDS", 20)
    table = tmp_path / "tiny.parquet"
    write_table(tiny_table, table)
    arguments = ["tune", "xgb", "--table", table, "--trials", 1, "--out", tmp_path / "study"]
    run(*arguments, "--set", "op_counts=true", "--set", "num_boost_round=5")
    tuned = json.loads((tmp_path / "study" / "tuning.json").read_text())

    assert tuned["hyperparameters"]["op_counts"] is True
    assert tuned["hyperparameters"]["num_boost_round"] == 5
    assert "expected NAME=VALUE" in wrong(*arguments, "--set", "op_counts")
