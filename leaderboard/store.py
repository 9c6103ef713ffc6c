"""Runs on disk: a folder for each, named by its cell, that is there as a whole or not at all.

campaign.json                 the salt of all training seeds, readable by its owner alone
ledger.jsonl                  which runs were stored, in order, chained by hashes
<id>/run.json                 how the run ended, its incumbents, where it was made
<id>/trace.parquet            every evaluation
"""

from __future__ import annotations

import fcntl
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from leaderboard.campaign import Campaign, begin_campaign, read_campaign
from leaderboard.cells import Cell, Sha256, Slug, Strict
from leaderboard.errors import RunFileError
from leaderboard.ledger import Ledger, Line
from leaderboard.legible import legible
from leaderboard.process import Usage
from leaderboard.protocol import Verdict
from leaderboard.trace import Trace, read_trace, write_trace
from nb301.files import folder_written_whole, sha256, sweep, write_text
from nb301.parsing import first_wrong
from nb301.space import CELL_NAMES, NODES, Genotype, Op

RECORD, TRACE, LEDGER, CAMPAIGN = "run.json", "trace.parquet", "ledger.jsonl", "campaign.json"
LOCK = ".lock"

#: Text of strangers: whoever wrote the record, nothing in it is hidden.
Legible = Annotated[str, AfterValidator(legible)]
Fraction = Annotated[float, Field(ge=0, le=1)]


def _genotypes() -> re.Pattern[str]:
    """What texts of genotypes match: reading them takes thirty times as long."""
    op = "|".join(each.name for each in Op)
    nodes = (
        rf"(?:{op})@([0-{node - 1}])\+(?:{op})@(?!\{group})[0-{node - 1}]"
        for group, node in enumerate(NODES * len(CELL_NAMES), 1)
    )
    texts = [f"{name}:{'/'.join(islice(nodes, len(NODES)))}" for name in CELL_NAMES]
    return re.compile(",".join(texts))


_GENOTYPE = _genotypes()


def _check_genotype(text: str) -> None:
    if not _GENOTYPE.fullmatch(text):
        Genotype.parse(text)  # says what is wrong


class ReleaseReference(Strict):
    """The release that answered a run's queries."""

    name: Slug
    #: SHA-256 of its manifest.
    release_hash: Sha256
    #: The ground truth that its numbers rest on.
    truth: str
    family: str
    #: Whether its models saw random search's rows alone.
    random_only: bool


class Entry(Strict):
    """What a submission says of itself, for people."""

    name: Legible
    version: Legible
    reference: Legible
    #: Families of models that it fits.
    families: Annotated[tuple[str, ...], Field(min_length=1)]
    #: Whether equal seeds and results give equal proposals, as it declares.
    deterministic: bool
    #: Whether results of this benchmark went into its design or settings, as it declares.
    used_benchmark_data: bool


class Incumbents(Strict):
    """The evaluations that became the incumbent, in order; columns of equal length."""

    #: Number of the evaluation in the run, from 0.
    evaluation: tuple[int, ...]
    #: Simulated seconds from the run's start to the evaluation's end.
    clock_seconds: tuple[float, ...]
    #: Observed, with noise: what the optimizer was told, and chose the incumbent by. Fractions.
    val_accuracy: tuple[Fraction, ...]
    #: Noise-free ensemble mean of the same architecture: what is scored. Fractions.
    mean: tuple[Fraction, ...]
    #: Text form of the architecture.
    genotype: tuple[str, ...]

    @model_validator(mode="after")
    def _ordered(self) -> Incumbents:
        rising = (self.evaluation, self.clock_seconds, self.val_accuracy)
        if any(len(column) != len(self.mean) for column in (*rising, self.genotype)):
            raise ValueError("columns are of different lengths")
        if any(list(column) != sorted(set(column)) for column in rising):
            raise ValueError("evaluation, clock_seconds and val_accuracy must rise from row to row")
        for text in self.genotype:
            _check_genotype(text)
        return self


