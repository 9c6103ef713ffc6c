"""A session runs a submission once: its sealed process as an `Optimizer`, and its end as a verdict."""

from __future__ import annotations

import math
import signal
from collections import defaultdict, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from leaderboard.entries.submission import Submission
from leaderboard.inside.shim import CHANNEL_CLOSED
from leaderboard.sandbox.limits import Level, Limits
from leaderboard.sandbox.messages import CRASHES, Crash, Fault, Reply, Verdict, printable, read_reply
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.process import Process, Usage
from leaderboard.sandbox.start import start
from nb301.formats import read
from nb301.optimizers import Budget, Objective, Observation, Trajectory
from nb301.optimizers.run import drive
from nb301.optimizers.workers import Finished, SimulatedWorkers
from nb301.space import Genotype


@dataclass(frozen=True, slots=True)
class Code:
    """The code that is run: an entry point in files."""

    #: Contents by path; nothing changes them any more.
    files: Mapping[str, bytes]
    #: `module:name` of a class or a function.
    entry_point: str
    #: Keyword arguments of the entry point.
    settings: dict[str, int | float | str | bool]

    @classmethod
    def of(cls, submission: Submission) -> Code:
        """The code of a submission."""
        manifest = submission.manifest
        return cls(submission.files, manifest.entry_point, manifest.settings)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run, however it ended."""

    verdict: Verdict
    #: What happened, in the author's terms; empty if the run was completed.
    detail: str
    #: The evaluations that ended within the budget, or before the fault.
    trajectory: Trajectory
    #: The submission's recommendation; None where it has none, or did not get so far.
    recommendation: Genotype | None
    usage: Usage
    #: End of what it printed.
    output: str
    #: Whether its entry point is a function, which takes part with one worker alone.
    is_function: bool = False


class Clock(SimulatedWorkers):
    """Simulated workers that know the time: submissions are told how much of the budget is left."""

    seconds = 0.0

    def finished(self) -> Finished:
        """Give the open evaluation that ends first."""
        finished = super().finished()
        self.seconds = finished.ended
        return finished


class Session:
    """A submission's process as an optimizer; its faults end the run.

    Args:
        process: Just started.
        code: What it runs.
        budget: Of the run.
        clock: Knows how much of the budget is spent.
        limits: Deadlines.
        seed: Of the submission's random numbers.
    """

    def __init__(
        self, process: Process, code: Code, budget: Budget, clock: Clock, limits: Limits, seed: int
    ) -> None:
        self._process, self._code, self._budget = process, code, budget
        self._clock, self._limits, self._seed = clock, limits, seed
        self._number = 0
        self._told = 0
        self._open: defaultdict[Genotype, deque[int]] = defaultdict(deque)
        #: Whether the entry point is a function, not a class.
        self.is_function = False
        #: Why the run ended before its budget.
        self.fault: Fault | None = None

    def begin(self) -> None:
        """Import the submission and build the optimizer.

        Raises:
            Fault: It cannot be imported or built.
        """
        self._request("import", entry_point=self._code.entry_point)
        budget = {
            "seconds": _finite(self._budget.seconds),
            "evaluations": _finite(self._budget.evaluations),
            "workers": self._clock.count,
        }
        settings = self._code.settings
        reply = self._request("build", seed=self._seed, budget=budget, settings=settings)
        self.is_function = reply.function
        if reply.function and self._clock.count > 1:
            self._end(
                Verdict.crash_build,
                f"a function evaluates one genotype after the other, and there are {self._clock.count} "
                "workers: write a class with ask and tell",
            )

    def ask(self) -> Genotype:
        """Ask for a genotype.

        Raises:
            Fault: There is none.
        """
        reply = self._request("ask")
        if reply.returned:
            self._end(
                Verdict.exited_early,
                f"the function returned after {self._told} evaluations, with budget left: call objective "
                "until it raises BudgetExhausted",
            )
        genotype = self._read(reply.genotype, f"proposal {self._told}")
        self._open[genotype].append(self._number)
        return genotype

    def tell(self, genotype: Genotype, observation: Observation) -> None:
        """Tell a result.

        Raises:
            Fault: It cannot take it.
        """
        self._told += 1
        self._request(
            "tell",
            proposal=self._open[genotype].popleft(),
            val_error=1 - observation.val_accuracy,
            seconds=observation.runtime,
            remaining=[
                _finite(self._budget.seconds - self._clock.seconds),
                _finite(self._budget.evaluations - self._told),
            ],
        )

    def finish(self) -> Genotype | None:
        """Ask for the recommendation, if there is one.

        Raises:
            Fault: It cannot be made, or is no genotype.
        """
        reply = self._request("finish")
        return None if reply.genotype is None else self._read(reply.genotype, "the recommendation")

    def _request(self, do: str, **fields: object) -> Reply:
        if self.fault is not None:
            raise self.fault
        self._number += 1
        starting = do in {"import", "build"}
        seconds = self._limits.start_seconds if starting else self._limits.answer_seconds
        try:
            self._process.send({"id": self._number, "do": do, **fields})
            line = self._process.receive(seconds, do)
            reply = None if line is None else read_reply(line, do, self._number)
        except Fault as fault:
            self.fault = fault
            raise
        if reply is None:
            self._end(*self._ended(do))
        if reply.failed is not None:
            self._end(*self._failed(do, reply.failed))
        if reply.asked_after_budget:
            self._end(
                Verdict.asked_after_budget,
                "objective was called again after it had raised BudgetExhausted: return from the function",
            )
        return reply

    def _read(self, written: object, what: str) -> Genotype:
        try:
            return read(written)
        except Exception as error:  # noqa: BLE001 - whatever hostile data makes of a reader, the run ends here
            self._end(Verdict.invalid_genotype, f"{what}: {error}")

    def _end(self, verdict: Verdict, detail: str) -> NoReturn:
        self.fault = Fault(verdict, detail)
        raise self.fault from None

    def _failed(self, do: str, failure: Crash) -> tuple[Verdict, str]:
        """The verdict on an exception in the author's code."""
        if failure.kind == MemoryError.__name__:
            return Verdict.memory, failure.trace
        if (exceeded := self._process.has_exceeded(at_end=True)) is not None:
            return exceeded.verdict, f"{do}: {exceeded.detail}\n{failure.trace}"
        return CRASHES[do], failure.trace

    def _ended(self, do: str) -> tuple[Verdict, str]:
        """The verdict on the end of the process, or of its channel, while it owed a reply."""
        exceeded, status = self._process.has_exceeded(at_end=True), self._process.wait()
        if status == 128 + signal.SIGXCPU:
            return Verdict.cpu_time, f"{do}: more than {self._limits.cpu_seconds} s of processor time"
        if exceeded is not None:
            return exceeded.verdict, f"{do}: {exceeded.detail}"
        if status is None or status == CHANNEL_CLOSED:
            return (
                Verdict.invalid_message,
                f"{do}: the channel to the evaluator was closed: leave its descriptors to the shim",
            )
        if status or do == "finish":
            return CRASHES[do], f"{do}: the process ended with status {status}{_signal(status)}"
        return (
            Verdict.exited_early,
            f"{do}: the process ended after {self._told} evaluations, with budget left",
        )


