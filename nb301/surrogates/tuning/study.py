"""Studies: trial after trial, and what the best came to."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nb301.errors import TuningError
from nb301.extras import require
from nb301.files import sha256, write_text
from nb301.optimizers.tpe import quiet
from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import examples
from nb301.surrogates.libraries import installed
from nb301.surrogates.members.base import HOW_IMPORTED, Family, Hyperparameters, fitted_names
from nb301.surrogates.tuning.journal import open_journal
from nb301.surrogates.tuning.result import FILE, FORMAT, Trial, Tuning
from nb301.surrogates.tuning.search import TrialObjective, run_trial
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import Split, stratified_split

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

#: Rows that a correlation needs, and architectures that leave as many.
_LEAST_VAL, _ENOUGH = 2, 20
#: Called as (trials ended, trials in all, smallest error so far) after each trial.
Progress = Callable[[int, int, float], None]


def tune(
    table: EvaluationTable,
    family: str,
    folder: Path,
    *,
    trials: int,
    seed: int,
    hyperparameters: Hyperparameters | None = None,
    keep: Collection[str] = (),
    progress: Progress | None = None,
) -> Tuning:
    """Search the family's space (Table 7) for the smallest error on the validation rows.

    Single models are fitted on `stratified_split(table, seed).train` and measured on `.val`; no test
    row is touched. The family's own hyperparameters are the first trial.

    Trials that ended are in the folder's journal; run again, with more trials or after an
    interruption, the study goes on. Trial k depends on the seed and the trials before it alone, so
    that a study that was interrupted comes to exactly what it would have come to without: the trial that
    was open is run anew. One process a folder.

    Args:
        table: Holds the rows.
        family: A name in `surrogates.FITTED_FAMILIES`.
        folder: Of this study alone; gets `journal.log`, and `tuning.json` at the end.
        trials: Number of trials in all, with those of earlier runs.
        seed: Of the split, the proposals and the models. A release's test rows are those of the split
            with the release's own seed: tune with the same.
        hyperparameters: Used in place of the family's own of the same names; those in its space are where
            the search begins.
        keep: Names that are not searched, as a wider network's answers that take longer are not wanted.
        progress: Called after each trial.

    Raises:
        TuningError: The family or a hyperparameter is unknown, the table has too few rows, the folder is
            another study's or its journal is broken, or no trial gave a model.
        MissingExtra: Optuna is not installed.
    """
    begun = _beginning_with(family, hyperparameters or {}, keep)
    require("optuna", "optimizers")
    import optuna

    split = stratified_split(table, seed)
    _require_rows(table, split)
    objective = TrialObjective(begun, examples(table, split.train), examples(table, split.val), seed, optuna)
    with quiet(optuna):
        journal = open_journal(optuna, folder, _identity(table, family, objective))
        study = optuna.create_study(study_name=f"{family}-{seed}")
        study.add_trials(journal.trials)
        _run(optuna, study, journal, objective, trials, progress)
        ended = [_recorded(trial) for trial in study.trials]
    best = _best(ended)
    tuning = Tuning(
        format=FORMAT,
        family=family,
        table=table.name,
        truth=table.truth,
        table_hash=table.content_hash,
        seed=seed,
        rows={"train": len(split.train), "val": len(split.val)},
        hyperparameters={**objective.family.hyperparameters, **best.params},
        best=best,
        trials=tuple(ended),
        libraries=installed(("optuna", *objective.family.libraries)),
    )
    write_text(folder / FILE, tuning.to_json())
    return tuning


def _beginning_with(name: str, hyperparameters: Hyperparameters, keep: Collection[str]) -> Family:
    """A family with other hyperparameters as its own, and some of them taken out of its space."""
    if name not in FAMILIES:
        raise TuningError(f"no family {name!r}; there are: {', '.join(fitted_names(FAMILIES))}")
    if not FAMILIES[name].is_fitted:
        raise TuningError(f"{name} models are {HOW_IMPORTED}")
    try:
        family = FAMILIES[name].with_hyperparameters(hyperparameters)
    except ValueError as error:
        raise TuningError(str(error)) from None
    space = dict(family.search_space)
    for kept in keep:
        if space.pop(kept, None) is None:
            raise TuningError(
                f"{name} searches no {kept!r} that could be kept; it searches: {', '.join(sorted(space))}"
            )
    return replace(family, search_space=space)


def _require_rows(table: EvaluationTable, split: Split) -> None:
    if len(split.val) < _LEAST_VAL:
        raise TuningError(
            f"table {table.name} has {len(table)} rows, of which {len(split.val)} validate, too few to "
            f"measure on: {_ENOUGH} architectures of one optimizer are enough"
        )


def _identity(table: EvaluationTable, family: str, objective: TrialObjective) -> dict[str, Any]:
    """Settings that tell one study from another, as JSON gives them back."""
    space = {"space": objective.space, "defaults": dict(objective.family.hyperparameters)}
    return {
        "family": family,
        "table": table.name,
        "content of the table": table.content_hash,
        "split seed": objective.seed,
        "search space": sha256(json.dumps(space, sort_keys=True).encode()),
    }


def _run(
    optuna: ModuleType,
    study: Study,
    journal: Study,
    objective: TrialObjective,
    trials: int,
    progress: Progress | None,
) -> None:
    """Run the trials that are left; each is in the journal when the next begins."""
    for number in range(len(study.trials), trials):
        run_trial(optuna, study, objective)
        journal.add_trial(study.trials[number])
        if progress is not None:
            progress(number + 1, trials, _smallest(study.trials))


def _recorded(trial: FrozenTrial) -> Trial:
    complete = trial.state.name == "COMPLETE"
    return Trial(
        number=trial.number,
        state="complete" if complete else "pruned",
        mean_squared_error=trial.value if complete else None,
        r2=_finite(trial.user_attrs.get("r2")),
        sparse_kendall_tau=_finite(trial.user_attrs.get("sparse_kendall_tau")),
        steps=trial.user_attrs["steps"],
        params=trial.params,
        reason=trial.user_attrs.get("reason"),
    )


def _finite(score: float | None) -> float | None:
    """A score; None in place of the NaN of constant predictions, which is no JSON."""
    return score if score is not None and math.isfinite(score) else None


def _smallest(trials: Sequence[FrozenTrial]) -> float:
    errors = [trial.value for trial in trials if trial.state.name == "COMPLETE" and trial.value is not None]
    return min(errors, default=math.inf)


def _best(trials: Sequence[Trial]) -> Trial:
    """The trial of the smallest error, of equal ones the first."""
    complete = [(trial.mean_squared_error, trial.number) for trial in trials if trial.state == "complete"]
    if not complete:
        reasons = {trial.reason for trial in trials if trial.reason}
        raise TuningError(f"none of {len(trials)} trials gave a model: {'; '.join(sorted(reasons))}")
    return trials[min(complete)[1]]
