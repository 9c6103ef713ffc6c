"""The runner: what it plans, what it runs in the sandbox, and that nothing is lost or run twice."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from leaderboard.errors import RunError, SubmissionError
from leaderboard.places import ROOT
from leaderboard.runs.check import create
from leaderboard.runs.plan import Task, missing, plan
from leaderboard.runs.runner import execute, run_missing
from leaderboard.runs.trace import Trace, write_trace
from leaderboard.runs.verify import rerun, verify
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.messages import Verdict
from nb301 import load
from nb301.errors import UnknownRelease
from nb301.optimizers import Budget
from nb301.space import Genotype

RELEASE, RANDOM_ONLY = "emulated-xgb-v1.0", "emulated-xgb-rand-v1.0"
BUDGET = Budget(seconds=1e7, evaluations=12)
SANDBOX = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A submission that needs no packages."""
    return create("climber", tmp_path_factory.mktemp("submissions"))


@pytest.fixture
def planned(folder, tmp_path, campaign):
    """Plan runs of it, of a dozen evaluations each."""

    def planned(seeds=(0,), releases=(RELEASE,), **changes):
        return plan([folder], releases, seeds, tmp_path, campaign, **{"budget": BUDGET, **changes})

    return planned


def hostile(name, tmp_path):
    """A copy of the new submission with the code of a hostile one."""
    folder = create("hostile", tmp_path)
    code = (Path(__file__).parents[1] / "hostile" / f"{name}.py").read_text()
    (folder / "optimizer.py").write_text(code)
    manifest = (folder / "submission.toml").read_text()
    (folder / "submission.toml").write_text(manifest.partition("[settings]")[0])
    return folder


def test_plan_pairs_seeds_over_entries_and_releases(folder, tmp_path, campaign):
    """Every entry runs with every seed on every release, those that are paired together."""
    other = create("other", tmp_path)
    cells = [
        task.cell for task in plan([folder, other], [RELEASE, RANDOM_ONLY], range(5), tmp_path, campaign)
    ]

    assert len({cell.id for cell in cells}) == 2 * 2 * 5
    assert [cell.seed for cell in cells[:8]] == [0] * 4 + [1] * 4
    assert {cell.release_hash for cell in cells} == {
        load(name).release.release_hash for name in (RELEASE, RANDOM_ONLY)
    }


def test_unknown_release_lists_the_known_ones(planned):
    """A wrong name is found before anything runs."""
    with pytest.raises(UnknownRelease, match=RELEASE):
        planned(releases=["emulated-xgb-v9.9"])


def test_budget_has_both_limits(planned):
    """A run that could go on for ever is not planned."""
    with pytest.raises(RunError, match="both limits"):
        planned(budget=Budget(seconds=1e7))


def test_refused_source_is_not_planned(tmp_path, campaign):
    """What the scan refuses is told with its place, and nothing is run."""
    folder = create("spy", tmp_path)
    (folder / "optimizer.py").write_text("import socket\n")

    with pytest.raises(SubmissionError, match=r"optimizer\.py:1: imports socket"):
        plan([folder], [RELEASE], [0], tmp_path, campaign)


def test_only_what_changed_is_missing(planned, make_run, tmp_path, store_of, campaign):
    """Another seed, budget or byte of the submission is another cell; the others stay done."""
    store, tasks = store_of(tmp_path / "runs"), planned(range(2))
    run = make_run()
    with store.opened():
        for task in tasks:
            release = run.release.model_copy(update={"release_hash": task.cell.release_hash})
            store.add(run.model_copy(update={"cell": task.cell, "release": release}), nothing())

    assert missing(planned(range(3)), store) == planned([2])
    assert len(missing(planned(range(2), budget=Budget(1e7, 13)), store)) == 2
    assert len(missing(planned(range(2), workers=2), store)) == 2
    changed = create("climber", tmp_path / "elsewhere")
    assert missing(plan([changed], [RELEASE], range(2), tmp_path, campaign, budget=BUDGET), store) == []
    (changed / "README.md").write_text("")
    assert len(missing(plan([changed], [RELEASE], range(2), tmp_path, campaign, budget=BUDGET), store)) == 2


def nothing():
    """A trace without evaluations."""
    none, whole = np.empty(0), np.empty(0, dtype=np.int64)
    return Trace((), whole, whole, none, none, none)


