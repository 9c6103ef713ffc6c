"""Tests of `docs/emulation_fit.py`: the fit of the emulated ground truth."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest

from docs import emulation_fit
from nb301.places import EMULATION
from nb301.truth.emulation.terms import SIZES
from nb301.truth.emulation.weights import SECOND


def numbers(value):
    """All numbers of nested tables and lists, in their order."""
    if isinstance(value, dict):
        value = [*value.values()]
    return [number for part in value for number in numbers(part)] if isinstance(value, list) else [value]


def test_the_file_is_what_the_fit_gives(shared_data):
    """The weights in the package are those of the public data, but for the rounding of the last digit."""
    fitted, kept = emulation_fit.fit(shared_data), EMULATION.read_text(encoding="utf-8")
    theirs, ours = tomllib.loads(kept), tomllib.loads(fitted)
    assert np.abs(np.array(numbers(theirs)) - numbers(ours)).max() <= 1
    assert fitted.partition("\n\n")[0] == kept.partition("\n\n")[0]


def test_runtimes_are_found_again(made_up):
    """They are a sum over edges: sums of weights from a few hundred rows are as before, but for the ridge."""
    fitted = tomllib.loads(emulation_fit.fit(made_up))["runtime"]
    kept = tomllib.loads(EMULATION.read_text(encoding="utf-8"))["runtime"]
    found, expected = numbers(fitted["edges"]), numbers(kept["edges"])
    assert len(found) == SIZES["edges"]
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    # 16 edges lie around the mean of all
    assert fitted["intercept"] + 16 * np.mean(found) == pytest.approx(
        kept["intercept"] + 16 * np.mean(expected), abs=60 * SECOND
    )


def test_what_is_left_out_has_no_part_in_it(made_up, tmp_path):
    """Other trainings and predictions in their place change no weight."""
    for file in made_up.iterdir():
        rows = pd.read_parquet(file)
        left_out = emulation_fit.is_left_out(emulation_fit.read(made_up, file.stem))
        if "kind" in rows:
            # but for their curves' shapes, uniform architectures have no part in accuracies
            left_out = rows["kind"] == "uniform"
            epochs = [column for column in rows if column.startswith("epoch_")]
            rows.loc[left_out, epochs] += 0.05
        else:
            rows.loc[left_out, "val_accuracy"] -= 0.5
        rows.to_parquet(tmp_path / file.name)

    assert emulation_fit.fit(tmp_path) == emulation_fit.fit(made_up)


def test_main_writes_the_file(made_up, tmp_path, monkeypatch):
    """The data file, and nothing else."""
    monkeypatch.setattr(emulation_fit, "EMULATION", tmp_path / "weights.toml")
    emulation_fit.main(made_up)
    assert (tmp_path / "weights.toml").read_text(encoding="utf-8") == emulation_fit.fit(made_up)
    assert [*tmp_path.iterdir()] == [tmp_path / "weights.toml"]
