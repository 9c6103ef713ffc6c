"""Workers for real evaluations, and a journal that makes any collection resumable."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import Any, Self

from nb301.errors import TableError, shown
from nb301.journal import Journal
from nb301.optimizers.base import Finished, Workers
from nb301.parsing import parse_object
from nb301.space import Genotype
from nb301.truth.base import TrainingRun

#: An architecture and a training seed to the result of its training; sent to other processes.
Evaluate = Callable[[Genotype, int], TrainingRun]


class ExecutorWorkers:
    """Evaluations in other processes or on other machines, in real time.

    Args:
        executor: A `ProcessPoolExecutor`, or `Client.get_executor()` of dask.distributed, which runs
            the evaluations of a worker that died again.
        evaluate: Evaluates; must be importable where it runs.
        count: How many evaluations may be open at once.
        elapsed: Seconds that an interrupted run had taken before.
    """

    def __init__(self, executor: Executor, evaluate: Evaluate, count: int, elapsed: float = 0.0) -> None:
        self.count = count
        self._executor = executor
        self._evaluate = evaluate
        self._origin = time.monotonic() - elapsed
        self._open: dict[Future[TrainingRun], int] = {}

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:  # noqa: ARG002
        """Send the evaluation to the executor."""
        self._open[self._executor.submit(self._evaluate, genotype, seed)] = number

    def finished(self) -> Finished:
        """Wait for an evaluation to end; of several, the one submitted first.

        Raises:
            Exception: Whatever the evaluation raised.
        """
        done = wait(self._open, return_when=FIRST_COMPLETED).done
        future = min(done, key=self._open.__getitem__)
        number = self._open.pop(future)
        return Finished(number, future.result(), time.monotonic() - self._origin)


class StackedWorkers:
    """Evaluations on one machine, in rounds: all that are open are trained together.

    A round ends before the next one starts. The clock runs as if its trainings had come one after the
    other, each for its share of the round's time.

    Args:
        evaluate_many: Trains architectures with their seeds, together.
        count: How many evaluations may be open at once, so also the most of a round.
    """

    def __init__(
        self, evaluate_many: Callable[[Sequence[Genotype], Sequence[int]], Sequence[TrainingRun]], count: int
    ) -> None:
        self.count = count
        self._evaluate_many = evaluate_many
        self._open: list[tuple[int, Genotype, int]] = []
        self._trained: deque[Finished] = deque()
        self._clock = 0.0

    def submit(self, number: int, genotype: Genotype, seed: int, at: float) -> None:
        """Add to the next round."""
        self._open.append((number, genotype, seed))
        self._clock = max(self._clock, at)

    def finished(self) -> Finished:
        """Give the next of the round; after its last, train all that are open.

        Raises:
            Exception: Whatever training raised.
        """
        if not self._trained:
            numbers, genotypes, seeds = zip(*self._open, strict=True)
            self._open = []
            for number, run in zip(numbers, self._evaluate_many(genotypes, seeds), strict=True):
                self._clock += run.runtime
                self._trained.append(Finished(number, run, self._clock))
        return self._trained.popleft()


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
            read = [parse_object(line) for line in lines]
            first = read[0]["run"] if read else self._about
            self.submitted = [line["submit"] for line in read if "submit" in line]
            self.ended = [line["end"] for line in read if "end" in line]
            # a result is what `JournaledWorkers` replays
            for entry in self.ended:
                TrainingRun(*entry["result"]), entry["number"], float(entry["ended"])
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
            return Finished(entry["number"], TrainingRun(*entry["result"]), entry["ended"])
        finished = self._workers.finished()
        result = TrainingRun(*(getattr(finished.result, field) for field in TrainingRun._fields))
        self._journal.end({"number": finished.number, "result": result, "ended": finished.ended})
        return finished
