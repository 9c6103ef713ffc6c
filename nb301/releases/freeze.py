"""Freezing: fit a family on a table, measure it on the test part, write it with its hashes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.errors import Nb301Error, ReleaseError, one_line, shown
from nb301.files import check_folder, folder_written_whole, sha256
from nb301.metrics import mean_absolute_error, r2, sparse_kendall_tau
from nb301.parsing import NAME, read_bytes
from nb301.places import user_releases
from nb301.releases import facts, training_noise
from nb301.releases import manifest as manifests
from nb301.releases.load import names
from nb301.releases.manifest import FileReference, Manifest, Metrics, SplitReference, TableReference
from nb301.surrogates import FAMILIES, Family, Surrogate, curves, runtime
from nb301.surrogates.ensemble import MEMBERS, Progress, fit_ensemble, mean_and_std
from nb301.surrogates.libraries import installed
from nb301.surrogates.members.base import HOW_IMPORTED, Hyperparameters, fitted_names
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import Split, folds, random_only_split, stratified_split

#: Seed of splits and models of the embedded releases.
SEED = 301
_LIBRARIES = ("lightgbm", "numpy")
#: What a table of random search is called by, which `-rand` says in the names of releases.
_OF_RANDOM_SEARCH = "-random-search"
#: Rows that a correlation needs, and architectures that leave as many for it and one for each fold.
_LEAST_TEST, _ENOUGH = 2, 20


def freeze(
    table: EvaluationTable,
    family: str,
    folder: Path,
    *,
    random_only: bool = False,
    version: str | None = None,
    seed: int = SEED,
    replace: bool = False,
    hyperparameters: Hyperparameters | None = None,
    runtime_table: EvaluationTable | None = None,
    credit: str = "",
    checkpoints: Path | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Fit a release and write it, whole or not at all.

    The table is split once, stratified by optimizer. A random-only release is fitted on random
    search's rows of training and validation, and measured on the test rows of all optimizers
    (Appendix E.3). What trainings of one architecture differ by is fitted, too, see `training_noise`.

    Args:
        table: What to fit on.
        family: A name in `surrogates.FITTED_FAMILIES`.
        folder: Where the release's own folder, named after it, is written.
        random_only: Whether the models see random search's rows alone.
        version: `<major>.<minor>`; by default the table's.
        seed: Of the split, the folds and the models.
        replace: Whether a release of the same name may be overwritten.
        hyperparameters: Used in place of the family's own of the same names.
        runtime_table: What runtimes are fitted to and measured on in place of `table`, by its own
            stratified split.
        credit: Whom to thank for the data, and how to cite them.
        checkpoints: Folder that keeps fitted members, so that an interrupted run goes on.
        processes: Members that are fitted at once.
        progress: Called as (members fitted, members in all).

    Returns:
        The release's folder.

    Raises:
        ReleaseError: The family or a hyperparameter is unknown, members of the family are imported, the
            version, the release's name or the credit is none that it can have, the table has too few rows
            (says how many are enough), there are no runtimes, the family cannot be fitted to it, the release
            exists and `replace` is not set, or it would have an embedded one's name among the user's.
        TableError: A table has too few rows to be split.
        OutputError: The folder cannot be written, or holds more than a release.
    """
    version = table.version if version is None else version
    name = _name(table, family, version, random_only=random_only)
    target = folder / name
    _check_target(target, replace=replace)
    _check_credit(credit)
    used = _hyperparameters(family, hyperparameters or {})
    split = (random_only_split if random_only else stratified_split)(table, seed)
    timed = _Timed(table, split)
    if runtime_table is not None:
        timed = _Timed(runtime_table, stratified_split(runtime_table, seed))
    draft = _Draft(name, version, FAMILIES[family], table, split, seed, used, timed, credit)
    _require_rows(draft)
    _require_runtimes(draft)
    check_folder(target, _release_files)
    files = _fitted(draft, checkpoints, processes, progress)
    manifest = _manifest(draft, files)
    with folder_written_whole(target, _release_files) as temporary:
        for file, data in files.items():
            (temporary / file).write_bytes(data)
        (temporary / facts.FILE).write_text(manifest.to_json(), encoding="utf-8")
    return target


