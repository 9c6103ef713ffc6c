"""An audit tells whether a folder holds the runs that its ledger names, and each as it was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from leaderboard.entries.submission import Submission
from leaderboard.errors import RunFileError, SubmissionError
from leaderboard.runs.plan import Task
from leaderboard.runs.record import Run
from leaderboard.runs.releases import loaded
from leaderboard.runs.store import CAMPAIGN, LEDGER, LOCK, RECORD, TRACE, Store
from leaderboard.runs.verify import rerun, verify
from nb301.errors import Nb301Error
from nb301.releases import names


@dataclass(frozen=True, slots=True)
class Examined:
    """A run, and all that is wrong with it."""

    #: Entry, release and seed; the run's folder where its record cannot be read.
    place: str
    #: Sentences; none where the run is what it says.
    wrong: tuple[str, ...]
    evaluations: int = 0


class Examiner:
    """Verifies runs of a store, each on the release that its key names.

    Args:
        store: Where they are.
        releases: Names or folders, beside the embedded ones.
        submissions: Folder of submissions: a run is compared with the manifest of the files that it ran.
        again: Folder of the submission that is run again, if one is.
        environments: Folder of installed packages.

    Raises:
        ReleaseError: A release cannot be read, or there is none of that name.
        SubmissionError: The submission to run again is wrong.
    """

    def __init__(
        self,
        store: Store,
        releases: Sequence[str],
        submissions: Path,
        again: Path | None,
        environments: Path,
    ) -> None:
        self._store, self._releases, self._submissions = store, releases, submissions
        self._again = None if again is None else Submission(again.absolute())
        self._environments = environments.absolute()
        self._read: dict[str, Submission | None] = {}

    def check(self, name: str) -> Examined:
        """Verify a run; whatever cannot be read is wrong with it."""
        try:
            run = self._store.read(name)
        except Nb301Error as error:
            return Examined(str(self._store.folder / name), (str(error),))
        try:
            return Examined(run.place, self._faults(run), run.evaluations)
        except Nb301Error as error:
            return Examined(run.place, (str(error),))

    def _faults(self, run: Run) -> tuple[str, ...]:
        release = self._names_by_hash.get(run.cell.release_hash, run.release.name)
        faults = verify(run, self._store, loaded(release), self._again or self._submission(run))
        if self._again is None:
            return faults
        task = Task(run.cell, self._again.folder, release, self._environments, self._store.campaign())
        return faults + rerun(run, task)

    def _submission(self, run: Run) -> Submission | None:
        """Whose run it is; None where it is gone, or cannot be read any more."""
        slug = run.cell.submission
        if slug not in self._read:
            try:
                self._read[slug] = Submission(self._submissions / slug)
            except SubmissionError:
                self._read[slug] = None
        return self._read[slug]

    @cached_property
    def _names_by_hash(self) -> dict[str, str]:
        return {loaded(name).release.release_hash: name for name in (*names(), *self._releases)}


def audit(store: Store) -> Iterator[str]:
    """Compare ledger and files; `verify.verify` compares what the runs say.

    Yields:
        What is wrong, a sentence each.

    Raises:
        RunFileError: There is no such folder.
    """
    if not store.folder.is_dir():
        raise RunFileError(f"{store.folder}: is no folder of runs")
    yield from _files(store)
    if not store.ledger.is_whole:
        yield f"{store.ledger.path}: ends in half a line: the next `run` cuts it off"
    try:
        lines = store.noted()
    except RunFileError as error:
        yield str(error)
        return
    noted, stored = Counter(line.run for line in lines), set(store.ids())
    for number, line in enumerate(lines, 1):
        if line.run not in stored:
            yield f"{store.ledger.path}:{number}: names run {line.run}, which is not there"
    for name, times in noted.items():
        if times > 1:
            yield f"{store.ledger.path}: names run {name} {times} times"
    for name in sorted(stored - noted.keys()):
        yield f"{store.ledger.path}: does not name run {name}, which is there"


def _files(store: Store) -> Iterator[str]:
    """Files and folders that no command of ours writes or leaves."""
    runs = set(store.ids())
    for path in sorted(store.folder.iterdir()):
        if path.name in runs:
            files = sorted(file.name for file in path.iterdir())
            if files != [RECORD, TRACE]:
                yield f"{path}: holds {', '.join(files)}, not {RECORD} and {TRACE}"
        elif path.name not in {CAMPAIGN, LEDGER, LOCK}:
            yield f"{path}: is no run, nor anything else of a folder of runs"
