"""What speaks for an entry's results, and against them: sandbox, failures, conflicts, and its code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leaderboard.entries.scan import Finding, Severity
from leaderboard.entries.submission import Submission
from leaderboard.runs.record import Run
from leaderboard.sandbox.limits import Level
from leaderboard.sandbox.messages import Verdict
from nb301.releases.report import ClaimVerdict

_WORDS = {ClaimVerdict.holds: "good", ClaimVerdict.fails: "bad", ClaimVerdict.undecided: "mind"}


@dataclass(frozen=True, slots=True)
class CheckedFact:
    """One fact, and whether a reader need mind it."""

    #: `holds`, `fails` or `undecided`.
    verdict: ClaimVerdict
    text: str

    @property
    def sign(self) -> str:
        """For the eye."""
        return self.verdict.sign

    @property
    def word(self) -> str:
        """For those who do not see the sign."""
        return _WORDS[self.verdict]


def checks(
    runs: Sequence[Run], submission: Submission | None, findings: Sequence[Finding] = ()
) -> list[CheckedFact]:
    """Look at an entry's runs, and at its code if that is at hand.

    Args:
        runs: At least one.
        submission: Its folder.
        findings: Of the scan of its source.
    """
    facts = [*_sandbox(runs), _failures(runs), _conflicts(runs), *_promises(runs)]
    facts.append(_code_that_ran(runs, submission))
    if submission is not None:
        facts.append(_scan(findings))
    return facts


def _sandbox(runs: Sequence[Run]) -> Iterator[CheckedFact]:
    total, sealed, grouped = len(runs), 0, 0
    canaries: Counter[str] = Counter()
    for run in runs:
        sealed += run.cell.level is Level.sealed
        grouped += run.origin.grouped
        if run.origin.canary:
            canaries[run.origin.canary] += 1
    yield CheckedFact(
        ClaimVerdict.holds if sealed == total else ClaimVerdict.fails,
        f"{sealed:,} of {total:,} runs were sealed off: namespaces, filtered system calls, limited resources",
    )
    yield CheckedFact(
        ClaimVerdict.holds if grouped == total else ClaimVerdict.undecided,
        f"a control group limited memory and processes of {grouped:,} of {total:,} runs, too",
    )
    yield _canaries(canaries, total)


def _canaries(outcomes: Counter[str], total: int) -> CheckedFact:
    """What canaries came to, by the hash of what they found."""
    tried = outcomes.total()
    text = f"canaries had tried to get out of the sandbox before {tried:,} of {total:,} runs, in vain"
    if outcomes:
        hashes = (f"SHA-256 {canary} ({number:,})" for canary, number in sorted(outcomes.items()))
        text += f"; hash of what they found: {', '.join(hashes)}"
    return CheckedFact(ClaimVerdict.holds if tried == total else ClaimVerdict.undecided, text)


def _failures(runs: Sequence[Run]) -> CheckedFact:
    failed = Counter(run.verdict.value for run in runs if run.verdict is not Verdict.completed)
    if not failed:
        return CheckedFact(ClaimVerdict.holds, f"all {len(runs):,} runs came to their end")
    listed = ", ".join(f"{verdict} ({number:,})" for verdict, number in failed.most_common())
    return CheckedFact(ClaimVerdict.fails, f"{failed.total():,} of {len(runs):,} runs failed: {listed}")


def _conflicts(runs: Sequence[Run]) -> CheckedFact:
    families: set[str] = set()
    releases = set()
    for run in runs:
        if run.conflicts:
            families.update(run.conflicts)
            releases.add(run.release.name)
    if not releases:
        return CheckedFact(ClaimVerdict.holds, "it fits no model of the family of a surrogate that it ran on")
    return CheckedFact(
        ClaimVerdict.undecided,
        f"it fits {', '.join(sorted(families))}, as the surrogates of {', '.join(sorted(releases))} do: not "
        "counted there",
    )


def _promises(runs: Sequence[Run]) -> Iterator[CheckedFact]:
    entry = runs[0].entry
    if entry.used_benchmark_data:
        yield CheckedFact(
            ClaimVerdict.undecided, "it says that results of this benchmark went into its design or settings"
        )
    if not entry.deterministic:
        yield CheckedFact(
            ClaimVerdict.undecided, "it says that it is not deterministic: its runs cannot be made again"
        )


def _code_that_ran(runs: Sequence[Run], submission: Submission | None) -> CheckedFact:
    hashes = sorted({run.cell.tree_hash for run in runs})
    if submission is None:
        return CheckedFact(
            ClaimVerdict.undecided, f"its code was not at hand here; SHA-256 of what ran: {', '.join(hashes)}"
        )
    if hashes == [submission.tree_hash]:
        return CheckedFact(ClaimVerdict.holds, f"the code below is what ran: SHA-256 {submission.tree_hash}")
    return CheckedFact(
        ClaimVerdict.fails,
        f"the code below (SHA-256 {submission.tree_hash}) is not what ran, or not all of it: "
        f"SHA-256 {', '.join(hashes)}",
    )


def _scan(findings: Sequence[Finding]) -> CheckedFact:
    errors = sum(finding.severity is Severity.error for finding in findings)
    counted = f"the scan of its source has {len(findings)} finding{'s' * (len(findings) != 1)}"
    if errors:
        return CheckedFact(ClaimVerdict.fails, f"{counted}, {errors} of them a reason to refuse it")
    return CheckedFact(ClaimVerdict.undecided if findings else ClaimVerdict.holds, counted)