@dataclass(frozen=True, slots=True)
class _Timed:
    """Where runtimes come from."""

    table: EvaluationTable
    split: Split

    @property
    def seconds_left_out(self) -> NDArray[np.float64]:
        """Runtimes of the test rows, shape (n,)."""
        return self.table.rows["runtime"].to_numpy(dtype=np.float64)[self.split.test]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A release before it is fitted: what it is fitted to, and with."""

    name: str
    version: str
    family: Family
    table: EvaluationTable
    split: Split
    seed: int
    hyperparameters: dict[str, float | int | str | bool]
    timed: _Timed
    credit: str


def _name(table: EvaluationTable, family: str, version: str, *, random_only: bool) -> str:
    """The release's name, where family and version are such that it can have one."""
    if family not in FAMILIES:
        raise ReleaseError(f"no family {family!r}; there are: {', '.join(fitted_names(FAMILIES))}")
    if not FAMILIES[family].is_fitted:
        raise ReleaseError(f"{family} models are {HOW_IMPORTED}")
    if not re.fullmatch(manifests.VERSION, version):
        raise ReleaseError(f"version {shown(version)}: expected two numbers <major>.<minor>, such as 1.0")
    stem, kind = (table.name.removesuffix(_OF_RANDOM_SEARCH), "-rand") if random_only else (table.name, "")
    name = f"{stem}-{family}{kind}-v{version}"
    if not re.fullmatch(NAME, name):
        raise ReleaseError(f"release {shown(name)} would have a name of more than 100 letters")
    return name


def _check_target(target: Path, *, replace: bool) -> None:
    """Check that a release's folder takes the place of no other release."""
    if target.parent.absolute() == user_releases() and target.name in names():
        raise ReleaseError(f"{target.name} is the name of an embedded release: choose another version")
    if target.exists() and not replace:
        raise ReleaseError(f"{target} exists: a release is never changed; choose another version")


def _check_credit(credit: str) -> None:
    try:
        manifests.check_credit(credit)
    except ValueError as error:
        raise ReleaseError(f"credit {shown(credit)}: {error}") from None


def _release_files(folder: Path) -> list[str]:
    """Names of the files of a release, whether they are whole or not."""
    path = folder / facts.FILE
    return [facts.FILE, *manifests.read_manifest(read_bytes(path, facts.LARGEST), str(path)).files]


def _hyperparameters(family: str, others: Hyperparameters) -> dict[str, float | int | str | bool]:
    """The family's own, with others in the place of those of their names."""
    try:
        return dict(FAMILIES[family].with_hyperparameters(others).hyperparameters)
    except ValueError as error:
        raise ReleaseError(str(error)) from None


def _require_rows(draft: _Draft) -> None:
    """Make sure that every member has rows to stop on, and that the rest can be measured."""
    table, split = draft.table, draft.split
    smallest = min(map(len, folds(table, split.fitting, MEMBERS, draft.seed)))
    if smallest < 1 or len(split.test) < _LEAST_TEST:
        counts = ", ".join(f"{n} for {part}" for part, n in split.counts().items())
        raise ReleaseError(
            f"table {table.name} has {len(table)} rows ({counts}), too few to freeze: {_ENOUGH} "
            "architectures of one optimizer are enough"
        )


def _require_runtimes(draft: _Draft) -> None:
    """Make sure that runtimes can be fitted and measured, which every release predicts."""
    table, split = draft.timed.table, draft.timed.split
    runtimes = table.rows["runtime"].iloc[np.concatenate([split.fitting, split.test])]
    if runtimes.isna().any():
        raise ReleaseError(
            f"table {table.name} has no runtime for {runtimes.isna().sum():,} of {len(runtimes):,} rows: a "
            "release predicts runtimes, too; take seconds into the table, or fit them to another one "
            "(runtime_table, --runtime-table NAME|FILE)"
        )
    if len(split.test) < _LEAST_TEST:
        raise ReleaseError(
            f"table {table.name} has {len(table)} rows, too few to measure runtimes: {_ENOUGH} architectures "
            "of one optimizer are enough"
        )


