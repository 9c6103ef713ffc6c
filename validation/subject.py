"""What is validated: anything that predicts accuracies, with the table and the ground truth behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import count
from pathlib import Path

from nb301.benchmark import Benchmark
from nb301.errors import DataMissing, ReleaseError
from nb301.files import sha256
from nb301.releases import Manifest, Release
from nb301.releases.fitted_table import command_for, fitted_table
from nb301.releases.freeze import SEED
from nb301.space import Genotype
from nb301.surrogates import FAMILIES
from nb301.surrogates.ensemble import fit_ensemble, fit_one, missing
from nb301.surrogates.members.base import Family
from nb301.tables import load as load_table
from nb301.tables import user_names
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import Split
from nb301.truth.emulated import EmulatedTruth
from validation.answers import Answers
from validation.fits import NamedRows, RowSet
from validation.intervals import Rows
from validation.missing_table import MissingTable
from validation.predictors import FittedPredictor, Predictor, ReleasePredictor


class TrainedOn(StrEnum):
    """Which rows of its table a subject's models saw."""

    all_data = "all-data"
    random_only = "random-only"


class NotApplicable(Exception):
    """A claim cannot be measured on a subject, such as one that does not say how it is fitted."""


@dataclass(frozen=True, eq=False)
class Subject:
    """What is validated, and what its claims need.

    Args:
        name: For people.
        key: Tells it from every other one; of a release, its hash.
        predictor: What predicts.
        table: The evaluation table behind it, which may be a `MissingTable`.
        split_seed: Which stratified split of the table it has not seen the test part of.
        trained_on: Rows of the table that its models saw.
        family: How models of its kind are fitted, as a release's members were; None where nobody knows.
        cache: Keeps fitted models and runs, by the hash of what they depend on.
        release: The release, if it is one.
        is_split_known: Whether it is known which rows its models saw; not of imported ones (F32).
        is_kept: Whether the key names all that its answers depend on, so that runs on it may be kept.
        wrap: Changes models that are fitted for claims as the predictor is changed, for saboteurs.
    """

    name: str
    key: str
    predictor: Predictor
    table: EvaluationTable
    split_seed: int
    trained_on: TrainedOn
    family: Family | None
    cache: Path
    release: Release | None = None
    is_split_known: bool = True
    is_kept: bool = True
    wrap: Callable[[Predictor, RowSet], Predictor] = field(default=lambda predictor, _rows: predictor)

    @cached_property
    def split(self) -> Split:
        """The parts of the table; raises what `split_of` does."""
        return self.split_of(NamedRows.stratified)

    @cached_property
    def truth(self) -> EmulatedTruth | None:
        """The ground truth, where it can be asked."""
        emulated = EmulatedTruth()
        return emulated if self.table.truth == f"{emulated.name} {emulated.version}" else None

    def refit(self, rows: RowSet, members: int = 1) -> Predictor:
        """Fit models of the subject's family to other rows, or find them fitted.

        Args:
            rows: Rows of the table to fit to.
            members: One model, stopped on the validation rows, or an ensemble by folds.

        Raises:
            LookupError: The subject has no family.
        """
        if self.family is None:
            raise LookupError(f"{self.name} does not say how it is fitted")
        split, folder = self.split_of(rows), self.cache / "members"
        if members == 1:
            files = [fit_one(self.family, self.table, split, self.split_seed, checkpoints=folder)]
        else:
            fitted = fit_ensemble(
                self.family, self.table, split, self.split_seed, members=members, checkpoints=folder
            )
            files = list(fitted.values())
        noise = None if self.release is None else self.release.manifest.noise
        return self.wrap(FittedPredictor(self.family.load(files), noise), rows)

    def is_fitted(self, rows: RowSet, members: int = 1) -> bool:
        """Whether `refit` finds all models in the cache."""
        if self.family is None:
            return True
        split, folder = self.split_of(rows), self.cache / "members"
        return not missing(self.family, self.table, split, self.split_seed, folder, members=members)

    def split_of(self, rows: RowSet) -> Split:
        """The rows that `refit` fits, and those that it leaves for tests.

        Raises:
            NotApplicable: Which rows its models saw is not known.
            DataMissing: The table is not here.
            TableError: The table does not have them.
        """
        if not self.is_split_known:
            raise NotApplicable(
                f"{self.name} was imported: which rows of {self.table.full_name} its members saw is not known"
            )
        return rows.split_of(self.table, self.split_seed)

    def genotypes(self, rows: Rows) -> list[Genotype]:
        """Architectures of some rows of the table."""
        return [self.table.genotypes[row] for row in rows]


