"""Runs on disk: one JSON file for each, written whole, found again by its identity."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from leaderboard.errors import RunFileError
from nb301.files import write_text
from nb301.space import Genotype

#: Names that become parts of paths and addresses.
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ReleaseReference(_Strict):
    """The release that answered a run's queries."""

    name: Slug
    #: SHA-256 of its manifest.
    release_hash: str
    #: The ground truth that its numbers rest on.
    truth: str
    family: str
    #: Whether its models saw random search's rows alone.
    random_only: bool


class RunIdentity(_Strict):
    """Everything that decides a run's result: equal identities give equal results."""

    #: `runner.PROTOCOL` at the time.
    protocol: int
    entry: Slug
    settings: dict[str, int | float | str | bool]
    release: ReleaseReference
    seed: Annotated[int, Field(ge=0)]
    #: Simulated seconds.
    budget_seconds: Annotated[float, Field(gt=0)]

    @property
    def path(self) -> PurePosixPath:
        """Where the run's file lies in a folder of runs."""
        return PurePosixPath(self.entry, self.release.name, f"seed-{self.seed}.json")


class Incumbents(_Strict):
    """The evaluations that became the incumbent, in order; columns of equal length, at least 1."""

    #: Number of the evaluation in the run, from 0.
    evaluation: tuple[int, ...]
    #: Simulated seconds from the run's start to the evaluation's end.
    clock_seconds: tuple[float, ...]
    #: Observed, with noise: what the optimizer was told, and chose the incumbent by. Fractions.
    val_accuracy: tuple[Fraction, ...]
    #: Noise-free ensemble mean of the same architecture: what is scored. Fractions.
    mean: tuple[Fraction, ...]

    @model_validator(mode="after")
    def _ordered(self) -> Incumbents:
        columns = (self.evaluation, self.clock_seconds, self.val_accuracy)
        if not self.mean or any(len(column) != len(self.mean) for column in columns):
            raise ValueError("columns are empty or of different lengths")
        if any(list(column) != sorted(set(column)) for column in columns):
            raise ValueError("evaluation, clock_seconds and val_accuracy must rise from row to row")
        return self


class Run(_Strict):
    """One run of one entry on one release."""

    format: Literal[1] = 1
    identity: RunIdentity
    #: The entry's name and reference, for people.
    name: str
    reference: str
    incumbents: Incumbents
    #: The last incumbent's text form.
    genotype: str
    #: How many ended within the budget.
    evaluations: Annotated[int, Field(ge=1)]
    versions: dict[str, str]
    #: UTC, ISO 8601; these and `versions` tell where a run comes from, not what it is.
    started: str
    ended: str

    @model_validator(mode="after")
    def _readable(self) -> Run:
        Genotype.parse(self.genotype)
        return self


def write_run(run: Run, folder: Path) -> Path:
    """Write a run into a folder of runs, whole or not at all; replaces one of another identity."""
    path = folder / run.identity.path
    write_text(path, run.model_dump_json(indent=1) + "\n")
    return path


def read_run(path: Path, folder: Path) -> Run:
    """Read a run's file in a folder of runs.

    Raises:
        RunFileError: It cannot be read, is no run, or is not where its identity says.
    """
    try:
        run = Run.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RunFileError(f"{path}: cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunFileError(
            f"{path}: not a run of this leaderboard, or damaged ({f'{place}: ' if place else ''}"
            f"{first['msg']}): delete it, and `python -m leaderboard run` makes it anew"
        ) from None
    expected = folder / run.identity.path
    if path != expected:
        raise RunFileError(f"{path}: holds the run that belongs in {expected}: move it there, or delete it")
    return run


def read_runs(folder: Path) -> list[Run]:
    """Read every run of a folder, ordered by path.

    Raises:
        RunFileError: A JSON file in it is no run; see `read_run`.
    """
    # write_text works in hidden folders, which stay behind when a process is killed
    paths = (path for path in folder.rglob("*.json") if not _hidden(path.relative_to(folder)))
    return [read_run(path, folder) for path in sorted(paths)]


def is_stored(identity: RunIdentity, folder: Path) -> bool:
    """Whether the folder has a run of exactly this identity.

    Raises:
        RunFileError: There is a file in its place that is no run.
    """
    path = folder / identity.path
    return path.exists() and read_run(path, folder).identity == identity


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