def _fitted(
    draft: _Draft, checkpoints: Path | None, processes: int, progress: Progress | None
) -> dict[str, bytes]:
    """All files of the release but its manifest: the members, and the models of runtimes and learning curves.

    Raises:
        ReleaseError: The family cannot be fitted to the table.
    """
    try:
        members = fit_ensemble(
            draft.family,
            draft.table,
            draft.split,
            draft.seed,
            hyperparameters=draft.hyperparameters,
            checkpoints=checkpoints,
            processes=processes,
            progress=progress,
        )
        runtimes = runtime.fit(draft.timed.table, draft.timed.split, draft.seed)
        return {**members, **runtimes, **curves.fit(draft.table, draft.split)}
    except Nb301Error:
        raise
    except (ValueError, TypeError, ArithmeticError) as error:  # of the libraries
        raise ReleaseError(
            f"{draft.family.name} cannot be fitted to {draft.table.name}: {one_line(str(error))}"
        ) from error


def _manifest(draft: _Draft, files: dict[str, bytes]) -> Manifest:
    table, split, timed = draft.table, draft.split, draft.timed
    surrogate = draft.family.load([files[name] for name in draft.family.files(MEMBERS)])
    references = {name: FileReference(sha256=sha256(data), bytes=len(data)) for name, data in files.items()}
    return Manifest(
        format=manifests.FITTED_FORMAT,
        name=draft.name,
        version=draft.version,
        family=draft.family.name,
        optimizers=tuple(sorted(set(table.rows["optimizer"].iloc[split.fitting]))),
        table=_reference(table),
        split=SplitReference(kind="stratified", seed=draft.seed, **split.counts()),
        seed=draft.seed,
        members=MEMBERS,
        hyperparameters=draft.hyperparameters,
        runtime_hyperparameters=dict(runtime.HYPERPARAMETERS),
        libraries=installed((*draft.family.libraries, *_LIBRARIES)),
        metrics=_measured(draft, surrogate, runtime.RuntimeModel(files)),
        files=references,
        noise=training_noise.fit_to_table(surrogate, table, split, draft.seed, MEMBERS),
        runtime_table=None if timed.table is table else _reference(timed.table),
        credit=draft.credit,
    )


def _reference(table: EvaluationTable) -> TableReference:
    return TableReference(
        name=table.name,
        version=table.version,
        truth=table.truth,
        content_hash=table.content_hash,
        rows=len(table),
    )


def _measured(draft: _Draft, surrogate: Surrogate, runtime_model: runtime.RuntimeModel) -> Metrics:
    """Measure the files as they will be loaded, on the test rows of all optimizers."""
    test = draft.table.rows.iloc[draft.split.test]
    codes = draft.table.codes[draft.split.test]
    truth = test["val_accuracy"].to_numpy()
    mean, std = mean_and_std(surrogate.predict(codes))
    timed = draft.timed
    explained = r2(timed.seconds_left_out, runtime_model.predict(timed.table.codes[timed.split.test]))
    scores = {
        "r2": r2(truth, mean),
        "sparse_kendall_tau": sparse_kendall_tau(truth, mean),
        "mean_absolute_error": mean_absolute_error(truth, mean),
        "mean_std": float(exact.mean(std)),
    }
    for name, score in scores.items():
        if not math.isfinite(score):
            raise ReleaseError(
                f"{name} is {score} on the {len(test)} test rows of {draft.table.name}, which are alike, or "
                "predicted alike: a release needs rows that differ"
            )
    return Metrics(**scores, runtime_r2=explained if math.isfinite(explained) else None)