def run(
    code: Code,
    environment: Environment,
    limits: Limits,
    objective: Objective,
    budget: Budget,
    *,
    seed: int,
    training_seed: int,
    workers: int = 1,
    level: Level = Level.sealed,
    stop_after: float = math.inf,
) -> Outcome:
    """Run a submission against an objective under a simulated clock.

    Args:
        code: What is run.
        environment: What it may import.
        limits: What it may use.
        objective: Evaluates an architecture with a training seed.
        budget: When to end, as the submission is told.
        seed: Of the submission's random numbers.
        training_seed: Of first evaluations, see `simulate`.
        workers: Evaluations that are open at once.
        level: How well it is sealed off.
        stop_after: Evaluations after which to end nonetheless, of which the submission is told nothing.

    Raises:
        SandboxError: The sandbox cannot be made. Faults of the submission are verdicts.
    """
    process = start(code.files, environment, limits, level=level)
    try:
        clock = Clock(objective, workers)
        session = Session(process, code, budget, clock, limits, seed)
        spent = replace(budget, evaluations=min(budget.evaluations, stop_after))
        trajectory, recommendation = _driven(session, clock, spent, training_seed)
        if session.fault is not None:
            process.kill()
    except BaseException:
        process.kill()
        raise
    finally:
        usage = process.close()
    return Outcome(
        verdict=Verdict.completed if session.fault is None else session.fault.verdict,
        detail="" if session.fault is None else session.fault.detail,
        trajectory=trajectory,
        recommendation=recommendation,
        usage=usage,
        output=printable(process.output),
        is_function=session.is_function,
    )


def _driven(
    session: Session, clock: Clock, budget: Budget, training_seed: int
) -> tuple[Trajectory, Genotype | None]:
    recommendation = None
    with suppress(Fault):
        session.begin()
    trajectory = drive(session, clock, budget, seed=training_seed)
    with suppress(Fault):
        recommendation = session.finish()
    return trajectory, recommendation


def _signal(status: int) -> str:
    """The signal that a status stands for; a process may end with the same by its own choice."""
    try:
        return f", which stands for {signal.Signals(status - 128).name}"
    except ValueError:
        return ""


def _finite(number: float) -> float | None:
    """JSON has no infinity."""
    return number if math.isfinite(number) else None
