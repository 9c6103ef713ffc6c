"""Entry pages: one for each ranked entry, with who made it, how it did, every run, and its code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.drawing.genotypes import GenotypeView, view
from leaderboard.drawing.strip import Lane, draw_strip
from leaderboard.entries.scan import scan
from leaderboard.entries.submission import Submission
from leaderboard.pages.entries.checks import checks
from leaderboard.pages.entries.code import archive, code_files, locked
from leaderboard.ranking.examination import TRUTH, errors_by_judges
from leaderboard.ranking.references import Reference
from leaderboard.ranking.rows import Row
from leaderboard.ranking.scores import anytime_score, final_error, final_genotype
from leaderboard.ranking.standings import Ranking, Standing
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site
from leaderboard.rendering.page import Page
from leaderboard.runs.record import ReleaseReference, Run
from leaderboard.sandbox.messages import Verdict
from nb301.space import Genotype
from nb301.truth.base import is_emulated

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a list of facts."""

    title: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """An entry on one release."""

    release: ReleaseReference
    row: Row
    #: By title of the column.
    cells: Mapping[str, str]
    #: Of the score.
    interval: str
    #: Why it does not count, or empty.
    note: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run."""

    run: Run
    #: Address of its record in the site.
    path: str
    score: str
    error: str
    observed_error: str
    genotype: str | None


@dataclass(frozen=True, slots=True)
class TrackView:
    """An entry on one track."""

    slug: str
    conditions: str
    facts: tuple[Fact, ...]
    #: Of all releases that it ran on.
    truths: tuple[str, ...]
    releases: tuple[ReleaseRow, ...]
    runs: tuple[RunRow, ...]
    verdicts: tuple[str, ...]
    #: Inline SVG element, everything in it escaped.
    strip: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge says of the best architecture; errors in percent."""

    judge: str
    #: What its number rests on.
    truth: str
    error: str
    #: Above that of the release it was found on, points.
    worse: str
    #: Of the best architecture that is known, by the judge.
    best_known: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class BestView:
    """The best architecture of an entry."""

    run: Run
    path: str
    genotype: GenotypeView
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class _OnTrack:
    """What a ranking has of one entry."""

    ranking: Ranking
    standing: Standing
    #: By name of the release.
    rows: Mapping[str, Row]
    #: In the order of releases and seeds.
    runs: Sequence[Run]


def pages(site: Site, packed: Collection[str] = ()) -> Iterator[Page]:
    """A page for each entry.

    Args:
        site: What there is.
        packed: Entries with committed results at `data/results/<entry>.parquet`.
    """
    entries = _entries(site)
    best = {entry: _best_run(of_entry, site.references) for entry, of_entry in entries.items()}
    judged = _judged([run for run in best.values() if run is not None])
    for entry, of_entry in entries.items():
        found = best[entry]
        yield Page(
            entry_path(entry),
            "entry.html.j2",
            {
                **_about(entry, of_entry, site.submissions.get(entry)),
                "tracks": [_track_view(each, site.references) for each in of_entry],
                "best": found and _best_view(found, judged[found.cell.id], of_entry, site.references),
                "is_packed": entry in packed,
            },
        )


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The entries' code: addresses in the site, and contents."""
    for entry, submission in sorted(site.submissions.items()):
        yield archive_path(entry), archive(submission)


def entry_path(entry: str) -> str:
    """Address of an entry's page in the site."""
    return f"entries/{entry}.html"


def archive_path(entry: str) -> str:
    """Address of an entry's code in the site."""
    return f"data/submissions/{entry}.zip"


def run_path(run: Run) -> str:
    """Address of a run's record in the site."""
    cell = run.cell
    return f"data/runs/{cell.submission}/{cell.track.slug}/{run.release.name}-{cell.seed}.json"


def _entries(site: Site) -> dict[str, list[_OnTrack]]:
    """What each track has of each entry, in the order of tracks."""
    found: dict[str, list[_OnTrack]] = {}
    for ranking in site.rankings:
        rows: dict[str, dict[str, Row]] = {}
        for board in ranking.boards:
            for row in board.rows:
                rows.setdefault(row.entry, {})[board.release.name] = row
        runs: dict[str, list[Run]] = {}
        order = {release.name: place for place, release in enumerate(ranking.whole.releases)}
        for run in sorted(ranking.runs, key=lambda run: (order[run.release.name], run.cell.seed)):
            runs.setdefault(run.cell.submission, []).append(run)
        for standing in ranking.whole.standings:
            entry = standing.row.entry
            found.setdefault(entry, []).append(_OnTrack(ranking, standing, rows[entry], runs[entry]))
    return dict(sorted(found.items()))


