"""Tuning: validation rows only, the same trials whatever happens, results that freeze takes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nb301.errors import OutputError, TableError, TuningError
from nb301.surrogates import FAMILIES, Family, tuning
from nb301.surrogates.members.base import Examples, Range
from nb301.surrogates.tuning import read_tuning, tune, tuned_hyperparameters
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

SEED = 3
STEPS = 81


class Line:
    """A family that learns the mean of its targets: the closer `rate` is to 0.3, the better."""

    def __init__(self):
        self.seen = []
        self.interrupt_at = None
        self.family = Family(
            fit=self.fit,
            load=Constant,
            suffix=".txt",
            hyperparameters={"rate": 2.0, "depth": 3, "kind": "plain", "kept": 7},
            search_space={
                "rate": Range(0.001, 1.0, log=True),
                "depth": Range(1, 5),
                "kind": ("plain", "odd"),
            },
            libraries=("numpy",),
        )

    def fit(self, train, stop, seed, hyperparameters, report=None):
        self.seen.append((train, stop, seed, dict(hyperparameters)))
        if len(self.seen) == self.interrupt_at:
            raise KeyboardInterrupt
        off = 0.01 * abs(np.log(hyperparameters["rate"] / 0.3))
        for step in range(1, STEPS + 1):
            report(step, off + 1 / step)
        if hyperparameters["depth"] == 5:
            raise ValueError("a tree has 80 leaves")
        return str(train.target.mean() + off).encode()


class Constant:
    def __init__(self, files):
        self.values = [float(data) for data in files]

    def predict(self, codes):
        # a little of the architecture, so that ranks exist
        return np.array(self.values)[:, None] + 1e-6 * codes[None, :, 0, 7, 1]


@pytest.fixture
def line(monkeypatch):
    """A family that fits at once, in place of all others."""
    line = Line()
    monkeypatch.setattr(tuning, "FAMILIES", {"line": line.family})
    return line


def search(table, folder, trials, **options):
    return tune(table, "line", folder, trials=trials, **{"seed": SEED, **options})


def with_changed_rows(table, rows):
    changed = table.rows.copy()
    changed.loc[rows, "val_accuracy"] = 0.5
    return EvaluationTable(table.name, table.version, table.truth, changed)


@pytest.mark.usefixtures("line")
def test_the_defaults_come_first_and_are_improved(tiny_table, tmp_path):
    """Trial 0 is the family's own configuration; a better one is found; what is not searched is kept."""
    counts = []
    found = search(
        tiny_table, tmp_path, 30, progress=lambda done, _total, error: counts.append((done, error))
    )
    first = found.trials[0]
    assert first.params == {"rate": 2.0, "depth": 3, "kind": "plain"}
    assert (first.state, first.steps) == ("complete", STEPS)
    assert found.best.mean_squared_error < first.mean_squared_error / 2
    assert found.hyperparameters == {"kept": 7, **found.best.params}
    assert [done for done, _ in counts] == [*range(1, 31)]
    assert counts[-1][1] == found.best.mean_squared_error == min(error for _, error in counts)


def test_configurations_lie_in_the_search_space(line, tiny_table, tmp_path):
    """Each trial is of the family's space, widened to its default; what is fitted is what is recorded."""
    found = search(tiny_table, tmp_path, 20)
    for trial, (_, _, seed, hyperparameters) in zip(found.trials, line.seen, strict=True):
        assert {"kept": 7, **trial.params} == hyperparameters
        assert seed == SEED
        assert 0.001 <= trial.params["rate"] <= 2.0
        assert trial.params["depth"] in {1, 2, 3, 4, 5}
        assert trial.params["kind"] in {"plain", "odd"}
    assert len({trial.params["rate"] for trial in found.trials}) == 20


@pytest.mark.usefixtures("line")
def test_bad_trials_end_early(tiny_table, tmp_path):
    """Hyperband ends some fits before their last step, and no complete trial has fewer."""
    trials = search(tiny_table, tmp_path, 30).trials
    ended = [trial for trial in trials if trial.state == "pruned" and trial.reason is None]
    assert ended
    assert all(trial.steps < STEPS for trial in ended)
    assert all(trial.steps == STEPS for trial in trials if trial.state == "complete")


