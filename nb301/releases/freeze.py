"""Freezing: fit a family on a table, measure it on the test part, write it with its hashes."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from nb301 import exact
from nb301.errors import Nb301Error, ReleaseError, one_line, shown
from nb301.files import check_folder, folder_written_whole, sha256
from nb301.metrics import mean_absolute_error, r2, sparse_kendall_tau
from nb301.parsing import NAME, read_bytes
from nb301.places import user_folder
from nb301.releases import manifest as manifests
from nb301.releases.load import names
from nb301.releases.manifest import FileReference, Manifest, Metrics, SplitReference, TableReference
from nb301.surrogates import FAMILIES, Surrogate, runtime
from nb301.surrogates.ensemble import MEMBERS, Progress, fit_ensemble, mean_and_std
from nb301.surrogates.libraries import installed
from nb301.surrogates.members.base import Hyperparameters
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import Split, folds, random_only_split, stratified_split

#: Seed of splits and models of the embedded releases.
SEED = 301
_LIBRARIES = ("lightgbm", "numpy")
#: Rows that a correlation needs, and architectures that leave as many for it and one for each fold.
_LEAST_TEST, _ENOUGH = 2, 20


def freeze(
    table: EvaluationTable,
    family: str,
    folder: Path,
    *,
    random_only: bool = False,
    version: str = "1.0",
    seed: int = SEED,
    replace: bool = False,
    hyperparameters: Hyperparameters | None = None,
    checkpoints: Path | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Fit a release and write it, whole or not at all.

    The table is split once, stratified by optimizer. A random-only release is fitted on random
    search's rows of training and validation, and measured on the test rows of all optimizers
    (Appendix E.3).

    Args:
        table: What to fit on.
        family: A name in `FAMILIES`.
        folder: Where the release's own folder, named after it, is written.
        random_only: Whether the models see random search's rows alone.
        version: `<major>.<minor>`.
        seed: Of the split, the folds and the models.
        replace: Whether a release of the same name may be overwritten.
        hyperparameters: Used in place of the family's own of the same names.
        checkpoints: Folder that keeps fitted members, so that an interrupted run goes on.
        processes: Members that are fitted at once.
        progress: Called as (members fitted, members in all).

    Returns:
        The release's folder.

    Raises:
        ReleaseError: The family or a hyperparameter is unknown, the version or the release's name is none
            that it can have, the table has too few rows (says how many are enough), the family cannot be
            fitted to it, the release exists and `replace` is not set, or it would have an embedded one's
            name among the user's.
        OutputError: The folder cannot be written, or holds more than a release.
    """
    if family not in FAMILIES:
        raise ReleaseError(f"no family {family!r}; there are: {', '.join(sorted(FAMILIES))}")
    if not re.fullmatch(manifests.VERSION, version):
        raise ReleaseError(f"version {shown(version)}: expected two numbers <major>.<minor>, such as 1.0")
    name = f"{table.name}-{family}{'-rand' if random_only else ''}-v{version}"
    if not re.fullmatch(NAME, name):
        raise ReleaseError(f"release {shown(name)} would have a name of more than 100 letters")
    target = folder / name
    if folder.absolute() == user_folder() and name in names():
        raise ReleaseError(f"{name} is the name of an embedded release: choose another version")
    if target.exists() and not replace:
        raise ReleaseError(f"{target} exists: a release is never changed; choose another version")
    used = _hyperparameters(family, hyperparameters or {})
    seen = (random_only_split if random_only else stratified_split)(table, seed)
    _require_rows(table, seen, seed)
    _require_runtimes(table, seen)
    check_folder(target, _release_files)
    try:
        members = fit_ensemble(
            FAMILIES[family],
            table,
            seen,
            seed,
            hyperparameters=used,
            checkpoints=checkpoints,
            processes=processes,
            progress=progress,
        )
        files = {**members, **runtime.fit(table, seen, seed)}
    except Nb301Error:
        raise
    except (ValueError, TypeError, ArithmeticError) as error:  # of the libraries
        raise ReleaseError(f"{family} cannot be fitted to {table.name}: {one_line(str(error))}") from error
    manifest = Manifest(
        format=manifests.FORMAT,
        name=name,
        version=version,
        family=family,
        optimizers=tuple(sorted(set(table.rows["optimizer"].iloc[seen.fitting]))),
        table=_reference(table),
        split=SplitReference(kind="stratified", seed=seed, **seen.counts()),
        seed=seed,
        members=len(members),
        hyperparameters=used,
        runtime_hyperparameters=dict(runtime.HYPERPARAMETERS),
        libraries=installed((*FAMILIES[family].libraries, *_LIBRARIES)),
        metrics=_measured(table, seen, FAMILIES[family].load([*members.values()]), files),
        files={name: FileReference(sha256=sha256(data), bytes=len(data)) for name, data in files.items()},
    )
    with folder_written_whole(target, _release_files) as temporary:
        for file, data in files.items():
            (temporary / file).write_bytes(data)
        (temporary / manifests.FILE).write_text(manifest.to_json(), encoding="utf-8")
    return target


