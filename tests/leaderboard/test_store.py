"""Runs on disk: round trip, identity, and errors that name the file."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from leaderboard.errors import RunFileError
from leaderboard.store import Incumbents, is_stored, read_run, read_runs, write_run
from nb301.errors import Nb301Error


def test_round_trip_is_exact(make_run, tmp_path):
    """A run comes back equal in every digit, from a path that its identity names."""
    run = make_run(error=100 / 3)
    path = write_run(run, tmp_path)

    assert path == tmp_path / "rs" / "emulated-xgb-v1.0" / "seed-0.json"
    assert read_run(path, tmp_path) == run
    assert read_runs(tmp_path) == [run]


@pytest.mark.parametrize(
    "change",
    [
        {"release_hash": "b" * 64},
        {"budget_seconds": 2e4},
        {"settings": {"population_size": 3}},
        {"random_only": True},
    ],
)
def test_identity_changes_with_all_that_decides_the_result(make_run, tmp_path, change):
    """A stored run stands in for no other: other release bytes, budget or settings, another run."""
    write_run(make_run(), tmp_path)

    assert is_stored(make_run().identity, tmp_path)
    assert not is_stored(make_run(**change).identity, tmp_path)


def test_times_and_versions_are_no_part_of_the_identity(make_run, tmp_path):
    """When and with which libraries a run was made does not make it another."""
    write_run(make_run().model_copy(update={"started": "later", "versions": {}}), tmp_path)

    assert is_stored(make_run().identity, tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda _: '{"hello": "world"}',
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace('"seed": 0', '"seed": -1'),
        lambda text: text.replace("sep_conv_3x3@0", "fully_connected@0"),
        lambda text: text.replace("1000.0", "NaN"),
        lambda text: text.replace('"evaluations"', '"extra": 1, "evaluations"'),
    ],
)
def test_damaged_file_is_named(make_run, tmp_path, damage):
    """A truncated, foreign or tampered file is an error that names it and says what to do."""
    path = write_run(make_run(), tmp_path)
    path.write_text(damage(path.read_text()))

    with pytest.raises(RunFileError, match=r"seed-0\.json: .*delete it"):
        read_runs(tmp_path)
    with pytest.raises(RunFileError):
        is_stored(make_run().identity, tmp_path)


def test_run_in_another_run_s_place_is_refused(make_run, tmp_path):
    """A copied or renamed file would count a run twice."""
    path = write_run(make_run(), tmp_path)
    path.rename(path.with_name("seed-1.json"))

    with pytest.raises(RunFileError, match=r"seed-1\.json: holds the run that belongs in .*seed-0\.json"):
        read_runs(tmp_path)


def test_remains_of_a_killed_process_are_passed_over(make_run, tmp_path):
    """Files are written in hidden folders first, which a kill can leave behind."""
    path = write_run(make_run(), tmp_path)
    left = path.parent / ".seed-1.json-x7"
    left.mkdir()
    (left / "seed-1.json").write_text('{"half": ')

    assert read_runs(tmp_path) == [make_run()]


@pytest.mark.parametrize(
    "columns",
    [
        {"evaluation": ()},
        {"evaluation": (3, 3)},
        {"clock_seconds": (2.0, 1.0)},
        {"val_accuracy": (0.9, 0.8)},
        {"mean": (0.9, 1.1)},
    ],
)
def test_incumbents_follow_each_other(columns):
    """Incumbents rise in number, time and observed accuracy, and have one row each."""
    good = {"evaluation": (0, 1), "clock_seconds": (1.0, 2.0), "val_accuracy": (0.8, 0.9), "mean": (0.9, 0.8)}
    assert Incumbents(**good)

    with pytest.raises(ValidationError):
        Incumbents(**good | columns)


def test_errors_are_of_the_package(make_run, tmp_path):
    """The command line prints them without a traceback."""
    assert issubclass(RunFileError, Nb301Error)
    assert json.loads(write_run(make_run(), tmp_path).read_text())["format"] == 1
