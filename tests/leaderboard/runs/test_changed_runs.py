"""Runs on disk changed at random: read, or a RunFileError of one line.

`NB301_FUZZ=1000 pytest -s tests/leaderboard/runs/test_changed_runs.py` makes as many
changes to each kind of file.
"""

from __future__ import annotations

import os
import sys
from collections import Counter

import numpy as np
import pytest

from leaderboard.errors import RunFileError
from leaderboard.runs.packed import read_results, write_results
from leaderboard.runs.trace import Trace, read_trace, write_trace
from tests.crafting import changed_bytes, changed_words, nested

ROUNDS = int(os.environ.get("NB301_FUZZ", "30"))


def tried(kind, path, changes, read):
    """Change a file, read it, and count what comes of it."""
    rng, counts, data = np.random.default_rng(301), Counter(), path.read_bytes()
    for number in range(ROUNDS):
        path.write_bytes(changes[number % len(changes)](rng, data))
        said = ""
        try:
            read()
        except RunFileError as error:
            said = str(error)
        assert said.isprintable()
        counts["refused" if said else "read"] += 1
    sys.stdout.write(f"{kind}: {dict(counts)}\n")


@pytest.fixture
def stored(make_run, store_of, tmp_path):
    """A store, and a run in it."""
    store, run = store_of(tmp_path / "runs"), make_run()
    trace = Trace(("a",) * 9, *(np.arange(9), np.arange(9)), *(np.arange(9.0),) * 3)
    with store.opened():
        store.add(run, trace)
    return store, run.cell.id


def test_records(stored):
    """Whatever is changed in a record."""
    store, name = stored
    path = store.folder / name / "run.json"
    tried("record", path, [changed_bytes, changed_words], lambda: store.read(name))


def test_traces(stored):
    """Whatever is changed in a trace."""
    store, name = stored
    path = store.folder / name / "trace.parquet"
    tried("trace", path, [changed_bytes], lambda: read_trace(path))


def test_results(make_run, tmp_path):
    """Whatever is changed in packed results."""
    [path] = write_results([make_run()], {}, tmp_path)
    tried("results", path, [changed_bytes], lambda: read_results(tmp_path))


def test_ledgers(stored):
    """Whatever is changed in a ledger."""
    store, _ = stored
    path, start = store.folder / "ledger.jsonl", store.campaign().id
    tried("ledger", path, [changed_bytes, changed_words], lambda: store.ledger.lines(start))


@pytest.mark.parametrize("text", [nested(100_000), "1" * 5000, "{", "\udcff"])
def test_records_that_are_none(stored, text):
    """Deep nesting and overlong integers are no records."""
    store, name = stored
    (store.folder / name / "run.json").write_text(text, errors="surrogateescape")
    with pytest.raises(RunFileError) as caught:
        store.read(name)
    assert str(caught.value).isprintable()


def test_written_traces_come_back(tmp_path):
    """What is changed here is read where it is not."""
    trace = Trace(("a",) * 9, *(np.arange(9), np.arange(9)), *(np.arange(9.0),) * 3)
    write_trace(trace, tmp_path / "trace.parquet")
    assert read_trace(tmp_path / "trace.parquet").hash == trace.hash
