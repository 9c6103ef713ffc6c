"""Trials: of the search space, ended early where they are bad, pruned where they give no model."""

from __future__ import annotations

import numpy as np

from nb301.surrogates import FAMILIES
from nb301.surrogates.members.base import Examples, Range
from nb301.surrogates.tuning.search import TrialObjective

SEED = 3
STEPS = 81


def test_configurations_lie_in_the_search_space(line, search, tiny_table, tmp_path):
    """Each trial is of the family's space, widened to its default; what is fitted is what is recorded."""
    tuning = search(tiny_table, tmp_path, 20)
    for trial, (_, _, seed, hyperparameters) in zip(tuning.trials, line.seen, strict=True):
        assert {"kept": 7, **trial.params} == hyperparameters
        assert seed == SEED
        assert 0.001 <= trial.params["rate"] <= 2.0
        assert trial.params["depth"] in {1, 2, 3, 4, 5}
        assert trial.params["kind"] in {"plain", "odd"}
    assert len({trial.params["rate"] for trial in tuning.trials}) == 20


def test_bad_trials_end_early(search, tiny_table, tmp_path):
    """Hyperband ends some fits before their last step, and no complete trial has fewer."""
    trials = search(tiny_table, tmp_path, 30).trials
    ended = [trial for trial in trials if trial.state == "pruned" and trial.reason is None]
    assert ended
    assert all(trial.steps < STEPS for trial in ended)
    assert all(trial.steps == STEPS for trial in trials if trial.state == "complete")


def test_models_that_cannot_be_used_count_as_pruned(search, tiny_table, tmp_path):
    """A fit that fails for its configuration ends its trial with the reason, not the study."""
    trials = search(tiny_table, tmp_path, 20).trials
    failed = [trial for trial in trials if trial.reason]
    assert failed
    assert all((trial.state, trial.params["depth"]) == ("pruned", 5) for trial in failed)
    assert {trial.reason for trial in failed} == {"a tree has 80 leaves"}
    assert all(trial.mean_squared_error is None for trial in failed)


def test_every_family_has_a_first_trial():
    """A default is in its range, also where that is logarithmic and the default is 0."""
    for name, family in FAMILIES.items():
        empty = Examples(np.empty((0, 2, 8, 2), np.uint8), np.empty(0))
        objective = TrialObjective(family, empty, empty, 0, None)
        for key, value in objective.defaults.items():
            domain = objective.space[key]
            if isinstance(domain, Range):
                assert domain.low <= value <= domain.high, (name, key)
                assert domain.low > 0 or not domain.log, (name, key)
