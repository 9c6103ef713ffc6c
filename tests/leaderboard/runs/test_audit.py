"""`verify --all`: ledger and runs agree one to one, and nothing else lies beside them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from leaderboard.errors import RunFileError
from leaderboard.places import SUBMISSIONS
from leaderboard.runs.audit import Examiner, audit
from leaderboard.runs.store import Store


@pytest.fixture
def store(runs_folder, tmp_path):
    """A copy of eight short runs."""
    return Store(Path(shutil.copytree(runs_folder, tmp_path / "runs")))


@pytest.fixture
def verify_command(command):
    """Verify from the command line: exit code, and the lines printed."""

    def call(*arguments):
        code, text = command("verify", *arguments)
        return code, text.splitlines()

    return call


def write_lines(store, lines):
    store.ledger.path.write_text("".join(f"{line}\n" for line in lines))


def test_all_is_well(store, verify_command):
    """Every run is told, and all in all; the ledger's last hash is what stands for all of them."""
    code, lines = verify_command("--all", "--runs", store.folder)

    assert code == 0
    assert len(lines) == 9
    assert all(": verified, " in line for line in lines[:8])
    answers = sum(run.evaluations for run in store.runs())
    assert f"8 of 8 runs verified, {answers} answers; 0 faults" in lines[8]
    assert lines[8].endswith(f"SHA-256 {store.ledger.end()}")


DAMAGES = {
    "a run is gone": (
        lambda store: shutil.rmtree(store.folder / store.noted()[3].run),
        "ledger.jsonl:4: names run .*, which is not there",
    ),
    "the last line is gone": (
        lambda store: write_lines(store, store.ledger.path.read_text().splitlines()[:-1]),
        "does not name run .*, which is there",
    ),
    "a line in between is gone": (
        lambda store: write_lines(store, [*store.ledger.path.read_text().splitlines()[:3], "{}"]),
        "ledger.jsonl:4: no line of a ledger",
    ),
    "two lines are exchanged": (
        lambda store: write_lines(
            store, [store.ledger.path.read_text().splitlines()[n] for n in (0, 2, 1, 3, 4, 5, 6, 7)]
        ),
        "ledger.jsonl:2: follows what",
    ),
    "a run is noted twice": (
        lambda store: store.ledger.append(*_noted(store, 0), store.campaign().id),
        "names run .* 2 times",
    ),
    "all is gone": (lambda store: store.ledger.path.unlink(), "does not name run"),
    "half a line": (
        lambda store: store.ledger.path.write_bytes(store.ledger.path.read_bytes() + b'{"run":'),
        "ends in half a line",
    ),
    "a file beside runs": (lambda store: (store.folder / "notes").write_text(""), "notes: is no run"),
    "a hidden folder": (lambda store: (store.folder / ".x").mkdir(), r"\.x: is no run"),
    "a folder without a record": (lambda store: (store.folder / ("0" * 64)).mkdir(), "0000: is no run"),
    "a file in a run": (
        lambda store: (store.folder / store.ids()[0] / "more").write_text(""),
        "holds more, run.json, trace.parquet, not run.json",
    ),
    "no trace": (
        lambda store: (store.folder / store.ids()[0] / "trace.parquet").unlink(),
        "holds run.json, not",
    ),
    "no salt": (lambda store: (store.folder / "campaign.json").unlink(), "campaign.json: is not there"),
}


def _noted(store, number):
    line = store.noted()[number]
    return line.run, line.record, line.trace


@pytest.mark.parametrize("damage", DAMAGES)
def test_ledger_and_runs_agree(store, damage):
    """What is missing, doubled, moved or foreign is told with its place."""
    assert list(audit(store)) == []
    change, message = DAMAGES[damage]
    change(store)

    assert re.search(message, "; ".join(audit(store)))


@pytest.mark.parametrize("field", ["run", "record", "trace", "previous"])
def test_every_field_of_every_line_is_noticed(store, field):
    """Whichever line: by the one after it, by the run, or by the campaign."""
    lines = store.ledger.path.read_text().splitlines()
    examiner = Examiner(store, [], SUBMISSIONS, None, Path())
    for number, line in [(number, lines[number]) for number in (0, 4, 7)]:
        changed = json.loads(line)
        changed[field] = "0" * 64
        write_lines(
            store, [*lines[:number], json.dumps(changed, separators=(",", ":")), *lines[number + 1 :]]
        )
        faults = [*audit(store), *examiner.check(json.loads(line)["run"]).wrong]
        assert any("ledger.jsonl" in fault or "campaign.json" in fault for fault in faults), (number, faults)


def test_one_damaged_run_leaves_the_others_verified(store, verify_command):
    """Each is told with what is wrong with it, and the exit code is 1."""
    names = store.ids()
    (store.folder / names[0] / "run.json").write_text("{}")
    (store.folder / names[1] / "trace.parquet").write_bytes(b"PAR1")
    path = store.folder / names[2] / "run.json"
    path.write_text(path.read_text().replace('"cpu_seconds": 1.0', '"cpu_seconds": 2.0'))

    code, lines = verify_command("--all", "--runs", store.folder)

    assert code == 1
    assert "not a run of this leaderboard" in lines[0]
    assert "no trace of a run" in lines[1]
    assert "run.json was changed" in lines[2]
    assert all(": verified, " in line for line in lines[3:8])
    assert "5 of 8 runs verified" in lines[8]


def test_releases_that_are_not_embedded_are_told(store, verify_command, tiny_release):
    """A run on one is verified where its folder is given, and others with it."""
    code, lines = verify_command(store.ids()[0][:9], "--runs", store.folder, "--release", tiny_release)

    assert (code, len(lines)) == (0, 1)


@pytest.mark.parametrize("arguments", [[], ["--all", "abc"]])
def test_names_or_all(verify_command, store, arguments):
    """Neither and both are no question."""
    code, lines = verify_command(*arguments, "--runs", store.folder)

    assert code != 0
    assert any("names of runs, or --all" in line for line in lines)


def test_a_folder_that_is_none(verify_command, tmp_path):
    """A mistyped name is no empty campaign."""
    code, lines = verify_command("--all", "--runs", tmp_path / "nowhere")

    assert code == 1
    assert "is no folder of runs" in lines[-1]
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(RunFileError, match="is not there"):
        Store(tmp_path / "nowhere").campaign()