def _about(entry: str, of_entry: Sequence[_OnTrack], submission: Submission | None) -> dict[str, object]:
    """What stands above and below an entry's results."""
    runs = [run for each in of_entry for run in each.runs]
    told, manifest = runs[0].entry, submission and submission.manifest
    truths = dict.fromkeys(run.release.truth for run in runs)
    findings = [] if submission is None else scan(submission)
    return {
        "slug": entry,
        "title": of_entry[0].standing.row.name,
        "told": told,
        "address": _ADDRESS.fullmatch(told.reference) and told.reference,
        "manifest": manifest,
        "declared": _declared(runs, submission),
        "checks": checks(runs, submission, findings),
        "findings": findings,
        "code": [] if submission is None else code_files(submission),
        "archive": None if submission is None else archive_path(entry),
        "has_own_code": submission is not None and any(path.endswith(".py") for path in submission.files),
        "is_emulated": any(map(is_emulated, truths)),
        "versions": ", ".join(
            sorted(
                {f"{name} {getattr(r.origin, name)}" for r in runs for name in ("nb301", "numpy", "python")}
            )
        ),
    }


def _declared(runs: Sequence[Run], submission: Submission | None) -> list[Fact]:
    """What an entry says of itself."""
    told = runs[0].entry
    conflicts = {run.release.name: run.conflicts for run in runs if run.conflicts}
    manifest = submission.manifest if submission else None
    models, prior = (manifest.model_use, manifest.prior_knowledge) if manifest else (None, None)
    facts = [
        Fact("Models that it fits", ", ".join(told.families), models.statement if models else ""),
        Fact(
            "Releases it conflicts with",
            ", ".join(conflicts) or "none of those that it ran on",
            "Their surrogates are of a family that it fits, so that its results there do not count."
            if conflicts
            else "",
        ),
        Fact(
            "Prior knowledge",
            "results of this benchmark went into its design or settings"
            if told.used_benchmark_data
            else "no results of this benchmark went into its design or settings",
            prior.statement if prior else "",
        ),
        Fact("Deterministic", "yes" if told.deterministic else "no"),
    ]
    return facts if submission is None else facts + _of_manifest(submission)


def _of_manifest(submission: Submission) -> list[Fact]:
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


def _track_view(each: _OnTrack, references: Mapping[str, Reference]) -> TrackView:
    track, row = each.ranking.track, each.standing.row
    present = [release for release in each.ranking.whole.releases if release.name in each.rows]
    runs = tuple(_run_row(run, references[run.release.release_hash]) for run in each.runs)
    counted = [release.name for release in present if each.rows[release.name].ranks is not None]
    where = ", ".join(counted or [release.name for release in present])
    return TrackView(
        slug=track.slug,
        conditions=wording.conditions(track),
        facts=_facts(each.standing, len(each.ranking.seeds), where),
        truths=tuple(dict.fromkeys(wording.ground_truth(release.truth) for release in present)),
        releases=tuple(_release_row(release, each.rows[release.name]) for release in present),
        runs=runs,
        verdicts=tuple(sorted({run.verdict.value for run in each.runs})),
        strip=_strip(row.name, present, runs),
    )


def _facts(standing: Standing, seeds: int, where: str) -> tuple[Fact, ...]:
    row = standing.row
    cells = _cells(row)
    score = f"{cells['Score']} ({_interval(row)})" if row.score else wording.NONE
    worst = wording.known(standing.worst, ".2f")
    facts = (
        Fact("Place", cells["Place"], _not_counted(row) or "all places that the data allow, at 95 %"),
        Fact("Score", score, f"mean of {seeds} runs on each of {where}; worst release {worst}"),
        Fact("Final error", f"{cells['Final error, %']} %", "without noise, median of runs"),
        Fact(
            "Observed error",
            f"{cells['Observed error, %']} %",
            f"the best of many noisy values that it saw: luck flatters it by {cells['Gap, points']} points",
        ),
        Fact("Regret", f"{row.regret:.2f} points", "mean final error above the best known one"),
        Fact(
            "Speed-up", cells["Speed-up"], "how many times faster than random search it gets where that ends"
        ),
        Fact("Evaluations", cells["Evaluations"], "median of a run"),
        Fact("Failed runs", cells["Failed runs"]),
        Fact("CPU time", f"{cells['CPU s']} s", "mean of a run, of its own process"),
        Fact("Unfamiliar", cells["Unfamiliar"], "queries far from what the releases were fitted on"),
        Fact("All-data minus random-only", wording.difference(standing.all_minus_random), "scores"),
        Fact("Tree releases minus graph networks", wording.difference(standing.xgb_minus_gin), "scores"),
    )
    # what does not apply is left out, but for the place: its note says why there is none
    return tuple(fact for fact in facts if fact.title == "Place" or fact.value != wording.NONE)