@pytest.mark.parametrize("field", ["tree_hash", "environment_hash", "release_hash", "campaign"])
def test_cell_is_run_as_it_says_or_not_at_all(planned, field):
    """A machine that holds other files than those the cell names does not run it as if they were."""
    (task,) = planned()
    other = Task(
        task.cell.model_copy(update={field: "0" * 64}),
        *(getattr(task, name) for name in ("folder", "release", "environments", "campaign")),
    )

    with pytest.raises(RunError, match=f"but the cell names {'0' * 64}"):
        execute(other)


def test_interrupted_command_goes_on_where_it_was(make_run, planned, tmp_path, store_of):
    """What has ended is stored, nothing is stored by halves, and the rest is made the next time."""
    store, tasks, made = store_of(tmp_path / "runs"), planned(range(4)), []

    def make(task):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(task)
        run = make_run()
        release = run.release.model_copy(update={"release_hash": task.cell.release_hash})
        return run.model_copy(update={"cell": task.cell, "release": release}), nothing()

    with pytest.raises(KeyboardInterrupt):
        list(run_missing(tasks, store, make=make))
    assert store.ids() == sorted(task.cell.id for task in tasks[:2])
    made.clear()

    with pytest.raises(KeyboardInterrupt):
        list(run_missing(planned(range(9)), store, make=make))
    assert made == tasks[2:]


def test_killed_at_every_moment(make_run, tmp_path, store_of):
    """A process that is killed before any of its file operations loses nothing and doubles nothing."""
    runs, store = [make_run(seed=seed) for seed in range(6)], store_of(tmp_path / "runs")
    (tmp_path / "runs.jsonl").write_text("".join(f"{run.model_dump_json()}\n" for run in runs))
    write_trace(nothing(), tmp_path / "trace")
    script = Path(__file__).with_name("killed.py")
    command = [sys.executable, script, tmp_path / "runs.jsonl", tmp_path / "runs", tmp_path / "trace"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )

    assert int(done.stdout) >= 100
    assert sorted(map(str, store.runs())) == sorted(map(str, runs))
    assert Counter(line.run for line in store.noted()) == dict.fromkeys(store.ids(), 1)
    assert not [*store.folder.glob(".*-*")]