@pytest.mark.usefixtures("line")
def test_models_that_cannot_be_used_count_as_pruned(tiny_table, tmp_path):
    """A fit that fails for its configuration ends its trial with the reason, not the study."""
    trials = search(tiny_table, tmp_path, 20).trials
    failed = [trial for trial in trials if trial.reason]
    assert failed
    assert all((trial.state, trial.params["depth"]) == ("pruned", 5) for trial in failed)
    assert {trial.reason for trial in failed} == {"a tree has 80 leaves"}
    assert all(trial.mean_squared_error is None for trial in failed)


def test_a_study_without_any_model_says_why(line, tiny_table, tmp_path):
    """Where no trial gives a model the reasons are named."""
    line.family.hyperparameters["depth"] = 5
    with pytest.raises(TuningError, match=r"none of 1 trials gave a model: a tree has 80 leaves"):
        search(tiny_table, tmp_path, 1)


def test_test_rows_change_nothing(line, tiny_table, tmp_path):
    """Test rows are neither fitted nor measured: changing all of them changes no trial."""
    split = stratified_split(tiny_table, SEED)
    trials = search(tiny_table, tmp_path / "a", 12).trials
    other = with_changed_rows(tiny_table, split.test)
    assert search(other, tmp_path / "b", 12).trials == trials
    assert search(with_changed_rows(tiny_table, split.val), tmp_path / "c", 12).trials != trials
    assert {(len(train), len(stop)) for train, stop, *_ in line.seen} == {(len(split.train), len(split.val))}


@pytest.mark.usefixtures("line")
def test_seeds(tiny_table, tmp_path):
    """Equal seeds give equal trials, other seeds others."""
    trials = search(tiny_table, tmp_path / "a", 12).trials
    assert search(tiny_table, tmp_path / "b", 12).trials == trials
    assert search(tiny_table, tmp_path / "c", 12, seed=SEED + 1).trials[1:] != trials[1:]


@pytest.mark.parametrize("torn", [b"", b'{"op_code":4,"worker_id":"'])
def test_goes_on_after_an_interruption_as_if_there_was_none(line, tiny_table, tmp_path, torn):
    """A study that was killed, even within a line of its journal, ends with the trials it would have had."""
    whole = search(tiny_table, tmp_path / "whole", 20)
    line.seen.clear()
    line.interrupt_at = 9
    folder = tmp_path / "interrupted"
    with pytest.raises(KeyboardInterrupt):
        search(tiny_table, folder, 20)
    assert not (folder / tuning.FILE).exists()
    with (folder / tuning.JOURNAL).open("ab") as journal:
        journal.write(torn)
    assert search(tiny_table, folder, 20) == whole
    assert len(line.seen) == 9 + 12  # the trial that was open is fitted anew


def test_more_trials_extend_a_study(line, tiny_table, tmp_path):
    """A finished study goes on with more trials, and asking for fewer fits nothing."""
    whole = search(tiny_table, tmp_path / "whole", 15)
    search(tiny_table, tmp_path / "parts", 6)
    assert search(tiny_table, tmp_path / "parts", 15) == whole
    fits = len(line.seen)
    assert search(tiny_table, tmp_path / "parts", 3) == whole
    assert len(line.seen) == fits


def test_another_study_is_refused(line, tiny_table, tmp_path):
    """A folder of another table, split, family or space is refused, and named."""
    search(tiny_table, tmp_path, 2)
    with pytest.raises(TuningError, match=r"split seed 3, not of 4: choose another folder"):
        search(tiny_table, tmp_path, 2, seed=4)
    with pytest.raises(TuningError, match=r"content of the table '[0-9a-f]{64}', not of"):
        search(with_changed_rows(tiny_table, [0]), tmp_path, 2)
    line.family.search_space["depth"] = Range(1, 4)
    with pytest.raises(TuningError, match="search space"):
        search(tiny_table, tmp_path, 2)
    tuning.FAMILIES["other"] = line.family
    with pytest.raises(TuningError, match="family 'line', not of 'other'"):
        tune(tiny_table, "other", tmp_path, trials=2, seed=SEED)


