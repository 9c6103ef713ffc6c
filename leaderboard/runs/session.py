"""A session runs a submission once: its sealed process as an `Optimizer`, and its end as a verdict."""

from __future__ import annotations

import math
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from leaderboard.entries.submission import Submission
from leaderboard.inside.shim import CHANNEL_CLOSED
from leaderboard.problems import Problem
from leaderboard.runs.blind import Labels
from leaderboard.runs.proposals import Asked, Proposals, distinct
from leaderboard.sandbox.limits import Level, Limits
from leaderboard.sandbox.messages import CRASHES, Crash, Fault, Reply, Verdict, printable, read_reply
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.process import Process, Usage
from leaderboard.sandbox.start import start
from nb301.cost import CIFAR10_NETWORK, NetworkShape, cost
from nb301.errors import shown
from nb301.formats import read
from nb301.optimizers import Budget, Objective, Observation, Trajectory
from nb301.optimizers.base import EPOCHS, Training
from nb301.optimizers.run import drive
from nb301.optimizers.workers import Finished, SimulatedWorkers
from nb301.space import Genotype

#: What a training is said to take in blind runs, where its own time would tell ops apart: the mean of random
#: ones, seconds (F43).
_BLIND_SECONDS = 4652.0
#: In how many steps such a run is told of its budget: one is as long as ten trainings of 10^6 s.
_BLIND_STEPS = 20


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
class Conditions:
    """What a run is about, beside its budget."""

    problem: Problem = Problem.accuracy
    #: Whose multiply-adds and parameters are told where they count.
    network: NetworkShape = CIFAR10_NETWORK
    #: What names stand for; None for what they say.
    labels: Labels | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run, however it ended."""

    verdict: Verdict
    #: What happened, in the author's terms; empty if the run was completed.
    detail: str
    #: The evaluations that ended within the budget, or before the fault.
    trajectory: Trajectory
    #: Those and what was open in the end.
    proposals: Proposals
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
        conditions: What the run is about.
    """

    def __init__(
        self,
        process: Process,
        code: Code,
        budget: Budget,
        clock: Clock,
        limits: Limits,
        seed: int,
        conditions: Conditions,
    ) -> None:
        self._process, self._code, self._budget = process, code, budget
        self._clock, self._limits, self._seed = clock, limits, seed
        self._conditions = conditions
        self._number = 0
        self._told = 0
        #: Numbers of the requests that open proposals answered, by the identity of the object.
        self._open: dict[int, int] = {}
        #: Trainings that may go on, by the number of the request that they answered.
        self._paused: dict[int, Training] = {}
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
            "problem": self._conditions.problem,
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

    def ask(self) -> Asked:
        """Ask for a genotype, or for a training of some epochs.

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
        genotype = distinct(self._read(reply.genotype, f"proposal {len(self._open) + self._told}"))
        is_whole = reply.epochs is None and reply.resumes is None
        asked = genotype if is_whole else self._training(genotype, reply.epochs, reply.resumes)
        self._open[id(asked)] = self._number
        return asked

    def _training(self, genotype: Genotype, epochs: object, resumes: int | None) -> Training:
        """A training of some epochs, where such may be proposed, new or going on with another one."""
        what = f"a training of {shown(epochs)} epochs"
        if self._conditions.problem is not Problem.multi_fidelity:
            self._end(Verdict.invalid_genotype, f"{what}: on this track every training is whole")
        if not isinstance(epochs, int) or isinstance(epochs, bool):
            self._end(Verdict.invalid_genotype, f"{what}: expected an integer")
        before = None if resumes is None else self._paused.pop(resumes, None)
        if resumes is not None and (before is None or before.genotype != genotype):
            self._end(
                Verdict.invalid_genotype,
                f"{what} goes on with one that has not paused, was taken up before, or is another "
                "genotype's; or one object was proposed twice",
            )
        if before is not None and before.epochs == EPOCHS:
            self._end(Verdict.invalid_genotype, f"{what} goes on with one that has ended, after {EPOCHS}")
        fewest = 1 if before is None else before.epochs + 1
        if not fewest <= epochs <= EPOCHS:
            self._end(Verdict.invalid_genotype, f"{what}: expected {fewest} to {EPOCHS} here")
        return Training(genotype, epochs, before)

    def tell(self, asked: Asked, observation: Observation) -> None:
        """Tell a result.

        Raises:
            Fault: It cannot take it.
        """
        self._told += 1
        number = self._open.pop(id(asked))
        if isinstance(asked, Training):
            self._paused[number] = asked
        self._request(
            "tell",
            proposal=number,
            result=self._result(asked, observation),
            remaining=[_finite(self._remaining_seconds()), _finite(self._budget.evaluations - self._told)],
        )

    def _remaining_seconds(self) -> float:
        """What is left of the budget; in blind runs in steps, whose last digits would tell ops apart."""
        remaining = self._budget.seconds - self._clock.seconds
        if self._conditions.labels is None or not math.isfinite(remaining):
            return remaining
        step = self._budget.seconds / _BLIND_STEPS
        return math.ceil(remaining / step) * step

    def _result(self, asked: Asked, observation: Observation) -> dict[str, object]:
        """The fields of a result: of the architecture that was trained, whatever its name in the run."""
        result: dict[str, object] = {
            "val_error": 1 - observation.val_accuracy,
            "seconds": observation.runtime if self._conditions.labels is None else _BLIND_SECONDS,
            "curve": [1 - accuracy for accuracy in observation.curve],
        }
        if self._conditions.problem is Problem.multi_objective and isinstance(asked, Genotype):
            costs = cost(asked, self._conditions.network)
            result.update(multiply_adds=costs.multiply_adds, parameters=costs.parameters)
        return result

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
        labels = self._conditions.labels
        try:
            genotype = read(written)
            return genotype if labels is None else labels.named(genotype)
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
    conditions: Conditions = Conditions(),
    level: Level = Level.sealed,
    stop_after: float = math.inf,
) -> Outcome:
    """Run a submission against an objective under a simulated clock.

    Args:
        code: What is run.
        environment: What it may import.
        limits: What it may use.
        objective: Evaluates an architecture with a training seed; where trainings pause it has a method
            `curve`.
        budget: When to end, as the submission is told.
        seed: Of the submission's random numbers.
        training_seed: Of first evaluations, see `simulate`.
        workers: Evaluations that are open at once.
        conditions: What the run is about.
        level: How well it is sealed off.
        stop_after: Evaluations after which to end nonetheless, of which the submission is told nothing.

    Raises:
        SandboxError: The sandbox cannot be made. Faults of the submission are verdicts.
    """
    process = start(code.files, environment, limits, level=level)
    try:
        clock = Clock(objective, workers)
        session = Session(process, code, budget, clock, limits, seed, conditions)
        proposals = Proposals(session)
        spent = replace(budget, evaluations=min(budget.evaluations, stop_after))
        with suppress(Fault):
            session.begin()
        trajectory = drive(proposals, clock, spent, seed=training_seed)
        recommendation = _recommended(session)
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
        proposals=proposals,
        recommendation=recommendation,
        usage=usage,
        output=printable(process.output),
        is_function=session.is_function,
    )


def _recommended(session: Session) -> Genotype | None:
    """What a submission recommends in the end; nothing once a fault has ended its run."""
    with suppress(Fault):
        return session.finish()
    return None


def _signal(status: int) -> str:
    """The signal that a status stands for; a process may end with the same by its own choice."""
    try:
        return f", which stands for {signal.Signals(status - 128).name}"
    except ValueError:
        return ""


def _finite(number: float) -> float | None:
    """JSON has no infinity."""
    return number if math.isfinite(number) else None
