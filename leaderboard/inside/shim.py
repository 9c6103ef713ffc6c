"""Runs inside the sandbox: turns a submission's class or function into replies, one JSON line each.

    python -m leaderboard.inside.shim REQUESTS REPLIES LIMITS MODULES

REQUESTS and REPLIES are inherited file descriptors, LIMITS is the JSON that `apply_limits` takes, and
MODULES are folders with what may be imported, the submission's first. The requests are listed in
`leaderboard.sandbox.messages`. Nothing here protects the evaluator, which checks every byte that comes out: a
submission may do to this process what it likes.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn

from leaderboard.inside.space import Space

#: Most entries of a list that are sent: no notation has more, and `range` may be endless.
_ENTRIES = 100
#: Fields of DARTS' genotypes.
_FIELDS = ("normal", "normal_concat", "reduce", "reduce_concat")
#: Most characters of the beginning and the end of an error's traceback, and of its name: the line that
#: carries them must stay below the limit.
_HEAD, _TRACE, _KIND = 1000, 3000, 100
#: Exit status where nothing can be read from the channel or written to it.
CHANNEL_CLOSED = 97


class BudgetExhausted(Exception):
    """Raised by `objective` when the run is over; let it pass, or return your recommendation."""


@dataclass(frozen=True)
class Result:
    """What a submission learns of a genotype that it proposed."""

    #: Of one training, with that training's noise; fraction.
    val_error: float
    #: That the training took, or its part that was proposed; simulated.
    seconds: float
    #: Validation errors after each epoch so far, fractions, of a training that was proposed with epochs.
    curve: tuple[float, ...] = ()
    #: Of the network, for one image; where they are to be minimized, too.
    multiply_adds: int | None = None
    #: Of the network, trainable; likewise.
    parameters: int | None = None


@dataclass
class Budget:
    """What a run may spend, and what is left of it; brought up to date before every `tell`."""

    #: Simulated; None where only evaluations count.
    seconds: float | None
    #: None where only seconds count.
    evaluations: int | None
    #: Evaluations that may be open at once.
    workers: int
    remaining_seconds: float | None
    remaining_evaluations: int | None
    #: What is searched for, and may be asked: `accuracy`, `multi-fidelity` or `multi-objective`.
    problem: str = "accuracy"


class Channel:
    """Requests in, replies out; a reply carries the number of the request that came last.

    Where submitted code has closed it nothing can be said any more: the process ends.
    """

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests, self._replies = requests, replies
        #: Of the last request.
        self.number = 0
        #: Whether a request waits for its reply.
        self.pending = False

    def receive(self) -> dict[str, Any]:
        """Wait for the next request; where there is none the evaluator is gone."""
        try:
            line = self._requests.readline()
        except (OSError, ValueError):
            line = b""
        if not line:
            _leave(CHANNEL_CLOSED)
        request: dict[str, Any] = json.loads(line)
        self.number, self.pending = request["id"], True
        return request

    def reply(self, **fields: Any) -> None:
        """Answer the request that came last, or the next one where that has its answer."""
        if not self.pending:
            self.receive()
        line = json.dumps({"id": self.number, **fields}).encode() + b"\n"
        try:
            self._replies.write(line)
            self._replies.flush()
        except (OSError, ValueError):
            _leave(CHANNEL_CLOSED)
        self.pending = False


class Proposals:
    """What has been proposed: the very objects, by the number of the request that asked for them."""

    def __init__(self) -> None:
        self._open: dict[int, Any] = {}
        #: Trainings that others may go on with, and their numbers, by the identity of the object.
        self._trainings: dict[int, tuple[Any, int]] = {}

    def described(self, proposal: Any, number: int) -> dict[str, Any]:
        """The fields of a reply that propose a genotype, or a training of some epochs."""
        self._open[number] = proposal
        if not hasattr(proposal, "epochs"):
            return {"genotype": _plain(proposal)}
        resumed = getattr(proposal, "resumes", None)
        # what was never proposed has no number, nor has what is proposed twice: the evaluator refuses both
        resumes = None if resumed is None else self._trainings.get(id(resumed), (None, -1))[1]
        if id(proposal) in self._trainings:
            resumes = -1
        self._trainings[id(proposal)] = proposal, number
        return {"genotype": _genotype_of(proposal), "epochs": _plain(proposal.epochs), "resumes": resumes}

    def taken(self, number: int) -> Any:
        """The object that was proposed, whose result is there."""
        return self._open.pop(number)


class Objective:
    """What a submission's `run(objective, budget)` calls: `objective(genotype)` gives a `Result`."""

    def __init__(self, channel: Channel, space: Space, seed: int, budget: Budget) -> None:
        self.space = space
        self.seed = seed
        self._budget = budget
        self._channel = channel
        self._proposals = Proposals()
        self._over = False

    def __call__(self, genotype: Any) -> Result:
        """Train a genotype, or as a `space.training` says.

        Raises:
            BudgetExhausted: The run is over. A function that calls once more fails.
        """
        if self._over:
            self._channel.reply(asked_after_budget=True)
            _leave()
        if not self._channel.pending:
            self._next("ask")
        self._channel.reply(**self._proposals.described(genotype, self._channel.number))
        told = self._next("tell")
        self._proposals.taken(told["proposal"])
        result = _result(told, self._budget)
        self._channel.reply()
        return result

    def returned(self, value: Any) -> None:
        """Answer for a function that has returned: its recommendation, or that it ended too early."""
        if not self._channel.pending:
            self._over = self._channel.receive()["do"] == "finish"
        if self._over:
            self._channel.reply(genotype=_genotype_of(value))
        else:
            self._channel.reply(returned=True)

    def _next(self, expected: str) -> dict[str, Any]:
        """The next request, which is another than expected where the run is over."""
        request = self._channel.receive()
        if request["do"] != expected:
            self._over = True
            raise BudgetExhausted("the budget is spent: the run is over")
        return request


