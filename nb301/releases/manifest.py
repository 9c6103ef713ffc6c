"""The manifest of a release: what it is, what it was fitted on, and the hash of every file."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from nb301.errors import ReleaseError, is_one_line, one_line
from nb301.files import sha256
from nb301.parsing import NAME, parse_object
from nb301.records import Record, first_wrong

#: Newest manifest format that this version writes and reads.
FORMAT = 1
FILE = "manifest.json"
#: Most bytes of a manifest, which has some thousand, and of all other files together.
LARGEST, LARGEST_FILES = 2**20, 2**30

#: `<major>.<minor>`; and names of folders, on every system.
VERSION = r"[0-9]{1,9}\.[0-9]{1,9}"
_Name = Annotated[str, Field(pattern=f"^{NAME}$")]


def _is_truth(text: str) -> str:
    # no pattern: what takes classes of Unicode takes 40 ms to compile
    if not (0 < len(text) <= 100 and is_one_line(text) and not text.startswith(" ")):
        raise ValueError("expected at most 100 printable characters")
    return text


_Truth = Annotated[str, AfterValidator(_is_truth)]
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class TableReference(Record):
    """The evaluation table that a release was fitted on."""

    name: _Name
    version: _Name
    truth: _Truth
    content_hash: _Sha256
    rows: int


class SplitReference(Record):
    """How the table was split; equal table and seed give the same parts."""

    kind: Literal["stratified"]
    seed: int
    train: int
    val: int
    test: int


class FileReference(Record):
    """One file of a release."""

    sha256: _Sha256
    bytes: int = Field(ge=0, le=LARGEST_FILES)


class Metrics(Record):
    """Measured on the test part when the release was frozen; fractions and correlations."""

    r2: float
    sparse_kendall_tau: float
    mean_absolute_error: float
    mean_std: float
    #: None where all test rows took the same time.
    runtime_r2: float | None


class Manifest(Record):
    """Everything that identifies a release and lets it be rebuilt."""

    format: int
    name: _Name
    version: str = Field(pattern=f"^{VERSION}$")
    family: str
    #: Sources of the rows that the models saw; the test part has rows of all sources.
    optimizers: tuple[str, ...]
    table: TableReference
    split: SplitReference
    seed: int
    members: int = Field(ge=1, le=1000)
    hyperparameters: dict[str, float | int | str | bool]
    runtime_hyperparameters: dict[str, float | int | str | bool]
    libraries: dict[str, str]
    metrics: Metrics
    files: dict[str, FileReference]

    def to_json(self) -> str:
        """Canonical JSON: sorted keys, two spaces; its bytes are what `release_hash` hashes."""
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
    def random_only(self) -> bool:
        """Whether the models saw random search's rows alone (Appendix E.3)."""
        return self.optimizers == ("rs",)


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
