"""An entry on each track: its standing, a row for each release, and every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from leaderboard.drawing.plots import Plot
from leaderboard.drawing.strip import Lane, draw_strip
from leaderboard.pages.entries.facts import Fact, Numbers, numbers, result_facts
from leaderboard.ranking.rows import BASELINE, Row
from leaderboard.ranking.scored import ScoreTable
from leaderboard.ranking.scores import final_error, final_genotype
from leaderboard.ranking.standings import Ranking, Standing
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, entry_runs_path, run_path
from leaderboard.rendering.plots import regret_plot
from leaderboard.runs.record import ReleaseReference, Run
from leaderboard.sandbox.messages import Verdict


@dataclass(frozen=True, slots=True)
class EntryOnTrack:
    """What a ranking has of one entry."""

    ranking: Ranking
    standing: Standing
    #: By name of the release.
    rows: Mapping[str, Row]
    #: In the order of releases and seeds.
    runs: Sequence[Run]


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """An entry on one release."""

    release: ReleaseReference
    row: Row
    numbers: Numbers
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
    #: Over all releases, and how many entries are ranked with it.
    place: str
    score: str
    entries: int
    facts: tuple[Fact, ...]
    #: Of all releases that it ran on.
    truths: tuple[str, ...]
    releases: tuple[ReleaseRow, ...]
    runs: tuple[RunRow, ...]
    verdicts: tuple[str, ...]
    #: Inline SVG element, everything in it escaped.
    strip: str
    #: Its regret over time beside that of the best entry and of random search; None where it does not count.
    plot: Plot | None
    #: Addresses in the site: of all its runs, and of the comparison.
    runs_path: str
    compare: str


def entries_by_slug(site: Site) -> dict[str, list[EntryOnTrack]]:
    """What each track has of each entry, in the order of slugs and tracks."""
    entries: dict[str, list[EntryOnTrack]] = {}
    for ranking in site.rankings:
        rows, runs = _rows_by_entry(ranking), _runs_by_entry(ranking)
        for standing in ranking.whole.standings:
            entry = standing.row.entry
            on_track = EntryOnTrack(ranking, standing, rows[entry], runs[entry])
            entries.setdefault(entry, []).append(on_track)
    return dict(sorted(entries.items()))


def track_view(on_track: EntryOnTrack, site: Site) -> TrackView:
    """What the pages show of an entry on a track.

    Args:
        on_track: What the ranking has.
        site: Where it is.
    """
    track, standing = on_track.ranking.track, on_track.standing
    score = standing.row.score
    releases, names, counted, truths = [], [], [], []
    for release in on_track.ranking.whole.releases:
        row = on_track.rows.get(release.name)
        if row is not None:
            releases.append(_release_row(release, row))
            names.append(release.name)
            truths.append(wording.ground_truth(release.truth))
            if row.ranks is not None:
                counted.append(release.name)
    runs, verdicts = [], set()
    for run in on_track.runs:
        runs.append(_run_row(run, on_track.ranking.table))
        verdicts.add(run.verdict.value)
    return TrackView(
        slug=track.slug,
        conditions=wording.conditions(track),
        place=wording.places(standing.row.ranks),
        score=wording.NONE if score is None else f"{score.value:.1f} ({wording.interval(score, 1)})",
        entries=sum(other.row.ranks is not None for other in on_track.ranking.whole.standings),
        facts=tuple(result_facts(on_track.standing, len(on_track.ranking.seeds), counted or names)),
        truths=tuple(dict.fromkeys(truths)),
        releases=tuple(releases),
        runs=tuple(runs),
        verdicts=tuple(sorted(verdicts)),
        strip=_strip(on_track.standing.row.name, releases, runs),
        plot=_plot(on_track),
        runs_path=entry_runs_path(track, standing.row.entry),
        compare=site.track_path("compare", track),
    )


def _plot(on_track: EntryOnTrack) -> Plot | None:
    ranking, entry = on_track.ranking, on_track.standing.row.entry
    best = ranking.whole.standings[0].row.entry
    plot = regret_plot(ranking, ranking.whole, (), only={entry, best, BASELINE})
    return plot and replace(plot, name=f"regret-{ranking.track.slug}")


def _rows_by_entry(ranking: Ranking) -> dict[str, dict[str, Row]]:
    """Rows of each entry, by the name of their release."""
    rows: dict[str, dict[str, Row]] = {}
    for board in ranking.boards:
        for row in board.rows:
            rows.setdefault(row.entry, {})[board.release.name] = row
    return rows


def _runs_by_entry(ranking: Ranking) -> dict[str, list[Run]]:
    """Runs of each entry, in the order of releases and seeds."""
    names = [release.name for release in ranking.whole.releases]
    runs: dict[str, list[Run]] = {}
    for run in sorted(ranking.runs, key=lambda run: (names.index(run.release.name), run.cell.seed)):
        runs.setdefault(run.cell.submission, []).append(run)
    return runs


def _release_row(release: ReleaseReference, row: Row) -> ReleaseRow:
    interval = "" if row.score is None else wording.interval(row.score)
    return ReleaseRow(release, row, numbers(row), interval, wording.why_not_counted(row))


def _run_row(run: Run, table: ScoreTable) -> RunRow:
    scored, place = table.scored[run.cell.submission, run.release.name], table.seeds.index(run.cell.seed)
    return RunRow(
        run=run,
        path=run_path(run),
        score=f"{scored.scores[place]:.2f}",
        error=f"{scored.errors[place]:.3f}",
        observed_error=f"{final_error(run, scored.reference, observed=True):.3f}",
        genotype=final_genotype(run),
    )


def _strip(name: str, releases: Sequence[ReleaseRow], runs: Sequence[RunRow]) -> str:
    """The scores of all runs, a lane for each release."""
    lanes = []
    for release_row in releases:
        release = release_row.release
        scores, failed = [], []
        for row in runs:
            if row.run.release.name == release.name:
                scores.append(float(row.score))
                failed.append(row.run.verdict is not Verdict.completed)
        lanes.append(Lane(f"{release.name} ({release.truth})", scores, failed))
    return draw_strip(lanes, f"Anytime scores of the runs of {name}", "anytime score of a run")
