"""Results: what `freeze` takes, and what it does not."""

from __future__ import annotations

import json

import pytest

from nb301.errors import TuningError
from nb301.surrogates.tuning.result import FILE, read_tuning, tuned_hyperparameters
from nb301.tables.splits import stratified_split

SEED = 3


def test_result_reads_back(search, tiny_table, tmp_path):
    """`tuning.json` says what was tuned on what, and reads back as it was returned."""
    tuning = search(tiny_table, tmp_path, 4)
    assert read_tuning(tmp_path / FILE) == tuning
    entries = json.loads((tmp_path / FILE).read_text())
    assert (entries["table_hash"], entries["truth"]) == (tiny_table.content_hash, "emulated 2.0")
    assert entries["seed"] == SEED
    assert {*entries["libraries"]} == {"optuna", "numpy"}
    split = stratified_split(tiny_table, SEED)
    assert entries["rows"] == {"train": len(split.train), "val": len(split.val)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a result of `nb301 tune`"),
        ("[]", "not a result"),
        ('{"format": 2}', "format 2 is newer than 1"),
        ('{"format": 1}', "family: Field required"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path, text, words):
    """A file that is no result of this version says what is wrong with it."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(TuningError, match=words):
        read_tuning(tmp_path / FILE)
    with pytest.raises(TuningError, match="No such file"):
        read_tuning(tmp_path / "missing.json")


def test_hyperparameters_of_test_rows_or_other_families_are_refused(
    search, tiny_table, tmp_path, with_changed_rows
):
    """What was tuned for another family, or on rows that the release is tested on, cannot be frozen with."""
    tuning = search(tiny_table, tmp_path, 3)
    path = tmp_path / FILE
    assert tuned_hyperparameters(path, tiny_table, "line", SEED) == tuning.hyperparameters
    with pytest.raises(TuningError, match="of family 'line', not of 'xgb'"):
        tuned_hyperparameters(path, tiny_table, "xgb", SEED)
    with pytest.raises(TuningError, match=r"seed 3, .*: tune with --seed 301"):
        tuned_hyperparameters(path, tiny_table, "line", 301)
    other = with_changed_rows(tiny_table, [0])
    assert tuned_hyperparameters(path, other, "line", 301) == tuning.hyperparameters
