"""Keys of runs: their identity, and what is part of it."""

from __future__ import annotations

import json

import pytest

from leaderboard.runs.key import RunKey
from leaderboard.sandbox.limits import Level, Limits
from nb301.files import sha256


def test_name_is_the_hash_of_the_cell_s_json(make_run):
    """Anybody can compute it: sorted keys, no spaces."""
    cell = make_run().cell
    written = json.dumps(cell.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))

    assert cell.id == sha256(written.encode())
    assert cell.id == RunKey.model_validate_json(cell.model_dump_json()).id


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": 1},
        {"campaign": "0" * 64},
        {"submission": "re"},
        {"tree_hash": "0" * 64},
        {"environment_hash": "0" * 64},
        {"release_hash": "0" * 64},
        {"seed": 1},
        {"budget_seconds": 2e4},
        {"budget_evaluations": 5},
        {"workers": 30},
        {"limits": Limits(memory_mb=64)},
        {"level": Level.limited},
    ],
)
def test_cell_changes_with_all_that_decides_the_result(make_run, add, change):
    """A stored run stands in for no other: whatever changes, another cell."""
    run = make_run()
    other = run.cell.model_copy(update=change)

    assert {*change} <= {*RunKey.model_fields}
    assert not add(run).has(other)
    assert (other.generation == run.cell.generation) == (change.keys() == {"seed"})


def test_times_and_versions_are_no_part_of_the_cell(make_run):
    """When and with which libraries a run was made does not make it another."""
    run = make_run()

    assert make_run(origin=run.origin.model_copy(update={"started": "later"})).cell.id == run.cell.id
