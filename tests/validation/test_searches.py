"""Tests of `validation.searches`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nb301.places import EMULATION
from nb301.tables.schema import EvaluationTable
from tests.validation.surrogates import TRUTH, Constant, TimedOracle
from validation import searches
from validation.answers import SubjectError
from validation.lockstep import Run
from validation.measures import NotApplicable
from validation.runs import STOPPING_EARLY
from validation.searches import Where, is_made, made, runs_on, scored, truth_key, truth_runs
from validation.subject import foreign_subject


@pytest.fixture
def asked(oracle, tmp_path):
    """The oracle, with a cache of its own."""
    return replace(oracle, cache=tmp_path)


def with_method(name, method):
    return type("Different", (Constant,), {name: method})()


def files(subject):
    return sorted(subject.cache.rglob("*.json"))


@pytest.mark.usefixtures("short_plan")
def test_runs_on_a_release_are_kept(asked):
    """Chunk by chunk: another subject of that key finds them, and one of another key does not."""
    subject = replace(asked, key="kept", is_kept=True)
    runs = runs_on(subject, "rs", Where.subject, 2e4)
    assert [len(run.genotypes) > 0 for run in runs] == [True] * 6
    assert len(files(subject)) == 1
    same, other = replace(subject), replace(subject, key="other")
    (chunk,) = searches.chunks("rs", Where.subject)
    assert is_made(same, Where.subject, chunk)
    assert not is_made(other, Where.subject, chunk)
    broken = replace(same, predictor=None)
    assert runs_on(broken, "rs", Where.subject, 2e4) == runs
    files(subject)[0].write_text("{}")
    assert made(same, Where.subject, chunk) == runs


@pytest.mark.usefixtures("short_plan")
def test_runs_on_the_truth_are_shared(asked):
    """They are in the cache once for all subjects, named by its code and data."""
    on_truth = runs_on(asked, "rs", Where.truth, 2e4)
    assert truth_runs(TRUTH, asked.cache, "rs") == on_truth
    assert len(files(asked)) == 1
    assert truth_key(TRUTH).startswith(f"emulated {TRUTH.version} ")


@pytest.mark.usefixtures("short_plan")
def test_nothing_is_kept_of_surrogates(tiny_table, tmp_path):
    """Twins are told apart, and run no longer than they are asked for."""
    plain, noisy, slow = (
        foreign_subject("mine:Model", surrogate, tiny_table, tmp_path)
        for surrogate in (
            Constant(),
            with_method("draws", lambda self, g, s: self.predict(g)[0] + 0.01 * (np.asarray(s) % 2)),
            with_method("seconds", lambda _, g: np.full(len(g), 9e3)),
        )
    )
    runs = [runs_on(subject, "re", Where.subject, 2e4) for subject in (plain, noisy, slow)]
    assert runs[0] is runs_on(plain, "re", Where.subject, 2e4)
    assert runs[0] != runs[1]
    assert runs[0] != runs[2]
    assert not files(plain)
    assert not is_made(plain, Where.subject, searches.chunks("re", Where.subject)[0])
    assert {second for run in runs[2] for second in run.seconds} <= {9e3, 18e3}


@pytest.mark.usefixtures("short_plan")
@pytest.mark.parametrize(
    ("method", "answer", "message"),
    [
        ("seconds", 1e-6, r"a run of rs has 20 evaluations in 2e-05 s: are its runtimes in seconds\?"),
        ("seconds", 1e9, r"a run of rs has 0 evaluations in .*: are its runtimes in seconds\?"),
        ("draws", 93.0, "draws is 93.0 for .*, expected a fraction"),
    ],
)
def test_wrong_units(tiny_table, tmp_path, method, answer, message):
    """One line says what is wrong, before runs that would never end."""
    surrogate = with_method(method, lambda _, genotypes, *_seeds: np.full(len(genotypes), answer))
    subject = foreign_subject("mine:Model", surrogate, tiny_table, tmp_path)
    with pytest.raises(SubjectError, match=f"^mine:Model: {message}$"):
        runs_on(subject, "rs", Where.subject, 4e4)


@pytest.mark.usefixtures("short_plan")
def test_runs_that_stop_trainings_early(subject, oracle, monkeypatch):
    """Of releases by their curves, of surrogates by theirs; those without are asked for none."""
    monkeypatch.setitem(STOPPING_EARLY, "sh", {2e4: 3})
    for where in (Where.subject, Where.truth):
        assert [len(run.genotypes) > 0 for run in runs_on(subject, "sh", where, 2e4)] == [True] * 3
    with pytest.raises(NotApplicable, match="does not tell learning curves"):
        runs_on(replace(oracle), "sh", Where.subject, 2e4)
    short = with_method("curves", lambda _, genotypes, _seeds: np.full((len(genotypes), 50), 0.9))
    with pytest.raises(NotApplicable, match="tells 50 epochs, the truth 98"):
        runs_on(replace(oracle, predictor=short), "sh", Where.subject, 2e4)
    percent = with_method("curves", lambda _, genotypes, _seeds: np.full((len(genotypes), 98), 93.0))
    with pytest.raises(SubjectError, match=r"curves is 93\.0 for .*, expected a fraction"):
        runs_on(replace(oracle, predictor=percent), "sh", Where.subject, 2e4)


def test_incumbents_are_valued_at_times():
    """The last one that has ended counts; before any has, the first."""
    genotypes = list(range(3))  # whatever can be told apart
    runs = [Run([10.0, 30.0], genotypes[:2]), Run([20.0], genotypes[2:])]
    values = scored(runs, np.array([5.0, 10.0, 29.0, 30.0]), lambda asked: np.array(asked) / 10)
    np.testing.assert_array_equal(values, [[0, 0, 0, 0.1], [0.2] * 4])


@pytest.mark.usefixtures("short_plan")
def test_models_without_rows(subject, oracle, tiny_table, tmp_path):
    """They need a family, and rows to leave out; draws have the release's noise."""
    with pytest.raises(NotApplicable, match="does not say how it is fitted"):
        runs_on(oracle, "rs", Where.left_out, 2e4)
    asked = replace(subject, table=EvaluationTable("tiny", "1.0", "emulated 2.0", tiny_table.rows))
    with pytest.raises(NotApplicable, match="ls"):
        runs_on(asked, "ls", Where.left_out, 2e4)
    timed = foreign_subject("timed", TimedOracle(), tiny_table, tmp_path)
    assert runs_on(timed, "ls", Where.subject, 2e4)


def test_a_truth_that_cannot_be_asked(unasked):
    """Nothing is run without one: there would be nothing to compare with."""
    for where in Where:
        with pytest.raises(NotApplicable, match="the ground truth cannot be asked"):
            runs_on(replace(unasked), "rs", where, 1e5)


def test_weights_of_the_truth_are_in_its_name(monkeypatch):
    """Runs on other weights are others: the data file is hashed, wherever it lies below the truth."""
    hashed = []
    monkeypatch.setattr(searches, "sha256", lambda data: hashed.append(data) or "0")
    searches._truth_hash.__wrapped__("nb301.truth.emulated")
    assert EMULATION.read_bytes() in hashed
