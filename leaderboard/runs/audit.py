"""Audits: whether a folder holds the runs that its ledger says, each once, and what they say is right."""

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
from leaderboard.runs.store import CAMPAIGN, LEDGER, LOCK, RECORD, TRACE, Store
from leaderboard.runs.verify import rerun, verify
from nb301.benchmark import Benchmark, load
from nb301.errors import Nb301Error
from nb301.releases import find, names


@dataclass(frozen=True, slots=True)
class Checked:
    """A run, and all that was found wrong with it."""

    #: Entry, release and seed, or its folder where it cannot be read.
    place: str
    #: Sentences; none where the run is what it says.
    wrong: tuple[str, ...]
    evaluations: int = 0


class Examiner:
    """Verifies runs of a store, each on the release that its cell names.

    Args:
        store: Where they are.
        releases: Names or folders, beside the embedded ones.
        submissions: Folder of submissions: manifests are compared, where the files are those that ran.
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
        self._loaded: dict[str, Benchmark] = {}

    def check(self, name: str) -> Checked:
        """Verify a run; whatever cannot be read is wrong with it."""
        try:
            run = self._store.read(name)
        except Nb301Error as error:
            return Checked(str(self._store.folder / name), (str(error),))
        try:
            return Checked(run.place, self._wrong(name, run), run.evaluations)
        except Nb301Error as error:
            return Checked(run.place, (str(error),))

    def _wrong(self, name: str, run: Run) -> tuple[str, ...]:
        release = self._by_hash.get(run.cell.release_hash, run.release.name)
        if release not in self._loaded:
            self._loaded[release] = load(release)
        found = verify(name, self._store, self._loaded[release], self._again or self._submission(run))
        if self._again is None:
            return found.wrong
        task = Task(run.cell, self._again.folder, release, self._environments, self._store.campaign())
        return found.wrong + rerun(run, task)

    def _submission(self, run: Run) -> Submission | None:
        try:
            return Submission(self._submissions / run.cell.submission)
        except SubmissionError:
            return None  # gone, or another one by now

    @cached_property
    def _by_hash(self) -> dict[str, str]:
        return {find(name).release_hash: name for name in (*names(), *self._releases)}


def audit(store: Store) -> Iterator[str]:
    """Compare ledger and files; the runs themselves are `verify.verify`'s.

    Yields:
        What is wrong, a sentence each.

    Raises:
        RunFileError: The folder is none.
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
    """Files and folders that no command of ours writes, or leaves."""
    runs = set(store.ids())
    for path in sorted(store.folder.iterdir()):
        if path.name in runs:
            own = sorted(each.name for each in path.iterdir())
            if own != [RECORD, TRACE]:
                yield f"{path}: holds {', '.join(own)}, not {RECORD} and {TRACE}"
        elif path.name not in {CAMPAIGN, LEDGER, LOCK}:
            yield f"{path}: is no run, nor anything else of a folder of runs"
