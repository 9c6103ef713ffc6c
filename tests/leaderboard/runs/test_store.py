"""Runs on disk: round trip, remains of killed processes, and errors that name the file."""

from __future__ import annotations

import pytest

from leaderboard.errors import RunFileError


def test_round_trip_is_exact(make_run, add, short_trace):
    """A run comes back equal in every digit, from a folder that its cell names."""
    run = make_run(error=100 / 3)
    store = add(run)

    assert store.ids() == [run.cell.id]
    assert store.has(run.cell)
    assert store.runs() == [run]
    assert store.trace(run.cell.id).hash == short_trace.hash


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda text: text.replace('"format": 5', '"format": 4'),
        lambda text: text.replace('"seed": 0', '"seed": -1'),
        lambda text: text.replace("sep_conv_3x3@0", "fully_connected@0"),
        lambda text: text.replace("10000.0", "NaN"),
        lambda text: text.replace('"evaluations"', '"extra": 1, "evaluations"'),
        lambda text: text.replace('"evaluations": 7', '"evaluations": 0'),
    ],
)
def test_damaged_record_is_named(make_run, add, damage):
    """A truncated, foreign or tampered record is an error that names it and says what to do."""
    store = add(make_run())
    path = store.folder / make_run().cell.id / "run.json"
    assert damage(path.read_text()) != path.read_text()
    path.write_text(damage(path.read_text()))

    with pytest.raises(RunFileError, match=r"run\.json: .*delete its folder"):
        store.runs()


def test_run_in_another_run_s_place_is_refused(make_run, add):
    """A copied or renamed folder would count a run twice."""
    store = add(make_run())
    (store.folder / make_run().cell.id).rename(store.folder / ("0" * 64))

    with pytest.raises(RunFileError, match=f"holds run {make_run().cell.id}"):
        store.runs()


def test_damaged_trace_is_named(make_run, add):
    """So is a trace that is none."""
    store, name = add(make_run()), make_run().cell.id
    (store.folder / name / "trace.parquet").write_bytes(b"PAR1")

    with pytest.raises(RunFileError, match=r"trace\.parquet: no trace"):
        store.trace(name)


def test_runs_are_found_by_the_beginning_of_their_names(make_run, add):
    """Names are long: their beginnings do, and one that is none is an error."""
    store = add(make_run(), make_run(seed=1))

    assert store.named([store.ids()[0][:8]]) == store.ids()[:1]
    assert store.named([""]) == store.ids()
    with pytest.raises(RunFileError, match="none of its 2 runs begins with 'xyz'"):
        store.named(["xyz"])


def test_remains_of_a_killed_process_are_taken_away(make_run, add):
    """Runs are written in hidden folders first, which a kill can leave behind."""
    store = add(make_run())
    left = store.folder / f".{'0' * 64}.nb301-x7" / "new" / ("0" * 64)
    left.mkdir(parents=True)
    (left / "run.json").write_text('{"half": ')
    others = store.folder / ".config-backup"
    others.mkdir()

    assert store.runs() == [make_run()]
    with store.opened():
        assert not left.parents[1].exists()
        assert others.exists()


def test_one_process_adds_at_a_time(make_run, add):
    """Two commands on one folder would run the same cells, and break the ledger's chain."""
    store = add(make_run())

    with store.opened(), pytest.raises(RunFileError, match="another process adds runs"):
        store.opened().__enter__()