def _cells(row: Row) -> dict[str, str]:
    """Numbers of a row as people read them, by title."""
    return {
        "Place": wording.places(row.ranks),
        "Score": wording.NONE if row.score is None else f"{row.score.value:.2f}",
        "Final error, %": f"{row.error:.2f}",
        "Observed error, %": f"{row.observed_error:.2f}",
        "Gap, points": f"{row.error - row.observed_error:+.2f}",
        "Evaluations": f"{row.evaluations:,}",
        "Failed runs": f"{row.crash_rate:.0%}",
        "CPU s": f"{row.cpu_seconds:,.1f}",
        "Speed-up": wording.speed_up(row.speed_up),
        "Unfamiliar": wording.known(row.unfamiliar, ".0%"),
    }


def _release_row(release: ReleaseReference, row: Row) -> ReleaseRow:
    return ReleaseRow(release, row, _cells(row), _interval(row), _not_counted(row))


def _interval(row: Row) -> str:
    return "" if row.score is None else wording.interval(row.score)


def _not_counted(row: Row) -> str:
    """Why it has no place, or empty."""
    return "" if row.ranks else f"not counted: fits {', '.join(row.conflicts)} as the release does"


def _run_row(run: Run, reference: Reference) -> RunRow:
    return RunRow(
        run=run,
        path=run_path(run),
        score=f"{anytime_score(run, reference):.2f}",
        error=f"{final_error(run, reference):.3f}",
        observed_error=f"{final_error(run, reference, observed=True):.3f}",
        genotype=final_genotype(run),
    )


def _strip(name: str, releases: Sequence[ReleaseReference], runs: Sequence[RunRow]) -> str:
    lanes = []
    for release in releases:
        of_release = [row for row in runs if row.run.release.name == release.name]
        failed = [row.run.verdict is not Verdict.completed for row in of_release]
        title = f"{release.name} ({release.truth})"
        lanes.append(Lane(title, [float(row.score) for row in of_release], failed))
    return draw_strip(lanes, f"Anytime scores of the runs of {name}", "anytime score of a run")


def _best_run(of_entry: Sequence[_OnTrack], references: Mapping[str, Reference]) -> Run | None:
    """The run of the entry's first track whose architecture is nearest to the best known on its release.

    Releases that do not count for the entry are left out, if others do.
    """
    found = [run for run in of_entry[0].runs if final_genotype(run)]
    counted = [run for run in found if not run.conflicts] or found
    return min(counted, key=lambda run: _regret(run, references[run.release.release_hash]), default=None)


def _regret(run: Run, reference: Reference) -> float:
    return float(reference.regret(np.array([1 - final_error(run, reference) / 100]))[0])


def _judged(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Error of what each run found by each judge, by the run's id; all architectures in one query."""
    genotypes = [Genotype.parse(str(final_genotype(run))) for run in runs]
    if not genotypes:
        return {}
    by_judge = errors_by_judges(genotypes, [run.release for run in runs])
    return {
        run.cell.id: {judge: float(errors[index]) for judge, errors in by_judge.items()}
        for index, run in enumerate(runs)
    }


def _best_view(
    run: Run, judged: Mapping[str, float], of_entry: Sequence[_OnTrack], references: Mapping[str, Reference]
) -> BestView:
    own = final_error(run, references[run.release.release_hash])
    releases = {release.name: release for each in of_entry for release in each.ranking.whole.releases}
    # the run's own record says what its release says, be it embedded or not
    errors = {run.release.name: own} | {judge: error for judge, error in judged.items() if judge in releases}
    if TRUTH in judged:
        errors[TRUTH] = judged[TRUTH]
    opinions = []
    for judge, error in errors.items():
        release = releases.get(judge, run.release)
        known = references.get(release.release_hash) if judge in releases else None
        opinions.append(
            Opinion(
                judge=judge,
                truth=wording.ground_truth(release.truth),
                error=f"{error:.3f}",
                worse=f"{error - own:+.3f}",
                best_known=wording.NONE if known is None else f"{100 * (1 - known.best_accuracy):.3f}",
                is_own=judge == run.release.name,
            )
        )
    name = of_entry[0].standing.row.name
    about = f"the best architecture of {name}, found on {run.release.name} ({run.release.truth})"
    return BestView(
        run, run_path(run), view(str(final_genotype(run)), run.release.truth, about), tuple(opinions)
    )
