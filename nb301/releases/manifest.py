"""The manifest of a release: what it is, what it was fitted on, and the hash of every file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from nb301.errors import ReleaseError, is_one_line, one_line, shown
from nb301.files import sha256
from nb301.parsing import NAME, parse_object
from nb301.records import Record, first_wrong
from nb301.releases.facts import LARGEST_FILES, LARGEST_MAPPED

#: Newest manifest format that this version reads: that of imported releases, of which more is unknown.
FORMAT = 3
#: The format of releases that are fitted here.
FITTED_FORMAT = 2
#: Most members of a release.
MOST_MEMBERS = 1000
#: Families of imported releases, by the library that wrote their members.
IMPORTED_FAMILIES = {"xgboost": "official-xgb", "lightgbm": "official-lgb", "torch": "official-gin"}

#: Entries that manifests have since a format; older ones are written back without them.
_SINCE = {2: ("credit", "noise", "runtime_table"), 3: ("imported",)}
#: Letters of a credit.
_MOST_CREDIT = 2000

#: `<major>.<minor>`; and names of folders, on every system.
VERSION = r"[0-9]{1,9}\.[0-9]{1,9}"
_Name = Annotated[str, Field(pattern=f"^{NAME}$")]


def _is_truth(text: str) -> str:
    # no pattern: what takes classes of Unicode takes 40 ms to compile
    if not (0 < len(text) <= 100 and is_one_line(text) and not text.startswith(" ")):
        raise ValueError("expected at most 100 printable characters")
    return text


def check_credit(text: str) -> str:
    """Give a credit back if a manifest can hold it; raises `ValueError` if not."""
    if len(text) > _MOST_CREDIT or not is_one_line(text):
        raise ValueError(f"expected at most {_MOST_CREDIT:,} printable characters, in one line")
    return text


def _is_line(text: str) -> str:
    if not (0 < len(text) <= 500 and is_one_line(text)):
        raise ValueError("expected at most 500 printable characters, in one line")
    return text


_Truth = Annotated[str, AfterValidator(_is_truth)]
_Credit = Annotated[str, AfterValidator(check_credit)]
_Line = Annotated[str, AfterValidator(_is_line)]
_Fraction = Annotated[float, Field(ge=0, le=1)]
_Std = Annotated[float, Field(gt=0, le=1)]
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class TableReference(Record):
    """The evaluation table that a release was fitted on."""

    #: The table's.
    name: _Name
    #: The table's.
    version: _Name
    #: Name and version of the ground truth.
    truth: _Truth
    #: None of an imported release, whose table nobody here has seen, as is `rows`.
    content_hash: _Sha256 | None
    #: How many it has.
    rows: int | None


class SplitReference(Record):
    """How the table was split; equal table and seed give the same parts."""

    kind: Literal["stratified"]
    seed: int
    #: Rows in the part.
    train: int
    #: Rows in the part.
    val: int
    #: Rows in the part.
    test: int


class Noise(Record):
    """What trainings of one architecture differ by: the std of a normal distribution, see `training_noise`.

    Its logarithm is linear in the mean accuracy between `low` and `high`, and constant outside.
    """

    #: Mean accuracies, fractions.
    low: _Fraction
    high: _Fraction
    #: Standard deviations there, fractions.
    std_at_low: _Std
    std_at_high: _Std

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"low is {self.low}, expected less than high, {self.high}")
        return self


class FileReference(Record):
    """One file of a release."""

    #: 64 hex digits.
    sha256: _Sha256
    #: Its size.
    bytes: int = Field(ge=0, le=LARGEST_MAPPED)


class Metrics(Record):
    """Measured on the test part when the release was frozen; fractions and correlations.

    `runtime_r2` is of the test part of the manifest's `runtime_table`, where it has one.
    """

    #: See `metrics`.
    r2: float
    #: See `metrics`.
    sparse_kendall_tau: float
    #: Fraction.
    mean_absolute_error: float
    #: Mean of the members' std, fraction.
    mean_std: float
    #: None where all test rows took the same time.
    runtime_r2: float | None


class ImportedMember(Record):
    """The file that a member was imported from."""

    #: Within the ensemble's folder, such as `0/xgb/20201000-6/surrogate_model.model`.
    path: _Line
    bytes: int = Field(ge=0, le=LARGEST_FILES)
    sha256: _Sha256
    #: What wrote it, and in which version, as far as it says, such as `xgboost 1.1`.
    library: _Line
    #: Officially numpy's global generator gets the first member's (F40); None where a later one has none.
    seed: int | None = Field(ge=0, lt=2**32)


class ImportedEnsemble(Record):
    """Official models, as they were found; members in the order of their paths, numbers by their value."""

    #: Name of its folder, such as `xgb_v1.0`.
    folder: _Line
    #: Official name of what its members are, such as `gnn_gin`.
    model: _Line
    members: tuple[ImportedMember, ...] = Field(min_length=1, max_length=MOST_MEMBERS)


class Imported(Record):
    """What a release was imported from."""

    accuracy: ImportedEnsemble
    #: None where there was none: `runtime_table` then is what its runtimes were fitted to.
    runtime: ImportedEnsemble | None
    #: What of the original is not kept, a sentence each.
    not_kept: tuple[_Line, ...]


class Manifest(Record):
    """Everything that identifies a release and lets it be rebuilt."""

    format: int
    #: The release's, without version.
    name: _Name
    #: The release's.
    version: str = Field(pattern=f"^{VERSION}$")
    #: Name in `surrogates.FAMILIES`.
    family: str
    #: Sources of the rows that the models saw; the test part has rows of all sources.
    optimizers: tuple[str, ...]
    table: TableReference
    #: None of an imported release: its split cannot be made again (F32).
    split: SplitReference | None
    #: Of every random draw of the fits.
    seed: int
    members: int = Field(ge=1, le=MOST_MEMBERS)
    hyperparameters: dict[str, float | int | str | bool]
    runtime_hyperparameters: dict[str, float | int | str | bool]
    #: Versions that fitted it, by name.
    libraries: dict[str, str]
    #: None of an imported release: nothing was measured here.
    metrics: Metrics | None
    #: All files of the release, by name.
    files: dict[str, FileReference]
    #: None where draws have the members' std.
    noise: Noise | None = None
    #: The table that runtimes were fitted on, where it is another one.
    runtime_table: TableReference | None = None
    #: Whom to thank for the data, and how to cite them.
    credit: _Credit = ""
    #: What it was imported from; None where it was fitted here.
    imported: Imported | None = None

    @model_validator(mode="after")
    def _check_format(self) -> Self:
        for since, name in _entries_since():
            if self.format >= since and name not in self.model_fields_set:
                raise ValueError(f"{name} is missing, which format {since} has")
            if self.format < since and name in self.model_fields_set:
                raise ValueError(f"{name} is an entry of format {since}, but this is format {self.format}")
        return self

    @model_validator(mode="after")
    def _check_fitted(self) -> Self:
        """Only of an imported release is something unknown."""
        known = {
            "split": self.split,
            "metrics": self.metrics,
            "table.content_hash": self.table.content_hash,
            "table.rows": self.table.rows,
        }
        for name, value in known.items():
            if value is None and self.imported is None:
                raise ValueError(f"{name} is null, which only an imported release's is")
        return self

    @model_validator(mode="after")
    def _check_imported(self) -> Self:
        """An imported release says of itself what it says of what it was imported from."""
        if self.imported is None:
            return self
        imported = len(self.imported.accuracy.members)
        if imported != self.members:
            raise ValueError(f"members is {self.members}, but imported.accuracy has {imported}")
        for member in self.imported.accuracy.members:
            written_by = member.library.split(" ")[0]
            if IMPORTED_FAMILIES.get(written_by) != self.family:
                raise ValueError(f"family is {shown(self.family)}, but a member is of {shown(written_by)}")
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"seed is {self.seed}, expected that of a member, 0 to {2**32 - 1}")
        if self.noise is not None:
            raise ValueError("noise is set, but draws of an imported release have its members' std")
        if (self.imported.runtime is None) != (self.runtime_table is not None):
            raise ValueError("expected one of imported.runtime and runtime_table, the other null")
        return self

    @model_serializer(mode="wrap")
    def _of_its_format(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        entries: dict[str, Any] = serialize(self)
        for since, name in _entries_since():
            if self.format < since:
                entries.pop(name, None)
        return entries

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, two spaces; its bytes are what `release_hash` hashes.

        Returns:
            Text that `read_manifest` reads.
        """
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True) + "\n"

    @property
    def release_hash(self) -> str:
        """SHA-256 of the manifest, which names the SHA-256 of every file: 64 hex digits."""
        return sha256(self.to_json().encode())

    @property
    def truth(self) -> str:
        """The ground truth that every number of this release rests on."""
        return self.table.truth

    @property
    def measured(self) -> Metrics:
        """What was measured when it was frozen.

        Raises:
            ReleaseError: It was imported.
        """
        if self.metrics is None:
            raise ReleaseError(f"release {self.name} was imported, so nothing of it was measured here")
        return self.metrics

    @property
    def fitted_split(self) -> SplitReference:
        """How its table was split.

        Raises:
            ReleaseError: It was imported.
        """
        if self.split is None:
            raise ReleaseError(
                f"release {self.name} was imported: which rows of {self.table.name} it was fitted to is "
                "not known"
            )
        return self.split

    @property
    def random_only(self) -> bool:
        """Whether the models saw random search's rows alone (Appendix E.3)."""
        return self.optimizers == ("rs",)


def _entries_since() -> Iterator[tuple[int, str]]:
    """Entries that not all formats have, each with the first format that has it."""
    for since, names in _SINCE.items():
        for name in names:
            yield since, name


def read_manifest(text: str | bytes, where: str) -> Manifest:
    """Read a manifest.

    Args:
        text: The file's text.
        where: Named in errors.

    Raises:
        ReleaseError: Not JSON, of a newer format, or entries are missing, unknown or of another type.
    """
    try:
        entries = parse_object(text)
        written = int(entries["format"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ReleaseError(f"{where}: not a release manifest ({one_line(str(error))})") from None
    if written > FORMAT:
        raise ReleaseError(
            f"{where}: manifest format {written} is newer than {FORMAT}, the newest that this version "
            "of nb301 reads: upgrade nb301"
        )
    try:
        return Manifest.model_validate(entries)
    except ValidationError as error:
        raise ReleaseError(f"{where}: {first_wrong(error)}") from None
