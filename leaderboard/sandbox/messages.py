"""What evaluator and submission say to each other: one JSON line each, in turn, of limited size.

| request (evaluator)                      | reply (submission), beside the request's `id`         |
|------------------------------------------|-------------------------------------------------------|
| `start`                                  | nothing; before anything submitted is loaded          |
| `import` entry_point                     | nothing                                               |
| `build` seed, budget, settings           | `function`: whether it is one, not a class            |
| `ask`                                    | `genotype`, or `returned`: the function is at its end |
| `tell` proposal, result, remaining       | nothing                                               |
| `finish`                                 | `genotype`: the recommendation, or null               |

Of a training that is to pause, `ask` is answered with its `epochs`, too, and one that is to go on with the
proposal that it `resumes`: the `id` of that request. `result` has the fields of `shim.Result`.

Any reply may be `failed` with the error instead; `asked_after_budget` may be the one to `finish`.
"""

from __future__ import annotations

import enum
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError

from leaderboard.legible import legible, shortened
from nb301.optimizers import RunEnded
from nb301.records import StrictRecord, first_wrong

#: Raised whenever an equal submission with an equal seed would no longer be told the same.
VERSION = 3
#: Longest line in bytes, its end included.
MAX_LINE = 64 * 1024
#: Longest text of a submission that a verdict repeats, in characters.
_MAX_DETAIL = 2000


class Verdict(enum.StrEnum):
    """How a run ended; there are no other ways."""

    meaning: str
    """For readers, in Markdown."""

    def __new__(cls, value: str, meaning: str) -> Self:
        """Make a verdict of its name and what it means."""
        verdict = str.__new__(cls, value)
        verdict._value_ = value
        verdict.meaning = meaning
        return verdict

    completed = "completed", "The budget was spent."
    crash_import = (
        "crash_import",
        "An exception, or the end of the process by a signal, while the entry point was imported.",
    )
    crash_build = "crash_build", "The same while the optimizer was built."
    crash_ask = "crash_ask", "The same in `ask`, or in a function that proposes."
    crash_tell = "crash_tell", "The same in `tell`."
    crash_recommend = "crash_recommend", "The same in `recommend`, or in a function after its last proposal."
    timeout = "timeout", "No answer before a deadline."
    cpu_time = "cpu_time", "More processor time than declared."
    memory = "memory", "More memory than declared."
    invalid_message = (
        "invalid_message",
        "A line that is no reply to the request: code took the channel from the shim.",
    )
    message_too_large = "message_too_large", "A reply of more than 64 KiB."
    output_too_large = "output_too_large", "More on stdout and stderr than anybody reads."
    invalid_genotype = (
        "invalid_genotype",
        "No genotype of the space, or no training of the track, was proposed; nothing is put in its place.",
    )
    exited_early = "exited_early", "The process or the function ended while there was budget left."
    asked_after_budget = (
        "asked_after_budget",
        "A function went on after it was told that the budget is spent.",
    )


#: What each request runs, as a verdict calls it.
CRASHES = {
    "import": Verdict.crash_import,
    "build": Verdict.crash_build,
    "ask": Verdict.crash_ask,
    "tell": Verdict.crash_tell,
    "finish": Verdict.crash_recommend,
}


#: Fields that a reply to each request may have, beside its number and `failed`.
_FIELDS: dict[str, set[str]] = {
    "import": set(),
    "build": {"function"},
    "ask": {"genotype", "epochs", "resumes", "returned"},
    "tell": set(),
    "finish": {"genotype", "asked_after_budget"},
}


class Fault(RunEnded):
    """A run's end before its budget's: the verdict, and what happened in the author's terms."""

    def __init__(self, verdict: Verdict, detail: str) -> None:
        self.verdict = verdict
        self.detail = printable(detail)
        super().__init__(f"{verdict}: {self.detail}")


class Crash(StrictRecord):
    """An exception in the author's code."""

    kind: Annotated[str, Field(max_length=200)]
    trace: str


class Reply(StrictRecord):
    """Any reply; which fields it may have depends on the request."""

    id: int
    genotype: Any = None
    epochs: Any = None
    resumes: int | None = None
    function: bool = False
    returned: bool = False
    failed: Crash | None = None
    asked_after_budget: bool = False


def read_reply(line: bytes, do: str, number: int) -> Reply:
    """Read the reply to a request.

    Args:
        line: What was received.
        do: What the request was.
        number: Its `id`.

    Raises:
        Fault: It is no reply to this request.
    """
    try:
        reply = Reply.model_validate_json(line)
    except ValidationError as error:
        raise _no_reply(do, line, first_wrong(error)) from None
    if reply.id != number:
        raise _no_reply(do, line, f"the request's id is {number}")
    if unknown := reply.model_fields_set - _FIELDS[do] - {"id", "failed"}:
        raise _no_reply(do, line, f"there is no {', '.join(sorted(unknown))} in it")
    return reply


def _no_reply(do: str, line: bytes, why: str) -> Fault:
    return Fault(
        Verdict.invalid_message,
        f"{do}: {line[:200]!r} is no reply ({why}): leave the channel's descriptors to the shim",
    )


def printable(text: str) -> str:
    """A submission's text, its middle left out where it is long, with all that cannot be seen as escapes."""
    return legible(shortened(text, _MAX_DETAIL))
