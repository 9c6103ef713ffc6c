"""A journal that makes any collection resumable, and workers that write and replay it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from nb301.errors import TableError, shown
from nb301.journal import Journal
from nb301.optimizers.workers import Finished, Workers
from nb301.parsing import parse_object
from nb301.space import Genotype
from nb301.truth.base import TrainingRun


class CollectionJournal(Journal):
    """What a collection has submitted and what has ended, one JSON object a line.

    Args:
        path: Made if it does not exist.
        about: Identifies the run; a journal of another run is refused.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        super().__init__(path, '{"run": ')
        self.submitted: list[dict[str, Any]] = []
        self.ended: list[dict[str, Any]] = []
        self._about = json.loads(json.dumps(dict(about)))

    def __enter__(self) -> Self:
        """Open it, and read what it holds; of a new one, say which run it is of.

        Raises:
            TableError: The file is no journal, or that of another run.
            OutputError: Another process has it open, or it cannot be written.
        """
        super().__enter__()
        if not self.lines():
            self.append(json.dumps({"run": self._about}))
        return self

    @property
    def elapsed(self) -> float:
        """Seconds from the start of the run to the end of the last evaluation."""
        return float(self.ended[-1]["ended"]) if self.ended else 0.0

    def submit(self, entry: dict[str, Any]) -> None:
        """Note a submission."""
        self.submitted.append(entry)
        self.append(json.dumps({"submit": entry}))

    def end(self, entry: dict[str, Any]) -> None:
        """Note an evaluation that has ended."""
        self.ended.append(entry)
        self.append(json.dumps({"end": entry}))

    def check(self, lines: list[bytes]) -> None:
        """Read what they say."""
        try:
            entries = [parse_object(line) for line in lines]
            first = entries[0]["run"] if entries else self._about
            self.submitted = [entry["submit"] for entry in entries if "submit" in entry]
            self.ended = [entry["end"] for entry in entries if "end" in entry]
            # a result is what `JournaledWorkers` replays
            for entry in self.ended:
                result_of(entry), entry["number"], float(entry["ended"])
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            raise TableError(f"{self.path}: not a journal of a collection ({shown(error)})") from None
        if first != self._about:
            raise TableError(
                f"{self.path}: belongs to another run, {shown(first, 400)}, expected {self._about}: "
                "choose another folder, or delete the file"
            )


class JournaledWorkers:
    """Workers whose submissions and results are written down, and replayed after an interruption.

    The optimizer is driven anew from its start; what the journal holds is answered from it, in the
    order in which it happened, and what had not ended is submitted again. Nothing is lost, and
    nothing counts twice.

    Args:
        workers: Do the evaluations that the journal does not hold.
        journal: Opened.
    """

    def __init__(self, workers: Workers, journal: CollectionJournal) -> None:
        self.count = workers.count
        self._workers = workers
        self._journal = journal
        self._replay = list(reversed(journal.ended))
        self._known = {entry["number"] for entry in journal.ended}

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:
        """Submit, unless the journal holds the result.

        Raises:
            TableError: The journal holds another submission of this number.
        """
        entry = {"number": number, "genotype": str(genotype), "seed": seed, "at": at}
        if number < len(self._journal.submitted):
            if self._journal.submitted[number] != entry:
                raise TableError(
                    f"{self._journal.path}: evaluation {number} was {self._journal.submitted[number]}, but "
                    f"the optimizer proposes {entry}: its code or settings have changed; delete the file"
                )
        else:
            self._journal.submit(entry)
        if number not in self._known:
            self._workers.submit(number, genotype, seed, at)

    def finished(self) -> Finished:
        """Replay the next end, or wait for one and write it down."""
        if self._replay:
            entry = self._replay.pop()
            return Finished(entry["number"], result_of(entry), entry["ended"])
        finished = self._workers.finished()
        told = {name: getattr(finished.result, name) for name in TrainingRun._fields}
        result = [value for name, value in told.items() if name != "curve" or value]
        self._journal.end({"number": finished.number, "result": result, "ended": finished.ended})
        return finished


def result_of(entry: Mapping[str, Any]) -> TrainingRun:
    """A result that a journal holds; those of before curves were kept have four numbers.

    Raises:
        ValueError, LookupError, TypeError: It is none.
    """
    val_accuracy, test_accuracy, train_accuracy, runtime, *more = entry["result"]
    curve = tuple(map(float, more[0])) if more else ()
    if len(more) > 1 or not all(0 <= accuracy <= 1 for accuracy in curve):
        raise ValueError(f"no learning curve: {shown(more)}")
    return TrainingRun(val_accuracy, test_accuracy, train_accuracy, runtime, curve)
