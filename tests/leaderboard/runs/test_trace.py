"""Traces: every digit comes back, and what is none is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from leaderboard.errors import RunFileError
from leaderboard.runs.proposals import Proposals
from leaderboard.runs.trace import Trace, read_trace, write_trace
from nb301.optimizers import Budget, RandomSearch, simulate
from nb301.optimizers.multi_fidelity import Asha
from nb301.truth.emulated import EmulatedTruth
from tests.crafting import changed_bytes


def test_trace_hash_is_of_the_rows(short_trace, tmp_path):
    """It survives Parquet, and changes with a value's last digit."""
    write_trace(short_trace, tmp_path / "t")
    moved = replace(short_trace, val_accuracy=np.nextafter(short_trace.val_accuracy, 1))

    assert read_trace(tmp_path / "t").hash == short_trace.hash
    assert moved.hash != short_trace.hash


def test_changed_traces_are_read_or_refused(stored, damaged):
    """Whatever is changed in a trace; the one that is not is read."""
    store, name = stored
    path = store.folder / name / "trace.parquet"
    assert len(read_trace(path)) == 9

    damaged(path, [changed_bytes], lambda: read_trace(path))


@pytest.mark.parametrize(
    "table",
    [
        lambda table: table.append_column("more", table.column("clock")),
        lambda table: table.drop_columns(["number"]),
        lambda table: table.set_column(1, "number", table.column("number").cast("int32")),
        lambda table: table.select([1, 0, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_traces_have_their_columns_and_no_others(stored, table):
    """What the hash does not cover is not there."""
    store, name = stored
    path = store.folder / name / "trace.parquet"
    pq.write_table(table(pq.read_table(path)), path)

    with pytest.raises(RunFileError, match=r"trace\.parquet: no trace of"):
        store.trace(name)


def test_trajectories_come_back_from_traces():
    """Genotypes are read from their text form; numbers are as they were, of trainings that pause, too."""
    for optimizer in (Asha(np.random.default_rng(0)), RandomSearch(np.random.default_rng(0))):
        proposals = Proposals(optimizer)
        trajectory = simulate(proposals, EmulatedTruth().evaluate, Budget(evaluations=20), seed=1, workers=3)
        trace = Trace.of(trajectory, proposals)
        assert trace.trajectory() == trajectory
        assert [proposals.all[number].epochs for number in trace.number] == trace.epochs.tolist()
