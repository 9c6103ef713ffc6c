"""What speaks for an entry's results, and against them."""

from __future__ import annotations

from leaderboard.entries.scan import Finding, Severity
from leaderboard.pages.entries.checks import checks


def verdicts(runs, submission=None):
    return {check.text.partition(":")[0]: check.verdict for check in checks(runs, submission)}


def test_checks_speak_for_and_against(make_run, submit):
    """A reader learns whether code, sandbox and canaries are what they should be."""
    submission = submit(optimizer="x = 1\n")
    ran = make_run(cell={"tree_hash": submission.tree_hash})
    other, origin = make_run(), make_run().origin.model_dump()

    good = verdicts([ran], submission)
    assert {*good.values()} == {"holds"}
    assert (
        verdicts([other], submission)[
            f"the code below (SHA-256 {submission.tree_hash}) is not what ran, or not all of it"
        ]
        == "fails"
    )
    bare = verdicts([make_run(origin=origin | {"grouped": False, "canary": ""})])
    assert bare["a control group limited memory and processes of 0 of 1 runs, too"] == "undecided"
    assert [*bare.values()].count("undecided") == 3


def test_findings_of_the_scan_are_counted(make_run, submit):
    """Questions are undecided, reasons to refuse it fail."""
    submission = submit(optimizer="x = 1\n")
    question = Finding(place="optimizer.py:1", severity=Severity.review, message="is it so?")
    reason = Finding(place="optimizer.py:2", severity=Severity.error, message="no")

    def told(findings):
        *_, last = checks([make_run()], submission, findings)
        return last.verdict, last.text

    scanned = "the scan of its source has"
    assert told([]) == ("holds", f"{scanned} 0 findings")
    assert told([question]) == ("undecided", f"{scanned} 1 finding")
    assert told([question, reason]) == ("fails", f"{scanned} 2 findings, 1 of them a reason to refuse it")


def test_promises_that_cost_trust_are_told(make_run):
    """Knowledge of the benchmark, and runs that cannot be made again."""
    run = make_run()
    entry = run.entry.model_copy(update={"used_benchmark_data": True, "deterministic": False})
    texts = [fact.text for fact in checks([run.model_copy(update={"entry": entry})], None)]

    assert "it says that results of this benchmark went into its design or settings" in texts
    assert "it says that it is not deterministic: its runs cannot be made again" in texts
    assert all(fact.sign and fact.word for fact in checks([run], None))