class Recommendation(Strict):
    """What a submission recommends in the end, where it does: it counts in place of the last incumbent."""

    genotype: str
    #: Noise-free ensemble mean, fraction.
    mean: Fraction

    @model_validator(mode="after")
    def _readable(self) -> Recommendation:
        _check_genotype(self.genotype)
        return self


class Support(Strict):
    """How many of a run's queries were far from the architectures that the release was fitted on."""

    #: Evenly spaced over the run.
    queries: Annotated[int, Field(ge=1)]
    unfamiliar: Annotated[int, Field(ge=0)]


class Origin(Strict):
    """Where and when a run was made: no part of what it is."""

    #: Whether a control group limited the submission, too.
    grouped: bool
    #: SHA-256 of what the canaries found; empty where none was tried.
    canary: str
    #: Versions of nb301, numpy and Python.
    nb301: str
    numpy: str
    python: str
    machine: str
    #: UTC, ISO 8601.
    started: str
    ended: str


class Run(Strict):
    """One run of one submission on one release, however it ended."""

    #: Of the record: raised when a field changes.
    format: Literal[3] = 3
    cell: Cell
    entry: Entry
    release: ReleaseReference
    #: Families that the submission shares with the release's surrogate: shown then, and not counted.
    conflicts: tuple[str, ...]
    #: How it ended.
    verdict: Verdict
    #: What happened, in the author's terms; empty if the run was completed.
    detail: Legible
    #: End of what the submission printed.
    output: Legible
    #: How many ended within the budget, or before the fault.
    evaluations: Annotated[int, Field(ge=0)]
    incumbents: Incumbents
    #: What was open when the run ended, in the order of proposals: text forms.
    unfinished: tuple[str, ...]
    recommendation: Recommendation | None
    #: None where the release's table is not at hand, or nothing was evaluated.
    support: Support | None
    #: See `Trace.hash`.
    trace_hash: Sha256
    #: Of the submission's process.
    usage: Usage
    origin: Origin

    @model_validator(mode="after")
    def _consistent(self) -> Run:
        if self.release.release_hash != self.cell.release_hash:
            raise ValueError("release and cell have different release hashes")
        if bool(self.evaluations) != bool(self.incumbents.mean):
            raise ValueError("a run has incumbents if and only if it has evaluations")
        for text in self.unfinished:
            _check_genotype(text)
        used = (self.usage.cpu_seconds, self.usage.memory_mb, self.usage.wall_seconds)
        if not all(0 <= each < math.inf for each in used):
            raise ValueError(f"usage is not negative and finite, got {self.usage}")
        return self

    @property
    def place(self) -> str:
        """For messages: entry, release and seed."""
        return f"{self.cell.submission} on {self.release.name}, seed {self.cell.seed} ({self.cell.id[:12]})"


