"""What somebody who submits an optimizer meets: `new`, `check`, and the embedded submissions."""

from __future__ import annotations

import re

import pytest

from leaderboard import places
from leaderboard.entries.environment import hash_of
from leaderboard.entries.scan import scan
from leaderboard.entries.submission import Submission
from leaderboard.runs.check import State, check
from leaderboard.runs.key import BUDGET_EVALUATIONS, BUDGET_SECONDS
from leaderboard.runs.session import Code, run
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.messages import Verdict
from leaderboard.sandbox.mounts import Environment
from nb301.optimizers import Budget
from nb301.truth.emulated import EmulatedTruth

SUBMISSIONS = places.SUBMISSIONS


@pytest.fixture(autouse=True)
def shorter_runs(monkeypatch):
    """As long as it takes to see a fault."""
    monkeypatch.setattr("leaderboard.runs.check.EVALUATIONS", 40)


@pytest.fixture
def folder(tmp_path, command):
    """A new submission, as the command makes it."""
    assert command("new", "my-search", "--folder", tmp_path)[0] == 0
    return tmp_path / "my-search"


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_new_makes_a_submission(folder):
    """It has the name that was given, and is in order as it is."""
    assert Submission(folder).manifest.name == "my-search"
    assert "my-search" in (folder / "optimizer.py").read_text()


def test_new_replaces_nothing(folder, command):
    """A folder that is there stays as it is."""
    (folder / "optimizer.py").write_text("mine")

    code, said = command("new", "my-search", "--folder", folder.parent)

    assert (code, (folder / "optimizer.py").read_text()) == (1, "mine")
    assert "is there already" in said


@pytest.mark.parametrize("name", ["My-Search", "../x", "a b"])
def test_new_checks_the_name(tmp_path, command, name):
    """A name that cannot be is told before anything is made."""
    code, said = command("new", name, "--folder", tmp_path / "here")

    assert code == 1
    assert f"{name!r}: a submission's folder is named with lower-case letters" in said
    assert [*tmp_path.iterdir()] == []


@pytest.mark.sandbox
def test_new_submission_passes(folder, command, sandbox):
    """The skeleton runs in the sandbox, with one worker and with thirty, and draws from its seed."""
    code, said = command("check", folder)

    assert code == 0
    assert f"{len(sandbox.probes)} probes denied" in said
    assert [line.split()[0] for line in said.splitlines()] == ["ok"] * 6


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("import random\n", "import random\nimport socket\n", r"source: optimizer.py:\d+: .*no network"),
        ("self.patience = patience", "self.patience = patients", "crash_build .*'patients' is not defined"),
        ("return self.space.mutate(self.best, self.rng)", "return None", "invalid_genotype after 1 eval"),
        ("random.Random(seed)", "random.Random()", "draw all random numbers from the seed"),
        (", patience):", "):", "crash_build .*unexpected keyword argument 'patience'"),
        (
            "self.since_best += 1",
            "print('debugging', flush=True); 1 / 0",
            "crash_tell .*division.*debugging",
        ),
    ],
)
def test_faults_are_told_in_the_author_s_terms(folder, command, old, new, message):
    """What is wrong is named as the author wrote it, with what was printed."""
    edit(folder / "optimizer.py", old, new)

    code, said = command("check", folder)

    assert code == 1
    assert re.search(f"(?s)wrong +.*{message}", said)


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_slow_submissions_are_given_time(folder, command):
    """As much as is asked for, and no more."""
    edit(folder / "optimizer.py", ", patience):", ", patience):\n        import time; time.sleep(2)")

    assert "timeout after 0 evaluations" in command("check", folder, "--seconds", "1")[1]
    assert command("check", folder, "--seconds", "20")[0] == 0


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_check_cannot_be_told_from_a_run(folder, command):
    """It announces the budget of a run, and has the limits of one."""
    code = """
        import resource
        raise RuntimeError(f"{budget} {resource.getrlimit(resource.RLIMIT_CPU)[0]} {seed}")
"""
    edit(folder / "optimizer.py", ", patience):", f", patience):{code}")

    said = command("check", folder)[1]
    submission = Submission(folder)
    ended = run(
        Code.of(submission),
        Environment("none"),
        submission.limits(),
        EmulatedTruth().evaluate,
        Budget(seconds=BUDGET_SECONDS, evaluations=BUDGET_EVALUATIONS),
        seed=1,
        training_seed=0,
    )

    told = ended.detail.strip().rpartition("\n")[2]
    assert told.startswith("RuntimeError: Budget(seconds=10000000.0, evaluations=30000, workers=1")
    assert told in said


