"""Studies: validation rows only, the same trials whatever happens, the best of them."""

from __future__ import annotations

import pytest

from nb301.errors import TableError, TuningError
from nb301.surrogates import FAMILIES
from nb301.surrogates.tuning.study import tune
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

SEED = 3
STEPS = 81


def test_the_defaults_come_first_and_are_improved(search, tiny_table, tmp_path):
    """Trial 0 is the family's own configuration; a better one is found; what is not searched is kept."""
    counts = []
    tuning = search(
        tiny_table, tmp_path, 30, progress=lambda done, _total, error: counts.append((done, error))
    )
    first = tuning.trials[0]
    assert first.params == {"rate": 2.0, "depth": 3, "kind": "plain"}
    assert (first.state, first.steps) == ("complete", STEPS)
    assert tuning.best.mean_squared_error < first.mean_squared_error / 2
    assert tuning.hyperparameters == {"kept": 7, **tuning.best.params}
    assert [done for done, _ in counts] == [*range(1, 31)]
    assert counts[-1][1] == tuning.best.mean_squared_error == min(error for _, error in counts)


def test_a_study_without_any_model_says_why(line, search, tiny_table, tmp_path):
    """Where no trial gives a model the reasons are named."""
    line.family.hyperparameters["depth"] = 5
    with pytest.raises(TuningError, match=r"none of 1 trials gave a model: a tree has 80 leaves"):
        search(tiny_table, tmp_path, 1)


def test_test_rows_change_nothing(line, search, tiny_table, tmp_path, with_changed_rows):
    """Test rows are neither fitted nor measured: changing all of them changes no trial."""
    split = stratified_split(tiny_table, SEED)
    trials = search(tiny_table, tmp_path / "a", 12).trials
    other = with_changed_rows(tiny_table, split.test)
    assert search(other, tmp_path / "b", 12).trials == trials
    assert search(with_changed_rows(tiny_table, split.val), tmp_path / "c", 12).trials != trials
    assert {(len(train), len(stop)) for train, stop, *_ in line.seen} == {(len(split.train), len(split.val))}


def test_seeds(search, tiny_table, tmp_path):
    """Equal seeds give equal trials, other seeds others."""
    trials = search(tiny_table, tmp_path / "a", 12).trials
    assert search(tiny_table, tmp_path / "b", 12).trials == trials
    assert search(tiny_table, tmp_path / "c", 12, seed=SEED + 1).trials[1:] != trials[1:]


@pytest.mark.usefixtures("line")
def test_unknown_families_are_refused(tiny_table, tmp_path):
    """A family that does not exist gives those that do."""
    with pytest.raises(TuningError, match="no family 'svr'; there are: line"):
        tune(tiny_table, "svr", tmp_path, trials=1, seed=SEED)


def test_families_that_are_imported_are_refused(tiny_table, tmp_path):
    """A family whose members others have fitted has nothing to search."""
    with pytest.raises(TuningError, match=r"official-gin models are imported .*, not fitted"):
        tune(tiny_table, "official-gin", tmp_path, trials=1, seed=SEED)


def test_a_real_family_is_tuned(tiny_table, tmp_path):
    """XGBoost's first trial has its defaults, and explains much of the validation rows."""
    tuning = tune(tiny_table, "xgb", tmp_path, trials=1, seed=SEED)
    assert tuning.best.r2 > 0.2
    assert tuning.hyperparameters == dict(FAMILIES["xgb"].hyperparameters)
    assert "xgboost" in tuning.libraries


@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_too_few_rows_say_how_many_are_enough(line, search, tiny_table, tmp_path, n):
    """A study needs rows to fit and to measure on."""
    rows = tiny_table.of("rs").rows[:n]
    with pytest.raises((TuningError, TableError), match=r"too few.*: [12]0 architectures .*enough"):
        search(EvaluationTable("small", "1.0", "emulated 2.0", rows), tmp_path / "study", 1)
    assert not line.seen
    assert not (tmp_path / "study").exists()


def test_a_study_begins_where_it_is_told_to(search, tiny_table, tmp_path):
    """What is set is the first trial's, also where it is not searched; no other study goes on with it."""
    tuning = search(tiny_table, tmp_path, 2, hyperparameters={"kept": 9, "rate": 1})

    assert tuning.trials[0].params == {"rate": 1.0, "depth": 3, "kind": "plain"}
    assert tuning.hyperparameters["kept"] == 9
    with pytest.raises(TuningError, match=r"is the study of search space .* choose another folder"):
        search(tiny_table, tmp_path, 3)


def test_what_is_kept_is_not_searched(search, tiny_table, tmp_path):
    """It has its value in all trials; what is not searched anyway is refused."""
    tuning = search(tiny_table, tmp_path / "study", 3, keep=["depth"])

    assert {tuple(trial.params) for trial in tuning.trials} == {("rate", "kind")}
    assert tuning.hyperparameters["depth"] == 3
    with pytest.raises(
        TuningError, match=r"line searches no 'kept' that could be kept; .*: depth, kind, rate"
    ):
        search(tiny_table, tmp_path / "other", 1, keep=["kept"])


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"speed": 1}, "line has no hyperparameter 'speed'; there are: depth, kept, kind, rate"),
        ({"kept": 0.5}, "line: kept is 0.5, expected int"),
        ({"rate": True}, "line: rate is True, expected float"),
    ],
)
def test_settings_that_are_none_are_refused(search, tiny_table, tmp_path, setting, message):
    """They are named before anything is fitted."""
    with pytest.raises(TuningError, match=message):
        search(tiny_table, tmp_path, 1, hyperparameters=setting)
