"""The runner: what it runs in the sandbox, and that nothing is lost, run twice, or ends the others."""

from __future__ import annotations

import hashlib
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from leaderboard.errors import RunError, SandboxError, SubmissionError
from leaderboard.places import ROOT
from leaderboard.runs import runner as running
from leaderboard.runs import store as storing
from leaderboard.runs.check import create
from leaderboard.runs.key import Track
from leaderboard.runs.plan import NotRun, Task, missing, plan
from leaderboard.runs.record import Run
from leaderboard.runs.runner import execute, run_missing
from leaderboard.runs.trace import write_trace
from leaderboard.runs.verify import rerun, verify
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.messages import Verdict
from nb301 import journal, load
from nb301.space import Genotype

RELEASE, RANDOM_ONLY = "emulated-xgb-v2.0", "emulated-xgb-rand-v2.0"
TRACK = Track(1, 1e7, 12)
SANDBOX = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox")]


def hostile(name, tmp_path):
    """A copy of the new submission with the code of a hostile one."""
    folder = create("hostile", tmp_path)
    code = (Path(__file__).parents[1] / "hostile" / f"{name}.py").read_text()
    (folder / "optimizer.py").write_text(code)
    manifest = (folder / "submission.toml").read_text()
    (folder / "submission.toml").write_text(manifest.partition("[settings]")[0])
    return folder


@pytest.fixture
def tasks(planned):
    """Of one submission, six seeds."""
    return planned(range(6))


@pytest.fixture
def make(make_run, nothing):
    """Make runs up, but for those of some seeds, which raise an error."""

    def make(errors):
        def made(task):
            if task.cell.seed in errors:
                raise errors[task.cell.seed]
            return made_up(make_run, task), nothing

        return made

    return make


def made_up(make_run, task):
    return make_run(cell=task.cell.model_dump(), release_hash=task.cell.release_hash)


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


