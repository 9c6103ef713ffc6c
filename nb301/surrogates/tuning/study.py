"""Tuning a family's hyperparameters on the validation rows, in place of the paper's BOHB (Appendix D.3).

Optuna's tree of Parzen estimators proposes configurations and Hyperband ends bad ones early. What is
minimised is the mean squared error of the validation predictions, which all families can be compared
by. What Hyperband compares is the error that the family reports while it is fitted, in a measure of
its own: within one study all trials have the same, so that their order is meaningful.

Hyperband's budget is the number of rounds or epochs. Configurations that learn slowly, such as those
of small learning rates, look worse at equal rounds than they end; one of its brackets prunes hardly
anything, and is there for them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from nb301.errors import ReleaseError, TuningError, one_line, shown
from nb301.files import sha256, write_text
from nb301.journal import Journal
from nb301.metrics import r2, sparse_kendall_tau
from nb301.optimizers.tpe import import_optuna, quiet
from nb301.parsing import parse_object, read_bytes
from nb301.records import Record, first_wrong
from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import examples
from nb301.surrogates.libraries import installed
from nb301.surrogates.members.base import Domain, Examples, Family, Hyperparameters, Range, Report
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import stratified_split

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial
    from optuna.trial import Trial as OpenTrial

#: What a study's folder holds: all trials that ended, and the result.
JOURNAL, FILE = "journal.log", "tuning.json"
_FORMAT = 1
#: Share of trials that go on at each rung, and the rungs before the full budget: four brackets
#: (Optuna advises four to six).
_REDUCTION, _RUNGS = 3, 3
#: Rows that a correlation needs, and architectures that leave as many.
_LEAST_VAL, _ENOUGH = 2, 20
#: Bytes of a result: some hundred for each trial.
_MOST_BYTES = 2**26
#: Called as (trials ended, trials in all, smallest error so far) after each trial.
Progress = Callable[[int, int, float], None]


class Trial(Record):
    """One configuration that was fitted, or whose fit was ended early."""

    number: int
    state: Literal["complete", "pruned"]
    #: Of the validation predictions, squared fraction; None for pruned ones.
    mean_squared_error: float | None
    #: None where the rows or their predictions are all alike, too.
    r2: float | None = None
    sparse_kendall_tau: float | None = None
    #: Rounds or epochs that were reported.
    steps: int
    params: dict[str, float | int | str | bool]
    #: Why the model could not be used, where that is why it counts as pruned.
    reason: str | None = None


class Tuning(Record):
    """What a study found, and on what."""

    format: int
    family: str
    table: str
    truth: str
    table_hash: str
    #: Of the stratified split, the proposals and the models.
    seed: int
    rows: dict[str, int]
    #: The best trial's, with defaults where nothing was searched: what `freeze` takes.
    hyperparameters: dict[str, float | int | str | bool]
    best: Trial
    trials: tuple[Trial, ...]
    libraries: dict[str, str]

    def to_json(self) -> str:
        """JSON with sorted keys, two spaces."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"


def tune(
    table: EvaluationTable,
    family: str,
    folder: Path,
    *,
    trials: int,
    seed: int,
    progress: Progress | None = None,
) -> Tuning:
    """Search the family's space (Table 7) for the smallest error on the validation rows.

    Single models are fitted on `stratified_split(table, seed).train` and measured on `.val`; no test
    row is touched. The family's own hyperparameters are the first trial.

    Trials that ended are in the folder's journal; run again, with more trials or after an
    interruption, the study goes on. Trial k depends on the seed and the trials before it alone, so
    that a study that was interrupted finds exactly what it would have found without: the trial that
    was open is run anew. One process a folder.

    Args:
        table: Holds the rows.
        family: A name in `FAMILIES`.
        folder: Of this study alone; gets `journal.log`, and `tuning.json` at the end.
        trials: Number of trials in all, with those of earlier runs.
        seed: Of the split, the proposals and the models. A release's test rows are those of the split
            with the release's own seed: tune with the same.
        progress: Called after each trial.

    Raises:
        TuningError: The family is unknown, the table has too few rows, the folder is another study's or its
            journal is broken, or no trial gave a model.
        MissingExtra: Optuna is not installed.
    """
    if family not in FAMILIES:
        raise TuningError(f"no family {family!r}; there are: {', '.join(sorted(FAMILIES))}")
    optuna = import_optuna()
    split = stratified_split(table, seed)
    if len(split.val) < _LEAST_VAL:
        raise TuningError(
            f"table {table.name} has {len(table)} rows, of which {len(split.val)} validate, too few to "
            f"measure on: {_ENOUGH} architectures of one optimizer are enough"
        )
    objective = _Objective(
        FAMILIES[family], examples(table, split.train), examples(table, split.val), seed, optuna
    )
    with quiet(optuna):
        journal = _open_journal(optuna, folder, _identity(table, family, objective, seed))
        study = optuna.create_study(study_name=f"{family}-{seed}")
        study.add_trials(journal.trials)
        for number in range(len(study.trials), trials):
            _run_trial(optuna, study, objective)
            journal.add_trial(study.trials[number])
            if progress is not None:
                progress(number + 1, trials, _smallest(study.trials))
        found = [_described(trial) for trial in study.trials]
    best = _best(found)
    tuning = Tuning(
        format=_FORMAT,
        family=family,
        table=table.name,
        truth=table.truth,
        table_hash=table.content_hash,
        seed=seed,
        rows={"train": len(split.train), "val": len(split.val)},
        hyperparameters={**objective.family.hyperparameters, **best.params},
        best=best,
        trials=tuple(found),
        libraries=installed(("optuna", *objective.family.libraries)),
    )
    write_text(folder / FILE, tuning.to_json())
    return tuning


