"""Runs on disk: round trip, identity, the ledger, and errors that name the file."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from leaderboard.errors import RunFileError
from leaderboard.runs.key import RunKey
from leaderboard.runs.packed import read_results, write_results
from leaderboard.runs.record import Incumbents
from leaderboard.runs.trace import Trace, read_trace, write_trace
from leaderboard.sandbox.limits import Level, Limits
from nb301.errors import Nb301Error, OutputError
from nb301.files import sha256

TRACE = Trace(
    ("a", "b"),
    np.array([0, 1]),
    np.array([1, 2]),
    *map(np.array, ([0.1, 1 / 3], [5.0, 6.0], [5.0, 11.0])),
)


@pytest.fixture
def store(store_of, tmp_path):
    return store_of(tmp_path / "runs")


@pytest.fixture
def add(store):
    """Store runs, each as a command of its own would."""

    def added(*runs):
        for run in runs:
            with store.opened():
                store.add(run, TRACE)
        return store

    return added


def test_round_trip_is_exact(make_run, add):
    """A run comes back equal in every digit, from a folder that its cell names."""
    run = make_run(error=100 / 3)
    store = add(run)

    assert store.ids() == [run.cell.id]
    assert store.has(run.cell)
    assert store.runs() == [run]
    assert store.trace(run.cell.id).hash == TRACE.hash


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


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[]",
        lambda text: text.replace('"format": 3', '"format": 2'),
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


def test_trace_hash_is_of_the_rows(tmp_path):
    """It survives Parquet, and changes with a value's last digit."""
    write_trace(TRACE, tmp_path / "t")
    moved = replace(TRACE, val_accuracy=np.nextafter(TRACE.val_accuracy, 1))

    assert read_trace(tmp_path / "t").hash == TRACE.hash
    assert moved.hash != TRACE.hash


def test_runs_are_found_by_the_beginning_of_their_names(make_run, add):
    """Names are long: their beginnings do, and one that is none is an error."""
    store = add(make_run(), make_run(seed=1))

    assert store.named([store.ids()[0][:8]]) == store.ids()[:1]
    assert store.named([""]) == store.ids()
    with pytest.raises(RunFileError, match="none of its 2 runs begins with 'xyz'"):
        store.named(["xyz"])


def test_ledger_chains_runs_in_the_order_of_their_storing(make_run, add):
    """Each line names the run, its record, its evaluations, and the line before."""
    runs = [make_run(seed=seed) for seed in (2, 0, 1)]
    store = add(*runs)
    texts, lines = store.ledger.path.read_bytes().splitlines(), store.noted()

    assert [line.run for line in lines] == [run.cell.id for run in runs]
    assert [line.record for line in lines] == [store.record_hash(run.cell.id) for run in runs]
    assert [line.previous for line in lines] == [store.campaign().id, *map(sha256, texts[:2])]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [lines[0], lines[2]], "ledger.jsonl:2: follows what has SHA-256"),
        (lambda lines: [lines[1], lines[0], lines[2]], "was begun with"),
        (lambda lines: [lines[0], lines[2], lines[1]], "ledger.jsonl:2: follows"),
        (lambda lines: [*lines[:2], lines[2].replace(",", ", ")], "ledger.jsonl:3: was written anew"),
        (lambda lines: [lines[0].replace("e" * 64, "0" * 64), *lines[1:]], "ledger.jsonl:2: follows"),
        (lambda lines: ["{}", *lines], "ledger.jsonl:1: no line of a ledger"),
    ],
)
def test_changed_ledger_is_found(make_run, add, change, message):
    """Lines that were taken out, moved, changed or added break the chain at the first of them."""
    store = add(*(make_run(seed=seed) for seed in range(3)))
    lines = store.ledger.path.read_text().splitlines()
    store.ledger.path.write_text("".join(f"{line}\n" for line in change(lines)))

    with pytest.raises(RunFileError, match=message):
        store.noted()


def test_half_a_line_is_cut_off(make_run, add):
    """What a killed process was writing is written anew: the run was stored before."""
    store = add(make_run(), make_run(seed=1))
    whole = store.ledger.path.read_bytes()
    store.ledger.path.write_bytes(whole[:-40])

    with store.opened():
        assert store.ledger.path.read_bytes() == whole


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


@pytest.mark.parametrize(
    "columns",
    [
        {"evaluation": ()},
        {"evaluation": (3, 3)},
        {"clock_seconds": (2.0, 1.0)},
        {"val_accuracy": (0.9, 0.8)},
        {"mean": (0.9, 1.1)},
        {"genotype": ("a", "b")},
    ],
)
def test_incumbents_follow_each_other(make_run, columns):
    """Incumbents rise in number, time and observed accuracy, and have one row each."""
    good = make_run().incumbents.model_dump()

    with pytest.raises(ValidationError):
        Incumbents(**good | columns)


def test_results_keep_every_record(make_run, tmp_path):
    """The compact form holds all that the ranking reads, one file for each entry."""
    runs = [make_run("re"), make_run("rs"), make_run("rs", seed=1, evaluations=0, support=None)]
    write_results([make_run("gone")], {"old/ranking": ""}, tmp_path)
    paths = write_results(runs, {"new/ranking": "1\n"}, tmp_path)

    assert [path.name for path in paths] == ["re.parquet", "rs.parquet"]
    assert read_results(tmp_path) == runs
    assert [path.read_text() for path in tmp_path.glob("**/*.csv")] == ["1\n"]


def test_results_replace_results_alone(make_run, tmp_path):
    """Files of others in the folder are never deleted: nothing is written, and the error names one."""
    write_results([make_run()], {}, tmp_path / "results")
    for name in ("mine.csv", "table.parquet"):
        (tmp_path / "results" / name).write_text("kept")
        with pytest.raises(OutputError, match=f"holds '{name}'"):
            write_results([make_run("re")], {}, tmp_path / "results")
        assert (tmp_path / "results" / name).read_text() == "kept"
        (tmp_path / "results" / name).unlink()
    assert {run.cell.submission for run in read_results(tmp_path / "results")} == {"rs"}


def test_damaged_results_are_named(make_run, tmp_path):
    """A file that is none, or a row that is no run, is told with its place."""
    (path,) = write_results([make_run()], {}, tmp_path)
    path.write_bytes(path.read_bytes()[:100])

    with pytest.raises(RunFileError, match=r"rs\.parquet: no results"):
        read_results(tmp_path)


def test_errors_are_of_the_package():
    """The command line prints them without a traceback."""
    assert issubclass(RunFileError, Nb301Error)
