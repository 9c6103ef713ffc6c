"""Sealed runs: what well-behaved submissions get, and the verdict of each hostile one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from leaderboard.errors import SandboxError
from leaderboard.limits import Limits
from leaderboard.profile import Environment
from leaderboard.protocol import Verdict
from leaderboard.sandbox import start
from leaderboard.session import Author, run
from nb301.optimizers import Budget

HOSTILE = Path(__file__).with_name("hostile")
ENVIRONMENT = Environment("none")
#: Small, so that what exceeds a limit does so soon; a shared machine may take its time to answer.
LIMITS = Limits(
    memory_mb=128,
    temp_mb=4,
    output_kb=64,
    cpu_seconds=20,
    start_seconds=30,
    answer_seconds=30,
    wall_seconds=60,
)
SOON = replace(LIMITS, answer_seconds=0.4)
BUDGET = Budget(seconds=10_000)


@pytest.fixture(scope="module", autouse=True)
def sandbox():
    """Skip where there is no sandbox: CI has one."""
    try:
        process = start(HOSTILE, ENVIRONMENT, LIMITS)
    except SandboxError as error:
        pytest.skip(str(error))
    process.kill()
    process.close()


def objective(genotype, _):
    """Any function of the architecture; a training takes 1,000 s."""
    return SimpleNamespace(val_accuracy=0.9 + 0.05 * genotype.key / 2**64, runtime=1000.0)


def outcome(name, limits=LIMITS, *, entry="Optimizer", budget=BUDGET, **arguments):
    author = Author(HOSTILE, f"{name}:{entry}", {})
    return run(author, ENVIRONMENT, limits, objective, budget, seed=1, training_seed=0, **arguments)


V = Verdict
#: Module, limits, verdict, what its detail says, evaluations that ended before.
CASES = [
    ("crash_at_import", LIMITS, V.crash_import, "broken at import", 0),
    ("no_such_name", LIMITS, V.crash_import, "has no attribute 'Optimizer'", 0),
    ("no_such_module", LIMITS, V.crash_import, "No module named", 0),
    ("crash_in_build", LIMITS, V.crash_build, "population is empty", 0),
    ("crash_in_ask", LIMITS, V.crash_ask, "ZeroDivisionError", 3),
    ("crash_in_tell", LIMITS, V.crash_tell, "KeyError: 'population'", 1),
    ("crash_in_recommend", LIMITS, V.crash_recommend, "no incumbent", 10),
    ("segfault", LIMITS, V.crash_ask, "SIGSEGV", 0),
    ("hang_at_import", replace(LIMITS, start_seconds=1), V.timeout, "import: no answer within", 0),
    ("hang_in_ask", SOON, V.timeout, "ask: no answer within 0.4 s", 0),
    ("hang_in_tell", SOON, V.timeout, "tell: no answer", 1),
    ("hang_in_ask", replace(LIMITS, wall_seconds=1), V.timeout, "ask: no answer", 0),
    ("late_answer", SOON, V.timeout, "ask: no answer", 0),
    ("stops_itself", SOON, V.timeout, "ask: no answer", 0),
    ("half_line", SOON, V.timeout, "ask: no answer", 0),
    ("half_line_and_end", LIMITS, V.invalid_message, "breaks off", 0),
    ("long_line", LIMITS, V.message_too_large, "65536 bytes", 0),
    ("long_genotype", LIMITS, V.message_too_large, "65536 bytes", 0),
    ("endless_output", LIMITS, V.output_too_large, "64 KiB", 0),
    ("endless_replies", LIMITS, V.invalid_message, "there is no genotype in it", 1),
    ("memory_bomb", LIMITS, V.memory, "", 0),
    ("stubborn_memory_bomb", LIMITS, V.memory, "", 0),
    ("fork_bomb", LIMITS, V.crash_ask, "PermissionError", 0),
    ("subprocess_bomb", LIMITS, V.crash_ask, "PermissionError", 0),
    ("thread_bomb", LIMITS, V.crash_ask, "can't start new thread", 0),
    ("fills_temp", LIMITS, V.crash_ask, "No space left on device", 0),
    ("burns_time", replace(LIMITS, cpu_seconds=1), V.cpu_time, "1 s of processor time", 0),
    ("invalid_genotype", LIMITS, V.invalid_genotype, "node 4 reads node 4", 0),
    ("foreign_genotype", LIMITS, V.invalid_genotype, "proposal 0: cannot read", 0),
    ("nan_genotype", LIMITS, V.invalid_genotype, "op nan", 0),
    ("nan_alone", LIMITS, V.invalid_genotype, "nan", 0),
    ("nothing", LIMITS, V.invalid_genotype, "None", 0),
    ("huge_integer", LIMITS, V.invalid_genotype, "", 0),
    ("huger_integer", LIMITS, V.invalid_message, "", 0),
    ("hostile_text", LIMITS, V.crash_ask, "RuntimeError", 0),
    ("hostile_keys", LIMITS, V.invalid_genotype, "normal cell", 0),
    ("deep_nesting", LIMITS, V.invalid_message, "", 0),
    ("unknown_field", LIMITS, V.invalid_message, "val_error", 0),
    ("wrong_request", LIMITS, V.invalid_message, "the request's id is 3", 0),
    ("not_json", LIMITS, V.invalid_message, "", 0),
    ("ends_early", LIMITS, V.exited_early, "after 1 evaluations", 1),
    ("ends_early_politely", LIMITS, V.exited_early, "after 1 evaluations", 1),
    ("closes_channel", LIMITS, V.crash_ask, "status 120", 0),
    ("kills_parent", LIMITS, V.completed, "", 10),
    ("reads_parent", LIMITS, V.crash_ask, "", 0),
    ("reads_releases", LIMITS, V.crash_ask, "No module named 'nb301'", 0),
    ("opens_tcp", LIMITS, V.crash_ask, "PermissionError", 0),
    ("opens_udp", LIMITS, V.crash_ask, "PermissionError", 0),
    ("opens_unix", LIMITS, V.crash_ask, "PermissionError", 0),
    ("raises_limits", LIMITS, V.crash_ask, "", 0),
    ("hang_after_finish", LIMITS, V.completed, "", 10),
]


@pytest.mark.parametrize(
    ("name", "limits", "verdict", "detail", "evaluations"), CASES, ids=[case[0] for case in CASES]
)
def test_hostile_submission_ends_in_its_verdict(name, limits, verdict, detail, evaluations):
    """Whatever a submission does, the run ends, its verdict says how, and what ended before stays."""
    ended = outcome(name, limits)

    assert (ended.verdict, ended.detail) == (verdict, ended.detail)
    assert detail in ended.detail
    assert evaluations in (None, len(ended.trajectory))