#: Runs a module of the command line, and stops itself where its second run would be put in its place.
STOPS_AT_THE_SECOND_RUN = """
import os, runpy, signal, sys
from pathlib import Path

stored = set()

def watch(event, arguments):
    if event == "os.rename" and (Path(arguments[0]) / "run.json").is_file():
        stored.add(arguments[1])
        if len(stored) == 2:
            os.kill(os.getpid(), signal.SIGSTOP)

sys.addaudithook(watch)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


class TestSealed:
    """Runs in the sandbox."""

    pytestmark = SANDBOX

    def test_runs_can_be_verified_and_made_again(self, planned, tmp_path, store_of):
        """A stored run's answers, and those of its repetition, are what release and seed give."""
        store = store_of(tmp_path / "runs")
        (task,), (parallel,) = planned(), planned(workers=3)

        first, second = run_missing([task, parallel], store)

        assert (first.verdict, first.evaluations, first.cell.level) == (Verdict.completed, 12, Level.sealed)
        assert first.origin.canary
        assert first.support.queries == 12
        assert first.recommendation.genotype in first.incumbents.genotype
        assert first.recommendation.mean == load(RELEASE).query(first.recommendation.genotype).mean
        assert first.incumbents.mean[-1] == load(RELEASE).query(first.incumbents.genotype[-1]).mean
        for run in (first, second):
            assert verify(run, store, load(RELEASE)) == ()
        assert rerun(first, task) == ()
        assert list(run_missing([task, parallel], store)) == []

    def test_paired_runs_see_the_same_noise(self, folder, tmp_path, campaign):
        """Salt and seed give training seeds, whatever the entry: equal proposals, equal answers."""
        other = create("other", tmp_path)
        tasks = plan([folder, other], [RELEASE], [2], tmp_path, campaign, budget=BUDGET)
        (_, one), (_, two) = map(execute, tasks)

        assert one.hash == two.hash
        seed = campaign.training_seed(2)
        answer = load(RELEASE).query(Genotype.parse(one.genotype[0]), seed=seed)
        assert (one.training_seed[0], one.val_accuracy[0]) == (seed, answer.val_accuracy)

    def test_nothing_inside_tells_the_noise(self, tmp_path, campaign):
        """A submission sees its run's seed; neither salt nor training seeds, wherever it looks."""
        code = (Path(__file__).parents[1] / "hostile" / "looks_for_seeds.py").read_text()
        secrets = [campaign.salt, str(campaign.training_seed(3)), f"{campaign.training_seed(3):x}"]
        hashes = sorted(hashlib.sha256(each.encode()).hexdigest() for each in (*secrets, "3"))
        folder = hostile("looks_for_seeds", tmp_path)
        (folder / "optimizer.py").write_text(code.replace("HASHES = []", f"HASHES = {hashes}"))
        (task,) = plan([folder], [RELEASE], [3], tmp_path, campaign, budget=BUDGET)

        run, trace = execute(task)

        assert trace.training_seed[0] == campaign.training_seed(3)
        assert run.verdict is Verdict.completed, run.detail
        # what it looks for it finds: its own seed
        assert run.output.split() == ["found", hashlib.sha256(b"3").hexdigest()]

    @pytest.mark.parametrize(
        ("name", "verdict", "evaluations"),
        [("crash_in_tell", Verdict.crash_tell, 1), ("crash_at_import", Verdict.crash_import, 0)],
    )
    def test_failed_runs_are_stored_with_what_they_found(
        self, tmp_path, name, verdict, evaluations, store_of, campaign
    ):
        """A fault is a verdict, not the end of the command; what came before stays, and can be verified."""
        store = store_of(tmp_path / "runs")
        tasks = plan([hostile(name, tmp_path)], [RELEASE], [0], tmp_path, campaign, budget=BUDGET)

        (run,) = run_missing(tasks, store)

        assert (run.verdict, run.evaluations) == (verdict, evaluations)
        assert run.detail
        assert missing(tasks, store) == []
        assert verify(run, store, load(RELEASE)) == ()

    def test_processes_end_with_a_killed_command(self, folder, tiny_release, tmp_path, store_of):
        """Killed with its processes at work, the command leaves none behind, and the next one goes on."""
        store = store_of(tmp_path / "runs")
        command = ["leaderboard", "run", folder, "--out", store.folder, "--seeds", "6"]
        command += ["--release", tiny_release, "--budget-evaluations", "12", "--environments", tmp_path]
        process = subprocess.Popen([sys.executable, "-c", STOPS_AT_THE_SECOND_RUN, *command], cwd=ROOT)
        ended = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert ended.si_code == os.CLD_STOPPED
        children = [os.pidfd_open(number) for number in children_of(process.pid)]
        process.kill()
        process.wait()
        for child in children:
            assert select.select([child], [], [], 30)[0]
            os.close(child)
        stored = set(store.ids())

        again = [sys.executable, "-m", *command]
        done = subprocess.run(again, cwd=ROOT, capture_output=True, text=True, check=True)

        assert len(children) >= 2
        assert len(stored) == 1
        assert "5 new runs (5 completed), 1 were there" in done.stdout
        assert Counter(line.run for line in store.noted()) == dict.fromkeys(store.ids(), 1)
        assert len(store.ids()) == 6

    def test_cells_of_a_dead_worker_run_again(self, planned, tiny_release, tmp_path, store_of):
        """On a cluster whose worker dies, cells are run by the others, and stored once."""
        distributed = pytest.importorskip("distributed")
        marker = tmp_path / "died"

        def dying(task):
            if not marker.exists():
                marker.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(task)

        tasks, store = planned(range(4), [str(tiny_release)]), store_of(tmp_path / "runs")
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs="CRITICAL"
        )
        with cluster, distributed.Client(cluster) as client:
            made = list(run_missing(tasks, store, client.get_executor(pure=False), dying))
        assert marker.exists()
        assert sorted(run.cell.id for run in made) == store.ids() == sorted(task.cell.id for task in tasks)
        assert made[0].trace_hash == execute(next(t for t in tasks if t.cell == made[0].cell))[0].trace_hash


def children_of(number):
    """Direct children of a process."""
    listed = Path(f"/proc/{number}/task").glob("*/children")  # by the thread that started them
    return [int(each) for path in listed for each in path.read_text().split()]
