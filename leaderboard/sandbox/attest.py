"""Proves, before submissions run, that the sandbox holds: probes try to get out of it, and none may."""

from __future__ import annotations

import json
import os
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from leaderboard.errors import SandboxError
from leaderboard.inside import canary as probes
from leaderboard.places import INSIDE, LIBRARY, ROOT
from leaderboard.sandbox import mounts
from leaderboard.sandbox.limits import Level, Limits
from leaderboard.sandbox.messages import Fault
from leaderboard.sandbox.mounts import Environment
from leaderboard.sandbox.seccomp import REFUSED
from leaderboard.sandbox.start import start
from nb301.files import sha256

#: What a probe's process may use: little, since probes try to take all of it.
_LIMITS = Limits(memory_mb=256, temp_mb=4, cpu_seconds=60)


@dataclass(frozen=True, slots=True)
class Attestation:
    """How submissions are sealed off on this machine; part of what a run records."""

    level: Level
    #: Whether a control group limits it, too.
    grouped: bool
    #: SHA-256 of the probes' source, their outcomes, the profile and the filter; empty if none was tried.
    canary: str
    #: Names of the probes, all of them denied.
    probes: tuple[str, ...]


def attest(level: Level = Level.sealed) -> Attestation:
    """Run all probes in the profile that submissions run in.

    Raises:
        SandboxError: A probe got what it tried; names it. Or the sandbox cannot be made.
    """
    if level is Level.limited:
        return Attestation(level, grouped=False, canary="", probes=())
    outcomes, grouped = _outcomes()
    escapes = [f"{probe}: {outcome}" for probe, outcome in outcomes.items() if outcome != probes.DENIED]
    if escapes:
        raise SandboxError(
            f"the sandbox does not hold on this machine, so nothing is run in it: {'; '.join(escapes)}"
        )
    source = (INSIDE / "canary.py").read_bytes()
    evidence = json.dumps([sha256(source), outcomes, mounts.description(_LIMITS), REFUSED], sort_keys=True)
    return Attestation(level, grouped, sha256(evidence.encode()), tuple(outcomes))


def _outcomes() -> tuple[dict[str, str], bool]:
    """What each probe got, in the order in which they were tried, and whether they were grouped."""
    hidden = _hidden()
    process = start(
        {},
        Environment("", library=True),
        _LIMITS,
        module="leaderboard.inside.canary",
        arguments=[str(os.getpid()), *map(str, hidden.values())],
    )
    try:
        process.send({"id": 0, "do": "probe"})
        line = process.receive(_LIMITS.start_seconds, "probe")
        answer = {} if line is None else json.loads(line)
    except Fault as fault:
        raise SandboxError(f"the probes of the sandbox ended with {fault}") from None
    finally:
        process.kill()
        process.close()
    if "outcomes" not in answer:
        raise SandboxError(f"the probes of the sandbox said nothing: {process.output}")
    return _labelled(answer["outcomes"], hidden), process.is_grouped


def _labelled(outcomes: dict[str, str], hidden: dict[str, Path]) -> dict[str, str]:
    """Outcomes in which probes that read are named by what they read, not by this machine's paths."""
    labels = {f"read {path}": f"read {label}" for label, path in hidden.items()}
    return {labels.get(probe, probe): outcome for probe, outcome in outcomes.items()}


def _hidden() -> dict[str, Path]:
    """Files and folders of this machine that nobody inside may see, by what they are."""
    library = Path(mounts.OURS, "nb301")
    hidden = {
        "the releases": LIBRARY / "releases",
        "the tables": LIBRARY / "tables",
        "the checkout": ROOT,
        "the evaluator's packages": Path(sysconfig.get_path("purelib"), "pydantic"),
        "the home folder": Path.home(),
        "the users": Path("/etc/passwd"),
        "the system's settings": Path("/sys"),
        "the programs": Path("/usr/bin"),
    }
    for name in ("releases", "tables", "surrogates", "truth", "noise.py"):
        hidden[f"the library's {name}"] = library / name
    hidden["the library's searches"] = library / "optimizers/one_shot"
    return hidden
