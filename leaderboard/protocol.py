"""What evaluator and submission say to each other: one JSON line each, in turn, of limited size.

| request (evaluator)                      | reply (submission), beside the request's `id`         |
|------------------------------------------|-------------------------------------------------------|
| `import` entry_point                     | nothing                                               |
| `build` seed, budget, settings           | `function`: whether it is one, not a class            |
| `ask`                                    | `genotype`, or `returned`: the function is at its end |
| `tell` proposal, val_error, seconds, remaining | nothing                                         |
| `finish`                                 | `genotype`: the recommendation, or null               |

In place of any reply may come `failed` with the error, or, after the run's end, `asked_after_budget`.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nb301.optimizers import RunEnded

#: Longest line in bytes, its end included.
MAX_LINE = 64 * 1024
#: Longest text of a submission that a verdict repeats, in characters.
_MAX_DETAIL = 2000


class Verdict(enum.StrEnum):
    """How a run ended; there are no other ways."""

    completed = enum.auto()
    #: An exception, or the end of the process by a signal, in one of the author's functions.
    crash_import = enum.auto()
    crash_build = enum.auto()
    crash_ask = enum.auto()
    crash_tell = enum.auto()
    crash_recommend = enum.auto()
    #: No answer before a deadline.
    timeout = enum.auto()
    #: More processor time than declared.
    cpu_time = enum.auto()
    #: More memory than declared.
    memory = enum.auto()
    #: A line that is no reply to the request.
    invalid_message = enum.auto()
    message_too_large = enum.auto()
    #: More on stdout and stderr than anybody reads.
    output_too_large = enum.auto()
    #: A proposal that is no genotype of the space.
    invalid_genotype = enum.auto()
    #: The process or the function ended while there was budget left.
    exited_early = enum.auto()
    asked_after_budget = enum.auto()


#: What each request runs, as a verdict calls it.
CRASHES = {
    "import": Verdict.crash_import,
    "build": Verdict.crash_build,
    "ask": Verdict.crash_ask,
    "tell": Verdict.crash_tell,
    "finish": Verdict.crash_recommend,
}


class Fault(RunEnded):
    """A run's end before its budget's: the verdict, and what happened in the author's terms."""

    def __init__(self, verdict: Verdict, detail: str) -> None:
        self.verdict = verdict
        self.detail = printable(detail)
        super().__init__(f"{verdict}: {self.detail}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Failure(_Strict):
    """An exception in the author's code."""

    kind: Annotated[str, Field(max_length=200)]
    trace: str


class Reply(_Strict):
    """Any reply; which fields it may have depends on the request."""

    id: int
    genotype: Any = None
    function: bool = False
    returned: bool = False
    failed: Failure | None = None
    asked_after_budget: bool = False


def read_reply(line: bytes, request: int) -> Reply:
    """Read the reply to a request.

    Raises:
        Fault: It is none, is the reply to another request, or tells of a failure that has a verdict
            of its own.
    """
    try:
        reply = Reply.model_validate_json(line)
    except ValidationError as error:
        raise Fault(
            Verdict.invalid_message,
            f"expected a reply to request {request}, got {line[:200]!r} ({error.errors()[0]['msg']}); "
            "leave the channel's descriptors to the shim",
        ) from None
    if reply.id != request:
        raise Fault(
            Verdict.invalid_message, f"expected a reply to request {request}, got one to {reply.id:.6g}"
        )
    if reply.asked_after_budget:
        raise Fault(
            Verdict.asked_after_budget,
            "objective() was called again after it had raised BudgetExhausted: return from the function",
        )
    return reply


def printable(text: str) -> str:
    """A submission's text, shortened, without what could move a terminal's cursor or split a line."""
    shown = "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text[-_MAX_DETAIL:])
    return shown.encode("utf-8", "replace").decode("utf-8")