def read_tuning(path: Path) -> Tuning:
    """Read a `tuning.json`.

    Raises:
        TuningError: There is none, or it is of a newer format, or entries are missing or unknown.
    """
    try:
        entries = parse_object(read_bytes(path, _MOST_BYTES))
        newest = int(entries["format"])
    except (OSError, LookupError, TypeError, ValueError, OverflowError) as error:
        raise TuningError(f"{path}: not a result of `nb301 tune` ({one_line(str(error))})") from None
    if newest > _FORMAT:
        raise TuningError(
            f"{path}: format {newest} is newer than {_FORMAT}, the newest that this version of nb301 "
            "reads: upgrade nb301"
        )
    try:
        return Tuning.model_validate(entries)
    except ValidationError as error:
        raise TuningError(f"{path}: {first_wrong(error)}") from None


def tuned_hyperparameters(path: Path, table: EvaluationTable, family: str, seed: int) -> Hyperparameters:
    """Read the hyperparameters of a `tuning.json` for a release.

    Args:
        path: The file.
        table: What the release is fitted on. Hyperparameters of another table may be used.
        family: The release's.
        seed: Of the release's split.

    Raises:
        TuningError: They are another family's, or were tuned on rows that the release is tested on.
    """
    tuning = read_tuning(path)
    if tuning.family != family:
        raise TuningError(f"{path}: hyperparameters of family {tuning.family!r}, not of {family!r}")
    if tuning.table_hash == table.content_hash and tuning.seed != seed:
        raise TuningError(
            f"{path}: tuned on the split of seed {tuning.seed}, whose validation rows are among the test "
            f"rows of seed {seed}: tune with --seed {seed}"
        )
    return tuning.hyperparameters


@dataclass(frozen=True, slots=True)
class _Objective:
    """Fits a configuration and measures it."""

    family: Family
    train: Examples
    val: Examples
    seed: int
    optuna: ModuleType

    @property
    def space(self) -> dict[str, Domain]:
        """The family's space; a range that its default is out of is widened to have it as a trial."""
        return {
            name: _widened(domain, self.family.hyperparameters[name])
            for name, domain in self.family.search_space.items()
        }

    @property
    def defaults(self) -> dict[str, Any]:
        """The family's own configuration."""
        own = self.family.hyperparameters
        return {name: _in_range(domain, own[name]) for name, domain in self.space.items()}

    def __call__(self, trial: OpenTrial, rungs: frozenset[int]) -> float:
        """Mean squared error of the validation predictions, squared fraction."""
        params = {name: _suggest(trial, name, domain) for name, domain in self.space.items()}
        steps = 0

        def report(step: int, error: float) -> None:
            nonlocal steps
            steps = step
            # Optuna copies the whole trial for every question; only at rungs does its answer matter
            if step in rungs:
                trial.report(error, step)
                if trial.should_prune():
                    raise self.optuna.TrialPruned

        try:
            predicted = self._predicted(params, report)
        except (
            ValueError,
            ArithmeticError,
            ReleaseError,
        ) as error:  # of the libraries, and of too large trees
            trial.set_user_attr("reason", str(error))
            # pruned and not failed: TPE learns from pruned trials where not to look
            raise self.optuna.TrialPruned from None
        finally:
            trial.set_user_attr("steps", steps)
        trial.set_user_attr("r2", r2(self.val.target, predicted))
        trial.set_user_attr("sparse_kendall_tau", sparse_kendall_tau(self.val.target, predicted))
        return float(np.mean((predicted - self.val.target) ** 2))

    def _predicted(self, params: Hyperparameters, report: Report) -> NDArray[np.float64]:
        """Predictions of the validation rows, fractions, as a release's would be read from its file."""
        hyperparameters = {**self.family.hyperparameters, **params}
        file = self.family.fit(self.train, self.val, self.seed, hyperparameters, report)
        predicted: NDArray[np.float64] = self.family.load([file]).predict(self.val.codes)[0]
        if not np.isfinite(predicted).all():
            raise ValueError("predictions are not finite")
        return predicted


