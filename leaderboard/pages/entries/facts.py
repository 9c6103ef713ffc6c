"""Facts about an entry as lists of its page: how it did on a track, and what it declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.entries.submission import Submission
from leaderboard.pages.entries.code import locked
from leaderboard.ranking.rows import Row
from leaderboard.ranking.standings import Standing
from leaderboard.rendering import wording
from leaderboard.runs.record import Run


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a list of facts."""

    title: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A row of the ranking as people read it; errors in percent, the gap in points."""

    place: str
    score: str
    error: str
    observed_error: str
    gap: str
    evaluations: str
    failed: str
    cpu_seconds: str
    speed_up: str
    unfamiliar: str


def numbers(row: Row) -> Numbers:
    """Write the numbers of a row; a dash stands for what is not known."""
    return Numbers(
        place=wording.places(row.ranks),
        score=wording.NONE if row.score is None else f"{row.score.value:.2f}",
        error=f"{row.error:.2f}",
        observed_error=f"{row.observed_error:.2f}",
        gap=wording.signed(f"{row.error - row.observed_error:+.2f}"),
        evaluations=f"{row.evaluations:,}",
        failed=wording.known(row.crash_rate, ".0%"),
        cpu_seconds=f"{row.cpu_seconds:,.1f}",
        speed_up=wording.speed_up(row.speed_up),
        unfamiliar=wording.known(row.unfamiliar, ".0%"),
    )


def result_facts(standing: Standing, seeds: int, releases: Sequence[str]) -> list[Fact]:
    """How an entry did on a track; what does not apply is left out.

    Args:
        standing: Its place and scores.
        seeds: How many runs it has on each release.
        releases: Names of those that the score is of.
    """
    row = standing.row
    shown = numbers(row)
    # also where there is no place: the note says why
    facts = [
        Fact("Place", shown.place, wording.why_not_counted(row) or "all places that the data allow, at 95 %")
    ]
    if row.score is not None:
        worst = wording.known(standing.worst, ".2f")
        note = f"mean of {seeds} runs on each of {', '.join(releases)}; worst release {worst}"
        facts.append(Fact("Score", f"{shown.score} ({wording.interval(row.score)})", note))
    luck = f"the best of many noisy values that it saw: luck flatters it by {shown.gap} points"
    facts += [
        Fact("Final error", f"{shown.error} %", "without noise, median of runs"),
        Fact("Observed error", f"{shown.observed_error} %", luck),
        Fact("Regret", f"{row.regret:.2f} points", "mean final error above the best known one"),
    ]
    if row.speed_up is not None:
        note = "how many times faster than random search it gets where that ends"
        facts.append(Fact("Speed-up", shown.speed_up, note))
    facts += [
        Fact("Evaluations", shown.evaluations, "median of a run"),
        Fact("Failed runs", shown.failed),
        Fact("CPU time", f"{shown.cpu_seconds} s", "mean of a run, of its own process"),
    ]
    if row.unfamiliar is not None:
        facts.append(
            Fact(
                "Unfamiliar",
                shown.unfamiliar,
                "queries far from what the releases were fitted on, where that is known",
            )
        )
    return facts + _differences(standing)


def _differences(standing: Standing) -> list[Fact]:
    """Scores on some kinds of releases minus those on others, where the entry ran on both."""
    differences = {
        "All-data minus random-only": standing.all_minus_random,
        "Tree releases minus graph networks": standing.xgb_minus_gin,
    }
    facts = []
    for title, difference in differences.items():
        if difference is not None:
            shown = wording.difference(difference)
            facts.append(Fact(title, shown, "scores"))
    return facts


def declared_facts(runs: Sequence[Run], submission: Submission | None) -> list[Fact]:
    """What an entry says of itself; more where its submission is at hand.

    Args:
        runs: Its runs, one at least.
        submission: Its folder.
    """
    entry = runs[0].entry
    conflicts = {run.release.name: run.conflicts for run in runs if run.conflicts}
    conflict_note = "Their surrogates are of a family that it fits, so that its results there do not count."
    used = "results of this benchmark went into its design or settings"
    models, prior = "", ""
    if submission is not None:
        models = submission.manifest.model_use.statement
        prior = submission.manifest.prior_knowledge.statement
    facts = [
        Fact("Models that it fits", ", ".join(entry.families), models),
        Fact(
            "Releases it conflicts with",
            ", ".join(conflicts) or "none of those that it ran on",
            conflict_note if conflicts else "",
        ),
        Fact("Prior knowledge", used if entry.used_benchmark_data else f"no {used}", prior),
        Fact("Deterministic", "yes" if entry.deterministic else "no"),
    ]
    return facts if submission is None else facts + _manifest_facts(submission)


def _manifest_facts(submission: Submission) -> list[Fact]:
    manifest, resources = submission.manifest, submission.manifest.resources
    settings = ", ".join(f"{name} = {value!r}" for name, value in manifest.settings.items())
    return [
        Fact("Embedded architectures", str(manifest.prior_knowledge.embedded_architectures)),
        Fact("Weights from elsewhere", "yes" if manifest.model_use.pretrained else "no"),
        Fact("Entry point", manifest.entry_point),
        Fact("Settings", settings or "its own defaults"),
        Fact("Requirements", ", ".join(manifest.requirements) or "the standard library alone"),
        Fact("Locked packages", ", ".join(locked(submission)) or "none"),
        Fact(
            "Resources of a run",
            f"{resources.memory_mb:,} MB, {resources.cpu_seconds:,} CPU s, {resources.threads} "
            f"thread{'s' * (resources.threads > 1)}, {resources.answer_seconds} s for an answer",
        ),
    ]