@pytest.mark.parametrize(
    "error",
    [
        RunError("files were changed"),
        SandboxError("no bubblewrap"),
        SubmissionError("is gone"),
        OSError(28, "No space left on device"),
        ValueError("what nobody thought of"),
        RecursionError("deep"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_cell_that_fails_is_the_only_one(tasks, make, store_of, tmp_path, error):
    """Whatever is raised for it: the others are stored, it is told, and tried by the next command."""
    store = store_of(tmp_path / "runs")

    made = list(run_missing(tasks, store, make=make({0: error, 3: error})))

    failures = [each for each in made if isinstance(each, NotRun)]
    assert [(each.place, each.seed) for each in failures] == [
        (f"climber on {RELEASE}", seed) for seed in (0, 3)
    ]
    assert all(str(error) in each.why for each in failures)
    assert [run.cell.seed for run in made if isinstance(run, Run)] == [1, 2, 4, 5]
    assert [line.run for line in store.noted()] == [tasks[seed].cell.id for seed in (1, 2, 4, 5)]
    assert missing(tasks, store) == [tasks[0], tasks[3]]
    assert len(list(run_missing(tasks, store, make=make({})))) == 2
    assert missing(tasks, store) == []


def test_a_campaign_is_not_submitted_as_a_whole(tasks, make, store_of, tmp_path, monkeypatch):
    """An executor has a few tasks at once, and is given more as they end: all are run."""
    monkeypatch.setattr(running, "_SUBMITTED", 2)
    store, has = store_of(tmp_path / "runs"), []
    with ThreadPoolExecutor(1) as executor:
        for _ in run_missing(tasks, store, executor, make({})):
            has.append(executor._work_queue.qsize())
    assert len(has) == len(tasks)
    assert max(has) <= 2
    assert missing(tasks, store) == []


def test_a_run_that_cannot_be_stored_is_the_only_one(tasks, make, store_of, tmp_path, monkeypatch):
    """Nothing of it stays, and the others are stored."""
    runs, write = store_of(tmp_path / "runs"), storing.write_trace

    def full(trace, path):
        if tasks[2].cell.id in str(path):
            raise OSError(28, "No space left on device", str(path))
        write(trace, path)

    monkeypatch.setattr(storing, "write_trace", full)
    made = list(run_missing(tasks, runs, make=make({})))

    assert [each.seed for each in made if isinstance(each, NotRun)] == [2]
    assert missing(tasks, runs) == [tasks[2]]
    assert len(runs.noted()) == 5
    assert not [path for path in runs.folder.iterdir() if path.name.startswith(".") and path.is_dir()]


def test_half_a_line_of_the_ledger_spoils_no_other(tasks, make, store_of, tmp_path, monkeypatch):
    """A disk that is full for a moment: later lines follow from whole ones, and the run is noted later."""
    runs, failed = store_of(tmp_path / "runs"), []

    def full(_):
        if len(runs.ids()) == 3 and not failed:
            os.truncate(runs.ledger.path, runs.ledger.path.stat().st_size - 50)
            failed.append(True)
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal.os, "fsync", full)
    made = list(run_missing(tasks, runs, make=make({})))

    assert [each.seed for each in made if isinstance(each, NotRun)] == [2]
    assert len(runs.noted()) == 5
    assert list(run_missing(tasks, runs, make=make({}))) == []
    assert sorted(line.run for line in runs.noted()) == runs.ids() == sorted(task.cell.id for task in tasks)


def test_interrupted_command_goes_on_where_it_was(make_run, planned, nothing, tmp_path, store_of):
    """What has ended is stored, nothing is stored by halves, and the rest is made the next time."""
    store, tasks, made = store_of(tmp_path / "runs"), planned(range(4)), []

    def make(task):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(task)
        run = make_run()
        release = run.release.model_copy(update={"release_hash": task.cell.release_hash})
        return run.model_copy(update={"cell": task.cell, "release": release}), nothing

    with pytest.raises(KeyboardInterrupt):
        list(run_missing(tasks, store, make=make))
    assert store.ids() == sorted(task.cell.id for task in tasks[:2])
    made.clear()

    with pytest.raises(KeyboardInterrupt):
        list(run_missing(planned(range(9)), store, make=make))
    assert made == tasks[2:]


def test_killed_at_every_moment(make_run, tmp_path, store_of, nothing):
    """A process that is killed before any of its file operations loses nothing and doubles nothing."""
    runs, store = [make_run(seed=seed) for seed in range(6)], store_of(tmp_path / "runs")
    (tmp_path / "runs.jsonl").write_text("".join(f"{run.model_dump_json()}\n" for run in runs))
    write_trace(nothing, tmp_path / "trace")
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
        (task,), (parallel,) = planned(), planned(track=replace(TRACK, workers=3))

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

    def test_paired_runs_see_the_same_noise(self, climber, tmp_path, campaign):
        """Salt and seed give training seeds, whatever the entry: equal proposals, equal answers."""
        other = create("other", tmp_path)
        tasks = plan([climber, other], [RELEASE], [2], tmp_path, campaign, track=TRACK)
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
        (task,) = plan([folder], [RELEASE], [3], tmp_path, campaign, track=TRACK)

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
        tasks = plan([hostile(name, tmp_path)], [RELEASE], [0], tmp_path, campaign, track=TRACK)

        (run,) = run_missing(tasks, store)

        assert (run.verdict, run.evaluations) == (verdict, evaluations)
        assert run.detail
        assert missing(tasks, store) == []
        assert verify(run, store, load(RELEASE)) == ()

    def test_processes_end_with_a_killed_command(self, climber, tiny_release, tmp_path, store_of):
        """Killed with its processes at work, the command leaves none behind, and the next one goes on."""
        store = store_of(tmp_path / "runs")
        command = ["leaderboard", "run", climber, "--out", store.folder, "--seeds", "6"]
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