def _run_trial(optuna: ModuleType, study: Study, objective: _Objective) -> None:
    """Run the next trial; it depends on the trials before it and on the seed alone."""
    number = len(study.trials)
    # a generator a trial: none has a state that an interruption could lose
    entropy = np.random.SeedSequence([objective.seed, number]).generate_state(1)
    study.sampler = optuna.samplers.TPESampler(seed=int(entropy[0]))
    study.pruner = optuna.pruners.NopPruner()  # with Hyperband, TPE would learn from one bracket only
    if number == 0:
        study.enqueue_trial(objective.defaults)
    trial = study.ask()
    # the first trial, of the defaults, says how long fits are
    full = study.trials[0].user_attrs["steps"] if number else 0
    lowest = max(1, full // _REDUCTION**_RUNGS)
    if full > 1:
        study.pruner = optuna.pruners.HyperbandPruner(lowest, full, _REDUCTION)
    rungs = frozenset(lowest * _REDUCTION**k for k in range(_RUNGS + 2) if lowest * _REDUCTION**k < full)
    try:
        study.tell(trial, objective(trial, rungs))
    except optuna.TrialPruned:
        study.tell(trial, state=optuna.trial.TrialState.PRUNED)


def _widened(domain: Domain, default: Any) -> Domain:
    if not isinstance(domain, Range) or (domain.log and default <= 0):
        return domain
    return domain._replace(low=min(domain.low, default), high=max(domain.high, default))


def _in_range(domain: Domain, default: Any) -> Any:
    """The default; the lowest value where a range is logarithmic, and the default is 0."""
    return max(domain.low, default) if isinstance(domain, Range) else default


def _suggest(trial: OpenTrial, name: str, domain: Domain) -> Any:
    if not isinstance(domain, Range):
        return trial.suggest_categorical(name, domain)
    if isinstance(domain.low, int) and isinstance(domain.high, int):
        return trial.suggest_int(name, domain.low, domain.high, log=domain.log)
    return trial.suggest_float(name, domain.low, domain.high, log=domain.log)


def _identity(table: EvaluationTable, family: str, objective: _Objective, seed: int) -> dict[str, Any]:
    """What makes a study another one, in words that JSON gives back."""
    space = {"space": objective.space, "defaults": dict(objective.family.hyperparameters)}
    return {
        "family": family,
        "table": table.name,
        "content of the table": table.content_hash,
        "split seed": seed,
        "search space": sha256(json.dumps(space, sort_keys=True).encode()),
    }


def _open_journal(optuna: ModuleType, folder: Path, identity: Mapping[str, Any]) -> Study:
    """The study of all trials that ended; nothing in the file is ever unpickled.

    Raises:
        TuningError: The folder is another study's, or the file is no journal.
    """
    from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / JOURNAL
    try:
        with Journal(path, '{"op_code":') as mended:
            for line in mended.lines():
                parse_object(line)
        backend = JournalFileBackend(str(path), JournalFileOpenLock(str(path)))
        study: Study = optuna.create_study(
            study_name="tuning", storage=optuna.storages.JournalStorage(backend), load_if_exists=True
        )
        found = study.user_attrs.get("identity")
        dict(found or {})
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        raise TuningError(
            f"{path}: not a journal of `nb301 tune` ({one_line(str(error))}): choose another folder"
        ) from None
    if found is None:
        study.set_user_attr("identity", dict(identity))
        found = identity
    for key, value in identity.items():
        if found.get(key) != value:
            raise TuningError(
                f"{folder} is the study of {key} {shown(found.get(key))}, not of {value!r}: choose another "
                "folder"
            )
    return study


def _described(trial: FrozenTrial) -> Trial:
    attrs = trial.user_attrs
    complete = trial.state.name == "COMPLETE"
    # NaN of constant predictions is no JSON
    measured = {name: attrs.get(name) for name in ("r2", "sparse_kendall_tau")}
    measured = {
        name: value if value is None or math.isfinite(value) else None for name, value in measured.items()
    }
    return Trial(
        number=trial.number,
        state="complete" if complete else "pruned",
        mean_squared_error=trial.value if complete else None,
        **measured,
        steps=attrs["steps"],
        params=trial.params,
        reason=attrs.get("reason"),
    )


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