def table_behind(release: Release) -> EvaluationTable:
    """The table that a release names, or a `MissingTable` where it is not on this machine.

    Raises:
        TableError: A table of this user cannot be read.
    """
    reference = release.manifest.table
    if reference.content_hash is not None:
        try:
            return fitted_table(release.manifest)
        except DataMissing as error:
            return MissingTable(reference, str(error))
    name = f"{reference.name}-v{reference.version}"
    if name in user_names():
        return load_table(name)
    reason = (
        f"release {release.name} answers as table {name} was collected, which is not here: "
        f"{command_for(reference.name)} brings one; or give --table FILE.parquet"
    )
    return MissingTable(reference, reason)


def subject_of(release: Release, table: EvaluationTable, cache: Path) -> Subject:
    """A release as a subject.

    Args:
        release: What to validate.
        table: What it was fitted on; see `table_behind`.
        cache: Folder of what is fitted for claims.

    Raises:
        ReleaseError: It was fitted on another table, or in a way that its family does not have, or the table
            splits differently now.
    """
    manifest = release.manifest
    subject = Subject(
        name=release.name,
        key=release.release_hash,
        predictor=ReleasePredictor(Benchmark(release)),
        table=_checked(manifest, table),
        split_seed=SEED if manifest.split is None else manifest.split.seed,
        trained_on=TrainedOn.random_only if manifest.random_only else TrainedOn.all_data,
        family=_family(manifest),
        cache=cache,
        release=release,
        is_split_known=manifest.split is not None,
    )
    if manifest.split is None or isinstance(table, MissingTable):
        return subject
    if len(subject.split.test) != manifest.split.test:
        raise ReleaseError(
            f"release {manifest.name} was measured on {manifest.split.test} test rows, but seed "
            f"{manifest.split.seed} gives {len(subject.split.test)} now: the split is no longer the "
            "one it was fitted with"
        )
    return subject


def foreign_subject(name: str, predictor: Predictor, table: EvaluationTable, cache: Path) -> Subject:
    """Anything that predicts, as a subject.

    Two are never taken for each other, whatever they are called and answer: nothing that can be asked of
    code says what it will answer to everything else, so what is run on it is kept in this process alone.

    Args:
        name: For people.
        predictor: Has not seen the test part of the table's stratified split 301. What it answers is
            checked, see `Answers`.
        table: What its claims are measured on.
        cache: Folder of what is run for claims.
    """
    return Subject(
        name=name,
        key=sha256(f"surrogate {next(_FOREIGN)} of this process: {name}".encode()),
        predictor=Answers(name, predictor),
        table=table,
        split_seed=SEED,
        trained_on=TrainedOn.all_data,
        family=None,
        cache=cache,
        is_kept=False,
    )


#: Numbers surrogates that are no releases.
_FOREIGN = count()


def _family(manifest: Manifest) -> Family | None:
    """The family, whose refits are fitted as the release's members were; None where they were imported."""
    family = FAMILIES[manifest.family]
    if not family.is_fitted:
        return None
    try:
        return family.with_hyperparameters(manifest.hyperparameters)
    except ValueError as error:
        raise ReleaseError(
            f"release {manifest.name} cannot be refitted: {error}; install the nb301 that it came with"
        ) from None


def _checked(manifest: Manifest, table: EvaluationTable) -> EvaluationTable:
    reference = manifest.table
    if reference.content_hash is None:
        if table.truth != reference.truth:
            raise ReleaseError(
                f"release {manifest.name} answers as {reference.truth!r} does, but table {table.full_name} "
                f"is of {table.truth!r}: give one of that truth, or none"
            )
        return table
    if table.content_hash != reference.content_hash:
        raise ReleaseError(
            f"release {manifest.name} was fitted on table {reference.name}-v{reference.version} with "
            f"content hash {reference.content_hash}, but here it has {table.content_hash}: "
            "the rows that the release has not seen are unknown; install the nb301 that it came with"
        )
    return table
