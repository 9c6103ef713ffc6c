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
class Check:
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
) -> list[Check]:
    """Look at an entry's runs, and at its code if that is at hand.

    Args:
        runs: At least one.
        submission: Its folder.
        findings: Of the scan of its source.
    """
    found = [*_of_sandbox(runs), _of_failures(runs), _of_conflicts(runs), *_of_promises(runs)]
    return [*found, *_of_code(runs, submission, findings)]


def _of_sandbox(runs: Sequence[Run]) -> Iterator[Check]:
    total = len(runs)
    sealed = sum(run.cell.level is Level.sealed for run in runs)
    yield Check(
        ClaimVerdict.holds if sealed == total else ClaimVerdict.fails,
        f"{sealed:,} of {total:,} runs were sealed off: namespaces, filtered system calls, limited resources",
    )
    grouped = sum(run.origin.grouped for run in runs)
    yield Check(
        ClaimVerdict.holds if grouped == total else ClaimVerdict.undecided,
        f"a control group limited memory and processes of {grouped:,} of {total:,} runs, too",
    )
    tried = Counter(run.origin.canary for run in runs if run.origin.canary)
    outcomes = ", ".join(f"SHA-256 {canary} ({number:,})" for canary, number in sorted(tried.items()))
    yield Check(
        ClaimVerdict.holds if tried.total() == total else ClaimVerdict.undecided,
        f"canaries had tried to get out of the sandbox before {tried.total():,} of {total:,} runs, in vain"
        + (f"; hash of what they found: {outcomes}" if tried else ""),
    )


def _of_failures(runs: Sequence[Run]) -> Check:
    failed = Counter(run.verdict.value for run in runs if run.verdict is not Verdict.completed)
    if not failed:
        return Check(ClaimVerdict.holds, f"all {len(runs):,} runs came to their end")
    listed = ", ".join(f"{verdict} ({number:,})" for verdict, number in failed.most_common())
    return Check(ClaimVerdict.fails, f"{failed.total():,} of {len(runs):,} runs failed: {listed}")


def _of_conflicts(runs: Sequence[Run]) -> Check:
    families = sorted({family for run in runs for family in run.conflicts})
    releases = sorted({run.release.name for run in runs if run.conflicts})
    if not releases:
        return Check(ClaimVerdict.holds, "it fits no model of the family of a surrogate that it ran on")
    return Check(
        ClaimVerdict.undecided,
        f"it fits {', '.join(families)}, as the surrogates of {', '.join(releases)} do: not counted there",
    )


def _of_promises(runs: Sequence[Run]) -> Iterator[Check]:
    told = runs[0].entry
    if told.used_benchmark_data:
        yield Check(
            ClaimVerdict.undecided, "it says that results of this benchmark went into its design or settings"
        )
    if not told.deterministic:
        yield Check(
            ClaimVerdict.undecided, "it says that it is not deterministic: its runs cannot be made again"
        )


def _of_code(
    runs: Sequence[Run], submission: Submission | None, findings: Sequence[Finding]
) -> Iterator[Check]:
    hashes = sorted({run.cell.tree_hash for run in runs})
    if submission is None:
        yield Check(
            ClaimVerdict.undecided, f"its code was not at hand here; SHA-256 of what ran: {', '.join(hashes)}"
        )
        return
    if hashes == [submission.tree_hash]:
        yield Check(ClaimVerdict.holds, f"the code below is what ran: SHA-256 {submission.tree_hash}")
    else:
        yield Check(
            ClaimVerdict.fails,
            f"the code below (SHA-256 {submission.tree_hash}) is not what ran, or not all of it: "
            f"SHA-256 {', '.join(hashes)}",
        )
    errors = sum(each.severity is Severity.error for each in findings)
    yield Check(
        ClaimVerdict.fails if errors else ClaimVerdict.undecided if findings else ClaimVerdict.holds,
        f"the scan of its source has {len(findings)} finding{'s' * (len(findings) != 1)}"
        + (f", {errors} of them a reason to refuse it" if errors else ""),
    )