def _release_files(folder: Path) -> list[str]:
    """Names of the files of a release, whether they are whole or not."""
    path = folder / manifests.FILE
    return [manifests.FILE, *manifests.read_manifest(read_bytes(path, manifests.LARGEST), str(path)).files]


def _hyperparameters(family: str, given: Hyperparameters) -> dict[str, float | int | str | bool]:
    """The family's own, with those that were given in their place."""
    own = FAMILIES[family].hyperparameters
    for name in given:
        if name not in own:
            raise ReleaseError(
                f"{family} has no hyperparameter {name!r}; there are: {', '.join(sorted(own))}"
            )
        kind, value = type(own[name]), given[name]
        whole = kind is float and type(value) is int
        if not (type(value) is kind or whole) or (isinstance(value, float) and not math.isfinite(value)):
            raise ReleaseError(f"{family}: {name} is {shown(value)}, expected {kind.__name__}, finite")
    return {**own, **given}


def _require_rows(table: EvaluationTable, split: Split, seed: int) -> None:
    """Make sure that every member has rows to stop on, and that the rest can be measured."""
    smallest = min(map(len, folds(table, split.fitting, MEMBERS, seed)))
    if smallest < 1 or len(split.test) < _LEAST_TEST:
        counts = ", ".join(f"{n} for {part}" for part, n in split.counts().items())
        raise ReleaseError(
            f"table {table.name} has {len(table)} rows ({counts}), too few to freeze: {_ENOUGH} "
            "architectures of one optimizer are enough"
        )


def _reference(table: EvaluationTable) -> TableReference:
    return TableReference(
        name=table.name,
        version=table.version,
        truth=table.truth,
        content_hash=table.content_hash,
        rows=len(table),
    )


def _require_runtimes(table: EvaluationTable, split: Split) -> None:
    """Make sure that runtimes can be fitted and measured, which every release predicts."""
    used = table.rows["runtime"].iloc[np.concatenate([split.fitting, split.test])]
    if used.isna().any():
        raise ReleaseError(
            f"table {table.name} has no runtime for {used.isna().sum():,} of {len(used):,} rows: a release "
            "predicts runtimes, too; take seconds into the table"
        )


def _measured(table: EvaluationTable, split: Split, surrogate: Surrogate, files: dict[str, bytes]) -> Metrics:
    """Measure the files as they will be loaded, on the test rows of all optimizers."""
    test = table.rows.iloc[split.test]
    codes = table.codes[split.test]
    truth = test["val_accuracy"].to_numpy()
    mean, std = mean_and_std(surrogate.predict(codes))
    seconds = runtime.RuntimeModel(files).predict(codes)
    explained = r2(test["runtime"].to_numpy(), seconds)
    measured = {
        "r2": r2(truth, mean),
        "sparse_kendall_tau": sparse_kendall_tau(truth, mean),
        "mean_absolute_error": mean_absolute_error(truth, mean),
        "mean_std": float(exact.mean(std)),
    }
    for name, value in measured.items():
        if not math.isfinite(value):
            raise ReleaseError(
                f"{name} is {value} on the {len(test)} test rows of {table.name}, which are alike, or "
                "predicted alike: a release needs rows that differ"
            )
    return Metrics(**measured, runtime_r2=explained if math.isfinite(explained) else None)
