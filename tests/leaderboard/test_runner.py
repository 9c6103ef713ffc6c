"""The runner on real releases, with tiny budgets."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from leaderboard import runner
from leaderboard.entries import ENTRIES
from leaderboard.errors import RunError
from leaderboard.runner import execute, missing, plan, run_missing
from leaderboard.store import read_runs
from nb301 import load
from nb301.errors import UnknownRelease
from nb301.optimizers import RegularizedEvolution
from nb301.space import Genotype, sample

RELEASE = "emulated-xgb-v1.0"
SECONDS = 2e4


def result(run):
    """The part of a run that its identity decides."""
    return run.model_dump(exclude={"started", "ended", "versions"})


def test_plan_pairs_seeds_over_entries_and_releases():
    """Every entry runs with every seed on every release."""
    tasks = plan([RELEASE, "emulated-xgb-rand-v1.0"], range(5))

    assert len(tasks) == 2 * len(ENTRIES) * 5
    assert len({task.identity.path for task in tasks}) == len(tasks)
    assert {task.identity.release.release_hash for task in tasks[:10]} == {load(RELEASE).release.release_hash}


def test_unknown_release_lists_the_known_ones():
    """A wrong name is found before anything runs."""
    with pytest.raises(UnknownRelease, match=RELEASE):
        plan(["emulated-xgb-v9.9"], [0])


@pytest.mark.parametrize("budget", [0.0, -1.0, float("nan"), float("inf")])
def test_budget_is_a_positive_number(budget):
    """A run that could never end, or never begin, is not planned."""
    with pytest.raises(RunError, match="positive"):
        plan([RELEASE], [0], budget)


def test_settings_of_evolution_are_the_class_s_defaults():
    """The entry spells out what the class would do by itself."""
    parameters = inspect.signature(RegularizedEvolution).parameters

    assert ENTRIES["re"].settings == {name: parameters[name].default for name in ENTRIES["re"].settings}


def test_run_tells_of_its_last_incumbent():
    """The scored mean is the release's noise-free mean of the architecture that the run ends with."""
    run = execute(plan([RELEASE], [3], SECONDS)[0])
    genotype = Genotype.parse(run.genotype)

    assert run.incumbents.mean[-1] == load(RELEASE).query(genotype).mean
    assert run.incumbents.clock_seconds[-1] <= SECONDS
    assert run.incumbents.evaluation[0] == 0
    assert run.incumbents.evaluation[-1] < run.evaluations


def test_equal_identities_give_equal_results():
    """A run can be made again, to the last digit."""
    task = plan([RELEASE], [1], SECONDS)[1]

    assert result(execute(task)) == result(execute(task))


def test_paired_runs_begin_alike():
    """Entries that begin with random architectures see the same ones, with the same noise."""
    rs, re = (execute(task) for task in plan([RELEASE], [0], SECONDS))

    assert rs.evaluations < ENTRIES["re"].settings["population_size"]
    assert rs.incumbents == re.incumbents
    assert rs.incumbents != execute(plan([RELEASE], [1], SECONDS)[0]).incumbents


def test_first_incumbent_is_the_generator_s_first_sample():
    """Run seed s seeds the generator with s and trains with seeds from s million on."""
    run = execute(plan([RELEASE], [2], SECONDS)[0])
    evaluation = load(RELEASE).query(sample(np.random.default_rng(2)), seed=2_000_000)

    assert run.incumbents.val_accuracy[0] == evaluation.val_accuracy


def test_second_command_runs_nothing(tmp_path):
    """Runs that are stored are not made again."""
    tasks = plan([RELEASE], range(2), SECONDS)

    assert len(list(run_missing(tasks, tmp_path))) == 4
    assert list(run_missing(tasks, tmp_path)) == []
    assert missing(plan([RELEASE], range(3), SECONDS), tmp_path) == plan([RELEASE], [2], SECONDS)
    assert len(missing(plan([RELEASE], range(2), 2 * SECONDS), tmp_path)) == 4


def test_interrupted_command_goes_on_where_it_was(tmp_path, monkeypatch):
    """What has ended is stored, nothing is stored by halves, and the rest is made the next time."""
    tasks = plan([RELEASE], range(2), SECONDS)
    made = []

    def interrupted(task):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(task)
        return execute(task)

    with monkeypatch.context() as patched:
        patched.setattr(runner, "execute", interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(run_missing(tasks, tmp_path))

    assert len(read_runs(tmp_path)) == 2
    assert len(list(tmp_path.rglob("*.json"))) == 2
    assert len(list(run_missing(tasks, tmp_path))) == 2
    assert len(read_runs(tmp_path)) == 4


def test_processes_make_the_same_runs(tmp_path):
    """Where a run is made does not change it."""
    tasks = plan([RELEASE], [0], SECONDS)

    parallel = sorted(run_missing(tasks, tmp_path, processes=2), key=lambda run: run.identity.entry)

    assert [result(run) for run in parallel] == [result(execute(task)) for task in reversed(tasks)]


def test_budget_without_time_for_one_evaluation():
    """There is nothing to rank in a run without an evaluation; the error says what to change."""
    with pytest.raises(RunError, match=r"seed-0\.json: no evaluation ends within 10 .*larger budget"):
        execute(plan([RELEASE], [0], 10)[0])
