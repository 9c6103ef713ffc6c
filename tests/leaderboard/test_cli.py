"""The commands that run, verify, pack and compute references, as they are typed."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

import pytest

from leaderboard import places
from leaderboard.ranking.no_search import KNOWN
from leaderboard.runs.check import create
from leaderboard.runs.packed import campaign_files, read_results
from leaderboard.runs.store import Store
from nb301.releases import names

RELEASE = "emulated-xgb-v2.0"


def test_runs_are_by_default_on_all_but_tiny_releases(command, tmp_path, monkeypatch):
    """Those on real CIFAR-10 trainings first; budgets in seconds mean nothing where trainings take some."""
    planned = []

    def plan(_, releases, *__, **___):
        planned.extend(releases)
        return []

    monkeypatch.setattr("leaderboard.runs.plan.plan", plan)
    code, _ = command("run", create("mine", tmp_path), "--out", tmp_path / "runs")

    assert code == 0
    assert {*planned} == {name for name in names() if "tiny" not in name}
    are_real = [name.startswith("cifar10-") for name in planned]
    assert are_real == sorted(are_real, reverse=True)
    assert any(are_real)


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_new_optimizer_is_run_verified_and_packed(command, tmp_path, tiny_release):
    """From a new submission to numbers: what is missing is run, and the second time nothing is."""
    folder, runs = create("mine", tmp_path), tmp_path / "runs"
    arguments = ["run", folder, "--out", runs, "--environments", tmp_path, "--release", tiny_release]
    arguments += ["--seeds", 2, "--budget-evaluations", 10, "--processes", 1]

    code, said = command(*arguments)
    assert (code, "2 new runs (2 completed), 0 were there" in said) == (0, True)
    code, said = command(*arguments)
    assert (code, "0 new runs (none), 2 were there" in said) == (0, True)

    (first, _), release = Store(runs).ids(), ["--release", tiny_release]
    code, said = command("verify", first[:10], "--runs", runs, *release, "--again", folder)
    assert code == 0
    assert "mine on tiny-xgb-v1.0, seed" in said
    assert f"({first[:12]}): verified, 10 answers" in said


def test_verify_fails_for_a_forged_run(command, runs_folder, store_of, tmp_path):
    """Exit code 1, and a sentence that names the run and what is wrong with it."""
    store, source = store_of(tmp_path), Store(runs_folder)
    name = source.ids()[0]
    run, trace = source.read(name), source.trace(name)
    with store.opened():
        store.add(run.model_copy(update={"evaluations": run.evaluations + 1}), trace)

    code, said = command("verify", name[:6], "--runs", tmp_path)

    assert code == 1
    assert f"seed {run.cell.seed} ({name[:12]}): the trace has {len(trace)} evaluations" in said


def test_pack_writes_records_and_numbers(command, runs_folder, tmp_path):
    """What is committed: the runs without their traces, and what was computed from them."""
    runs = Path(shutil.copytree(runs_folder, tmp_path / "runs"))  # whose salt is published then
    out = tmp_path / "results"
    code, _ = command("pack", "--runs", runs, "--out", out)
    folder = out / "5e4-seconds-1-worker"
    with (folder / "standings.csv").open(encoding="utf-8") as file:
        standings = [*csv.DictReader(file)]

    assert code == 0
    assert sorted(run.cell.id for run in read_results(out)) == Store(runs).ids()
    assert [path.stem for path in campaign_files(out)] == [Store(runs).campaign().id]
    assert len(Store(runs).campaign().published) == 2
    assert {line["entry"] for line in standings} == {"rs", "re"}
    with (folder / "no_search.csv").open(encoding="utf-8") as file:
        known = [*csv.DictReader(file)]
    assert len(known) == 2 * len(KNOWN)
    assert all(None not in line and "" not in line.values() for line in known)
    assert {path.name for path in folder.glob("*.csv")} == {
        *(
            "standings.csv",
            "ranking.csv",
            "overall.csv",
            "pairs.csv",
            "curves.csv",
            "examination.csv",
            "no_search.csv",
            "reached.csv",
            "running_times.csv",
            "tie_groups.csv",
        )
    }


def test_scheduler_needs_dask(command, monkeypatch, tmp_path):
    """Without the package the error names the extra that brings it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    folder = create("mine", tmp_path)
    arguments = ["run", folder, "--out", tmp_path / "runs", "--release", RELEASE, "--environments", tmp_path]

    code, said = command(*arguments, "--scheduler", "tcp://127.0.0.1:1", "--seeds", 1)

    assert code == 1
    assert "error: distributed is not installed: pip install 'nb301[cluster]'" in said


def test_references_keep_those_of_other_releases(command, monkeypatch, tiny_release, tmp_path):
    """Computed for one release, they are added to the file."""
    path = tmp_path / "references.toml"
    frozen = places.REFERENCES.read_text()
    path.write_text(frozen)
    for name, value in (("_RANDOM", 100), ("_CLIMBERS", 2), ("_ROUNDS", 1)):
        monkeypatch.setattr(f"leaderboard.ranking.references.{name}", value)

    code, said = command("references", "--release", tiny_release, "--out", path)

    assert code == 0
    assert "tiny-xgb-v1.0: random" in said
    assert path.read_text().count("release_hash") == frozen.count("release_hash") + 1