class Store:
    """A folder of runs.

    Args:
        folder: Made when the first run is stored.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger(folder / LEDGER)

    def campaign(self) -> Campaign:
        """Read the campaign whose runs these are.

        Raises:
            RunFileError: Its file is lost, damaged, or that of other runs.
        """
        path = self.folder / CAMPAIGN
        if not path.exists():
            raise RunFileError(
                f"{path}: is not there, and without its salt nothing can be verified or added: restore it "
                "from a copy or from published results, or begin another folder"
            )
        campaign, start = read_campaign(path), self.ledger.start()
        if start not in {None, campaign.id}:
            raise RunFileError(
                f"{path}: is the campaign {campaign.id}, but {self.ledger.path} was begun with {start}: "
                "restore the one that belongs to the other"
            )
        return campaign

    def begin(self) -> Campaign:
        """Read the campaign, or make it where there is no run yet.

        Raises:
            RunFileError: See `campaign`.
        """
        path = self.folder / CAMPAIGN
        if path.exists() or self.ledger.path.exists() or self.ids():
            return self.campaign()
        return begin_campaign(path)

    def publish(self) -> Campaign:
        """Note that the salt is no secret any more: submissions that have not run yet could know the noise.

        Raises:
            RunFileError: See `campaign` and `read`.
        """
        campaign = self.campaign()
        if campaign.published is None:
            known = tuple(sorted({run.cell.tree_hash for run in self.runs()}))
            campaign = campaign.model_copy(update={"published": known})
            write_text(self.folder / CAMPAIGN, campaign.model_dump_json(indent=1) + "\n")
        return campaign

    def has(self, cell: Cell) -> bool:
        """Whether the cell's run is stored."""
        return (self.folder / cell.id / RECORD).is_file()

    def ids(self) -> list[str]:
        """Names of all stored runs, sorted."""
        return sorted(path.parent.name for path in self.folder.glob(f"[!.]*/{RECORD}"))

    def named(self, beginnings: Sequence[str]) -> list[str]:
        """Names of the runs that begin so, each once.

        Raises:
            RunFileError: None begins so.
        """
        ids = self.ids()
        for beginning in beginnings:
            if not any(name.startswith(beginning) for name in ids):
                raise RunFileError(f"{self.folder}: none of its {len(ids)} runs begins with {beginning!r}")
        return [name for name in ids if name.startswith(tuple(beginnings))]

    def read(self, name: str) -> Run:
        """Read a run's record.

        Raises:
            RunFileError: It cannot be read, is no record, or is not where its cell says.
        """
        path = self.folder / name / RECORD
        try:
            run = Run.model_validate_json(path.read_bytes())
        except OSError as error:
            raise RunFileError(f"{path}: cannot be read ({error.strerror})") from None
        except ValidationError as error:
            raise RunFileError(
                f"{path}: not a run of this leaderboard, or damaged ({first_wrong(error)}): delete its "
                "folder, and `python -m leaderboard run` makes it anew"
            ) from None
        if run.cell.id != name:
            raise RunFileError(f"{path}: holds run {run.cell.id}: move it there, or delete its folder")
        return run

    def trace(self, name: str) -> Trace:
        """Read every evaluation of a run.

        Raises:
            RunFileError: They cannot be read.
        """
        return read_trace(self.folder / name / TRACE)

    def runs(self) -> list[Run]:
        """Read every record, ordered by name.

        Raises:
            RunFileError: One is damaged; see `read`.
        """
        return [self.read(name) for name in self.ids()]

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep others from adding runs, and put right what a killed process has left.

        Raises:
            RunFileError: Another process adds runs, or campaign or ledger are damaged.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunFileError(
                    f"{self.folder}: another process adds runs here: wait for its end"
                ) from None
            self._mend(self.begin())
            yield

    def add(self, run: Run, trace: Trace) -> None:
        """Store a run that is not there, whole, and note it in the ledger.

        Raises:
            RunFileError: It is another campaign's.
        """
        self._check_campaign(run)
        with folder_written_whole(self.folder / run.cell.id, lambda _: (RECORD, TRACE)) as temporary:
            write_trace(trace, temporary / TRACE)
            (temporary / RECORD).write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
        self._note(run)

    def record_hash(self, name: str) -> str:
        """SHA-256 of a run's record, as the ledger notes it."""
        return sha256((self.folder / name / RECORD).read_bytes())

    def noted(self) -> list[Line]:
        """The ledger's lines, checked from the campaign on.

        Raises:
            RunFileError: See `campaign` and `Ledger.lines`.
        """
        return self.ledger.lines(self.campaign().id)

    def _check_campaign(self, run: Run) -> None:
        here = self.campaign().id
        if run.cell.campaign != here:
            raise RunFileError(
                f"{self.folder}: {run.place} is of the campaign {run.cell.campaign}, but here is {here}: two "
                "folders of runs were mixed; take it out"
            )

    def _note(self, run: Run) -> None:
        self.ledger.append(run.cell.id, self.record_hash(run.cell.id), run.trace_hash, run.cell.campaign)

    def _mend(self, campaign: Campaign) -> None:
        sweep(self.folder)
        self.ledger.mend()
        noted = {line.run for line in self.ledger.lines(campaign.id)}
        for name in self.ids():
            # killed between storing the run and noting it
            if name not in noted:
                run = self.read(name)
                self._check_campaign(run)
                self._note(run)
