"""The best architecture of an entry: which it is, and what every judge says of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.drawing.genotypes import GenotypeView, view
from leaderboard.pages.entries.tracks import EntryOnTrack
from leaderboard.ranking.examination import TRUTH, errors_by_judges
from leaderboard.ranking.references import Reference
from leaderboard.ranking.scores import final_error, final_genotype
from leaderboard.rendering import wording
from leaderboard.rendering.content import run_path
from leaderboard.runs.record import ReleaseReference, Run
from nb301.space import Genotype


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge says of the best architecture; errors in percent."""

    judge: str
    #: What its number rests on.
    truth: str
    error: str
    #: Above that of the release it was found on, points.
    worse: str
    #: Of the best architecture that is known, by the judge; None where there is no reference.
    best_known: str | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class BestView:
    """The best architecture of an entry."""

    run: Run
    path: str
    genotype: GenotypeView
    opinions: tuple[Opinion, ...]


def best_run(entry: Sequence[EntryOnTrack], references: Mapping[str, Reference]) -> Run | None:
    """The run of the entry's first track whose architecture is nearest to the best known on its release.

    Releases that do not count for the entry are left out, if others do.

    Args:
        entry: What each track has of it.
        references: By release hash.
    """
    runs = [run for run in entry[0].runs if final_genotype(run)]
    counted = [run for run in runs if not run.conflicts] or runs
    return min(counted, key=lambda run: _regret(run, references[run.release.release_hash]), default=None)


def judged(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Errors of what runs ended with by all judges, percent, by the run's id; all of them in one query."""
    if not runs:
        return {}
    genotypes, releases = [], []
    errors: dict[str, dict[str, float]] = {}
    for run in runs:
        genotypes.append(Genotype.parse(str(final_genotype(run))))
        releases.append(run.release)
        errors[run.cell.id] = {}
    for judge, by_run in errors_by_judges(genotypes, releases).items():
        for run, error in zip(runs, by_run.tolist(), strict=True):
            if not math.isnan(error):  # a ground truth that cannot be asked
                errors[run.cell.id][judge] = error
    return errors


def best_view(
    run: Run,
    errors: Mapping[str, float],
    entry: Sequence[EntryOnTrack],
    references: Mapping[str, Reference],
) -> BestView:
    """What the page shows of the best architecture.

    Args:
        run: The run that ended with it.
        errors: By judge, percent, see `judged`.
        entry: What each track has of the entry.
        references: By release hash.
    """
    release = run.release
    about = (
        f"the best architecture of {entry[0].standing.row.name}, found on {release.name} ({release.truth})"
    )
    genotype = view(str(final_genotype(run)), release.truth, about)
    return BestView(run, run_path(run), genotype, tuple(_opinions(run, errors, entry, references)))


def _opinions(
    run: Run,
    errors: Mapping[str, float],
    entry: Sequence[EntryOnTrack],
    references: Mapping[str, Reference],
) -> list[Opinion]:
    releases: dict[str, ReleaseReference] = {}
    for on_track in entry:
        for release in on_track.ranking.whole.releases:
            releases[release.name] = release
    own = final_error(run, references[run.release.release_hash])
    opinions = []
    # the run's own record says what its release says, be it embedded or not
    for judge, error in ({run.release.name: own} | dict(errors)).items():
        if judge not in releases and judge != TRUTH:
            continue
        # the ground truth among the judges is that of the run's release, and has no reference
        release = releases.get(judge, run.release)
        reference = references.get(release.release_hash) if judge in releases else None
        best_known = None if reference is None else f"{100 * (1 - reference.best_accuracy):.3f}"
        opinions.append(
            Opinion(
                judge=judge,
                truth=wording.ground_truth(release.truth),
                error=f"{error:.3f}",
                worse=f"{error - own:+.3f}",
                best_known=best_known,
                is_own=judge == run.release.name,
            )
        )
    return opinions


def _regret(run: Run, reference: Reference) -> float:
    return float(reference.regret(np.array([1 - final_error(run, reference) / 100]))[0])
