"""Workers for real evaluations, and a journal that makes any collection resumable."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import Any, TextIO

from nb301.errors import TableError
from nb301.optimizers.base import Finished, Workers
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


class Journal:
    """An append-only file of what was submitted and what has ended, one JSON object a line.

    Args:
        path: Made if it does not exist. An incomplete last line, left by a process that was
            killed, is cut off.
        about: Identifies the run; a journal of another run is refused.

    Raises:
        TableError: The file is no journal, that of another run, or another process writes it.
    """

    def __init__(self, path: Path, about: Mapping[str, Any]) -> None:
        self.path = path
        self.submitted: list[dict[str, Any]] = []
        self.ended: list[dict[str, Any]] = []
        described = json.loads(json.dumps(dict(about)))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = path.open("a", encoding="utf-8")
        try:
            self._lock()
            self._read(described)
        except TableError:
            self._file.close()
            raise
        if not path.stat().st_size:
            self._append({"run": described})

    @property
    def elapsed(self) -> float:
        """Seconds from the start of the run to the end of the last evaluation."""
        return float(self.ended[-1]["ended"]) if self.ended else 0.0

    def submit(self, entry: dict[str, Any]) -> None:
        """Note a submission."""
        self.submitted.append(entry)
        self._append({"submit": entry})

    def end(self, entry: dict[str, Any]) -> None:
        """Note an evaluation that has ended."""
        self.ended.append(entry)
        self._append({"end": entry})

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _lock(self) -> None:
        """Keep a worker out that has outlived an interrupted run; Windows has no such lock."""
        try:
            import fcntl
        except ImportError:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TableError(f"{self.path}: another process writes it: wait for it, or end it") from None

    def _append(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def _read(self, about: dict[str, Any]) -> None:
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            self.path.write_bytes(whole)
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
        except json.JSONDecodeError as error:
            raise TableError(f"{self.path}: not a journal of a collection ({error})") from None
        if lines and lines[0].get("run") != about:
            raise TableError(
                f"{self.path}: belongs to another run, {lines[0].get('run')}, expected {about}: "
                "choose another folder, or delete the file"
            )
        self.submitted = [line["submit"] for line in lines if "submit" in line]
        self.ended = [line["end"] for line in lines if "end" in line]


class JournaledWorkers:
    """Workers whose submissions and results are written down, and replayed after an interruption.

    The optimizer is driven anew from its start; what the journal holds is answered from it, in the
    order in which it happened, and what had not ended is submitted again. Nothing is lost, and
    nothing counts twice.

    Args:
        workers: Do the evaluations that the journal does not hold.
        journal: See `Journal`.
    """

    def __init__(self, workers: Workers, journal: Journal) -> None:
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