def serve_class(channel: Channel, optimizer: Any, budget: Budget) -> None:
    """Answer for an optimizer with `ask`, `tell` and perhaps `recommend` until the run is over."""
    proposals = Proposals()
    while True:
        request = channel.receive()
        if request["do"] == "ask":
            channel.reply(**proposals.described(optimizer.ask(), request["id"]))
        elif request["do"] == "tell":
            # told of the very object that it proposed
            result = _result(request, budget)
            optimizer.tell(proposals.taken(request["proposal"]), result)
            channel.reply()
        else:
            recommend = getattr(optimizer, "recommend", None)
            channel.reply(genotype=None if recommend is None else _genotype_of(recommend()))
            return


def apply_limits(limits: dict[str, int]) -> None:
    """Limit this process for good, before any submitted code is loaded.

    Args:
        limits: By the name of a `resource.RLIMIT_`.
    """
    for name, value in limits.items():
        # the soft limit of processor time sends a signal that says so, the hard one kills; who passes over
        # the signal is ended by the evaluator, which looks
        hard = value + 60 if name == "CPU" else value
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, hard))


def opened() -> Channel:
    """Limit this process, and open the channel that it was started with."""
    requests, replies, limits = sys.argv[1:4]
    apply_limits(json.loads(limits))
    channel = Channel(os.fdopen(int(requests), "rb"), os.fdopen(int(replies), "wb"))
    channel.receive()
    channel.reply()  # until here nothing submitted has run: what fails before is no fault of it
    return channel


def main() -> None:
    """Serve one run."""
    channel = opened()
    # packages after the standard library, as in any Python
    folder, *packages = sys.argv[4].split(os.pathsep)
    sys.path[:] = [folder, *sys.path, *packages]
    try:
        _serve(channel)
    except SystemExit as error:
        sys.stderr.write(f"the submission called sys.exit({error.code!r})\n")
        _leave()
    except BaseException as error:  # noqa: BLE001 - whatever it is, the evaluator is told
        channel.reply(failed=_described(error))
    channel.receive()  # the evaluator looks at what was used, and hangs up


def _serve(channel: Channel) -> None:
    """Import what was submitted, build it and answer for it."""
    module, _, name = channel.receive()["entry_point"].partition(":")
    author = getattr(importlib.import_module(module), name)
    channel.reply()
    request = channel.receive()
    whole = request["budget"]
    budget = Budget(**whole, remaining_seconds=whole["seconds"], remaining_evaluations=whole["evaluations"])
    if isinstance(author, type):
        optimizer = author(Space(), request["seed"], budget, **request["settings"])
        channel.reply()
        serve_class(channel, optimizer, budget)
        return
    objective = Objective(channel, Space(), request["seed"], budget)
    channel.reply(function=True)
    channel.receive()
    try:
        value = author(objective, budget, **request["settings"])
    except BudgetExhausted:
        value = None
    objective.returned(value)


def _result(request: dict[str, Any], budget: Budget) -> Result:
    """The result that a request tells; what is left of the budget is brought up to date."""
    budget.remaining_seconds, budget.remaining_evaluations = request["remaining"]
    result = request["result"]
    return Result(**{**result, "curve": tuple(result["curve"])})


def _genotype_of(proposal: Any) -> Any:
    """The genotype of what was proposed or is recommended, where it is a training, too; see `_plain`."""
    return _plain(proposal.genotype if hasattr(proposal, "epochs") else proposal)


def _plain(genotype: Any) -> Any:
    """What JSON can carry of a genotype in any notation; what it means is for the evaluator to say."""
    if genotype is None or isinstance(genotype, (str, int, float)):
        return genotype
    if hasattr(genotype, "_asdict"):
        return _plain(genotype._asdict())
    if isinstance(genotype, (list, tuple, range)):
        return [_plain(entry) for entry in genotype[:_ENTRIES]]
    if hasattr(genotype, "get_dictionary"):
        return _plain(genotype.get_dictionary())
    if isinstance(genotype, Mapping) or hasattr(genotype, "config_space"):
        return {str(key): _plain(value) for key, value in dict(genotype).items()}
    # an object with DARTS' fields; a `Genotype` of nb301 has a text of its own
    if hasattr(genotype, "normal") and not hasattr(genotype, "canonical"):
        return {name: _plain(getattr(genotype, name, None)) for name in _FIELDS}
    # arrays and scalars of numpy, which need not be there
    return _plain(genotype.tolist()) if hasattr(genotype, "tolist") else str(genotype)


def _described(error: BaseException) -> dict[str, str]:
    """Name and traceback of an error, whatever they are: never so long that they could not be sent."""
    kind = MemoryError if isinstance(error, MemoryError) else type(error)
    try:
        trace = "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001 - there may be no memory for it, or no end of it
        trace = f"{kind.__name__}, which cannot be described"
    if len(trace) > _HEAD + _TRACE:
        left_out = f"\n[{len(trace) - _HEAD - _TRACE:,} characters left out]\n"
        trace = trace[:_HEAD] + left_out + trace[-_TRACE:]
    return {"kind": _speakable(kind.__name__)[:_KIND], "trace": _speakable(trace)}


def _speakable(text: str) -> str:
    """A text that JSON can carry: half of a surrogate pair is none."""
    return text.encode("utf-8", "backslashreplace").decode()


def _leave(status: int = 0) -> NoReturn:
    """End without the submission's exit handlers, which could hold the run up."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