@pytest.mark.parametrize("garbage", [b"garbage\n", b"[]\n", b'{"a":1}\n', b"\xff\n"])
@pytest.mark.usefixtures("line")
def test_what_is_no_journal_is_refused(tiny_table, tmp_path, garbage):
    """A file that is no journal is named, and left as it is."""
    (tmp_path / tuning.JOURNAL).write_bytes(garbage)
    with pytest.raises((TuningError, OutputError), match=r"journal\.log: (not a|is no) journal"):
        search(tiny_table, tmp_path, 2)
    assert (tmp_path / tuning.JOURNAL).read_bytes() == garbage


@pytest.mark.usefixtures("line")
def test_unknown_families_are_refused(tiny_table, tmp_path):
    """A family that does not exist gives those that do."""
    with pytest.raises(TuningError, match="no family 'svr'; there are: line"):
        tune(tiny_table, "svr", tmp_path, trials=1, seed=SEED)


@pytest.mark.usefixtures("line")
def test_result_reads_back(tiny_table, tmp_path):
    """`tuning.json` says what was tuned on what, and reads back as it was returned."""
    found = search(tiny_table, tmp_path, 4)
    assert read_tuning(tmp_path / tuning.FILE) == found
    entries = json.loads((tmp_path / tuning.FILE).read_text())
    assert (entries["table_hash"], entries["truth"]) == (tiny_table.content_hash, "emulated 1.0")
    assert entries["seed"] == SEED
    assert {*entries["libraries"]} == {"optuna", "numpy"}
    split = stratified_split(tiny_table, SEED)
    assert entries["rows"] == {"train": len(split.train), "val": len(split.val)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a result of `nb301 tune`"),
        ("[]", "not a result"),
        ('{"format": 2}', "format 2 is newer than 1"),
        ('{"format": 1}', "family: Field required"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path, text, words):
    """A file that is no result of this version says what is wrong with it."""
    (tmp_path / tuning.FILE).write_text(text)
    with pytest.raises(TuningError, match=words):
        read_tuning(tmp_path / tuning.FILE)
    with pytest.raises(TuningError, match="No such file"):
        read_tuning(tmp_path / "missing.json")


@pytest.mark.usefixtures("line")
def test_hyperparameters_of_test_rows_or_other_families_are_refused(tiny_table, tmp_path):
    """What was tuned for another family, or on rows that the release is tested on, cannot be frozen with."""
    found = search(tiny_table, tmp_path, 3)
    path = tmp_path / tuning.FILE
    assert tuned_hyperparameters(path, tiny_table, "line", SEED) == found.hyperparameters
    with pytest.raises(TuningError, match="of family 'line', not of 'xgb'"):
        tuned_hyperparameters(path, tiny_table, "xgb", SEED)
    with pytest.raises(TuningError, match=r"seed 3, .*: tune with --seed 301"):
        tuned_hyperparameters(path, tiny_table, "line", 301)
    other = with_changed_rows(tiny_table, [0])
    assert tuned_hyperparameters(path, other, "line", 301) == found.hyperparameters


def test_a_real_family_is_tuned(tiny_table, tmp_path):
    """XGBoost's first trial has its defaults, and explains much of the validation rows."""
    found = tune(tiny_table, "xgb", tmp_path, trials=1, seed=SEED)
    assert found.best.r2 > 0.2
    assert found.hyperparameters == dict(tuning.FAMILIES["xgb"].hyperparameters)
    assert "xgboost" in found.libraries


@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_too_few_rows_say_how_many_are_enough(line, tiny_table, tmp_path, n):
    """A study needs rows to fit and to measure on."""
    rows = tiny_table.of("rs").rows[:n]
    with pytest.raises((TuningError, TableError), match=r"too few.*: [12]0 architectures .*enough"):
        search(EvaluationTable("small", "1.0", "emulated 1.0", rows), tmp_path / "study", 1)
    assert not line.seen
    assert not (tmp_path / "study").exists()


def test_every_family_has_a_first_trial():
    """A default is in its range, also where that is logarithmic and the default is 0."""
    for name, family in FAMILIES.items():
        empty = Examples(np.empty((0, 2, 8, 2), np.uint8), np.empty(0))
        objective = tuning._Objective(family, empty, empty, 0, tuning)
        for key, value in objective.defaults.items():
            domain = objective.space[key]
            if isinstance(domain, Range):
                assert domain.low <= value <= domain.high, (name, key)
                assert domain.low > 0 or not domain.log, (name, key)
