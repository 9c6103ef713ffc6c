"""The store keeps runs on disk: a folder for each, named by its key, that is there whole or not at all.

campaign.json                 the salt of all training seeds, readable by its owner alone
ledger.jsonl                  which runs were stored, in order, chained by hashes
<id>/run.json                 how the run ended, its incumbents, where it was made
<id>/trace.parquet            every evaluation
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from leaderboard.errors import RunFileError
from leaderboard.runs.campaign import Campaign, begin_campaign, read_campaign
from leaderboard.runs.key import RunKey
from leaderboard.runs.ledger import Ledger, Line
from leaderboard.runs.record import Run
from leaderboard.runs.trace import Trace, read_trace, write_trace
from nb301.files import folder_written_whole, sha256, sweep, write_text
from nb301.records import first_wrong

RECORD, TRACE, LEDGER, CAMPAIGN = "run.json", "trace.parquet", "ledger.jsonl", "campaign.json"
LOCK = ".lock"


class Store:
    """A folder of runs.

    Args:
        folder: It is made when the first run is stored.
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
        """Note that the salt is no secret any more: submissions that come later could know the noise.

        Raises:
            RunFileError: See `campaign` and `read`.
        """
        campaign = self.campaign()
        if campaign.published is None:
            known = tuple(sorted({run.cell.tree_hash for run in self.runs()}))
            campaign = campaign.model_copy(update={"published": known})
            write_text(self.folder / CAMPAIGN, campaign.model_dump_json(indent=1) + "\n")
        return campaign

    def has(self, cell: RunKey) -> bool:
        """Whether the run of a key is stored."""
        return (self.folder / cell.id / RECORD).is_file()

    def ids(self) -> list[str]:
        """Names of all stored runs, sorted."""
        return sorted(path.parent.name for path in self.folder.glob(f"[!.]*/{RECORD}"))

    def named(self, beginnings: Sequence[str]) -> list[str]:
        """Names of the runs that begin with one of some texts, each once.

        Raises:
            RunFileError: No name begins with one of the texts.
        """
        ids = self.ids()
        for beginning in beginnings:
            if not any(name.startswith(beginning) for name in ids):
                raise RunFileError(f"{self.folder}: none of its {len(ids)} runs begins with {beginning!r}")
        return [name for name in ids if name.startswith(tuple(beginnings))]

    def read(self, name: str) -> Run:
        """Read a run's record.

        Raises:
            RunFileError: It cannot be read, is no record, or is not in the folder of its key.
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
        return list(map(self.read, self.ids()))

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep others from adding runs, and mend what a killed process has left.

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
            with self.ledger.opened():
                yield

    def add(self, run: Run, trace: Trace) -> None:
        """Store a run that is not there, whole or not at all, and note it in the ledger.

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