FUNCTION = """
import random

def run(objective, budget, patience):
    rng = random.Random(objective.seed)
    while True:
        objective(objective.space.random(rng))
"""


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_function_passes(folder, command):
    """A function is for one worker, and in order as that."""
    (folder / "optimizer.py").write_text(FUNCTION)
    edit(folder / "submission.toml", "optimizer:Optimizer", "optimizer:run")

    code, said = command("check", folder)

    assert code == 0
    assert "30 workers: not tried: a function takes part with one worker alone" in said


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_traceback_is_the_author_s_own(folder, command):
    """It is shown once, from the submission's first line on, beside what the submission printed."""
    edit(folder / "optimizer.py", "self.since_best += 1", "print('debugging', flush=True); 1 / 0")

    said = command("check", folder)[1]

    assert said.count("ZeroDivisionError") == 1
    assert "shim.py" not in said
    assert said.rstrip().endswith("it printed:\ndebugging")


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_seed_without_effect_is_for_a_person(folder, tmp_path):
    """An optimizer may do without random numbers, but somebody should look."""
    edit(folder / "optimizer.py", "random.Random(seed)", "random.Random(0)")

    states = {each.name: each.state for each in check(folder, tmp_path / "cache")}

    assert states["seed"] is State.look


def test_unsealed_check_needs_no_sandbox(folder, tmp_path, monkeypatch):
    """Trusted code can be tried on any machine, which the first lines say."""
    monkeypatch.setattr("leaderboard.sandbox.start._PATH", {"PATH": "/nowhere"})

    checks = [*check(folder, tmp_path / "cache", Level.limited)]

    assert [each.state for each in checks] == [State.ok] * 6
    assert "limited, 0 probes" in checks[1].message


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
@pytest.mark.parametrize(
    ("slug", "packages"),
    [
        ("optuna-tpe", ("numpy", "optuna")),
        ("tpe", ("numpy", "optuna")),
        ("nevergrad-cma", ("numpy", "ConfigSpace", "nevergrad")),
        ("nevergrad-portfolio", ("numpy", "nevergrad")),
    ],
)
def test_submissions_with_packages_run(slug, packages, installed):
    """The adapted libraries and the library's own, with the packages that the tests have."""
    submission = Submission(SUBMISSIONS / slug)
    evaluate = EmulatedTruth().evaluate
    first, second = (
        run(
            Code.of(submission),
            installed(*packages),
            submission.limits(),
            evaluate,
            Budget(evaluations=40),
            seed=seed,
            training_seed=0,
            workers=3,
        )
        for seed in (1, 2)
    )

    assert (first.verdict, first.detail) == (Verdict.completed, "")
    assert len(first.trajectory) == len(second.trajectory) == 40
    assert first.trajectory.genotypes != second.trajectory.genotypes


@pytest.mark.parametrize("slug", ["optuna-tpe", "tpe", "nevergrad-cma", "nevergrad-portfolio"])
def test_submissions_with_packages_are_in_order(slug):
    """Manifest, source and lock of what is embedded leave no question."""
    submission = Submission(SUBMISSIONS / slug)

    assert scan(submission) == []
    assert re.fullmatch("[0-9a-f]{64}", hash_of(submission))


CONFIG_SPACE = """
from nb301.formats import configuration_space

class Optimizer:
    def __init__(self, space, seed, budget):
        self.space = configuration_space()
        self.space.seed(seed)

    def ask(self):
        return self.space.sample_configuration()

    def tell(self, configuration, result):
        assert configuration.config_space is self.space

    def recommend(self):
        return dict(self.space.sample_configuration())
"""


@pytest.mark.sandbox
@pytest.mark.usefixtures("sandbox")
def test_configurations_are_genotypes(installed):
    """What optimizers on a ConfigSpace propose needs no translation."""
    submission = Submission(SUBMISSIONS / "rs")
    ended = run(
        Code({"optimizer.py": CONFIG_SPACE.encode()}, "optimizer:Optimizer", {}),
        installed("numpy", "ConfigSpace"),
        submission.limits(),
        EmulatedTruth().evaluate,
        Budget(evaluations=5),
        seed=1,
        training_seed=0,
    )

    assert (ended.verdict, ended.detail) == (Verdict.completed, "")
    assert ended.recommendation is not None
