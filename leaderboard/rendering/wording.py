"""Numbers and facts as the site's pages write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leaderboard.legible import power
from leaderboard.problems import Problem
from leaderboard.ranking.rows import Row
from leaderboard.ranking.statistics import Estimate
from leaderboard.runs.key import BUDGET_EVALUATIONS, Track
from leaderboard.runs.record import ReleaseReference
from nb301.surrogates import FAMILIES
from nb301.truth.base import TruthKind, first_real, is_emulated, kind_of, rests_on

#: Stands where there is no value.
NONE = "\N{EN DASH}"
_PROBLEMS = {
    Problem.accuracy: "",
    Problem.multi_fidelity: "trainings may pause",
    Problem.multi_objective: "error and multiply-adds",
}
_QUESTIONS = {
    Problem.accuracy: "",
    Problem.multi_fidelity: " of trainings that may pause",
    Problem.multi_objective: ", error against cost",
}
#: The sign of a zero, which is rounding's.
_NO_MINUS = re.compile(r"-(?=0(\.0*)?(?![\d.]))")
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Notice:
    """What the numbers of a page rest on."""

    headline: str
    #: Names of releases by what they rest on.
    bases: Mapping[str, tuple[str, ...]]
    #: Whether some rest on the paper's trainings.
    is_real: bool
    #: Whether some rest on an emulated ground truth.
    is_emulated: bool


def is_the_papers(truth: str) -> bool:
    """Whether a ground truth's numbers are those of the paper's trainings on CIFAR-10."""
    return kind_of(truth) is TruthKind.PAPER


def basis(truth: str) -> str:
    """What a ground truth's results rest on, as the end of a sentence."""
    function = ", an explicit function that follows the published landscape" if is_emulated(truth) else ""
    return rests_on(truth) + function


def short(basis: str) -> str:
    """What releases rest on without its details, such as `real CIFAR-10 trainings`."""
    return basis.partition(",")[0]


def evaluations(truth: str) -> str:
    """What rows of a ground truth are: an emulation trains nothing."""
    return "emulated evaluations" if is_emulated(truth) else "trainings"


def ground_truth(truth: str) -> str:
    """What numbers rest on, such as `ground truth: emulated 2.0, not CIFAR-10`."""
    return f"ground truth: {truth}" + ("" if is_the_papers(truth) else ", not CIFAR-10")


def ground_truths(releases: Iterable[ReleaseReference]) -> list[str]:
    """What numbers of some releases rest on, each ground truth once, the paper's first."""
    truths = sorted({release.truth for release in releases})
    return list(map(ground_truth, sorted(truths, key=first_real)))


def notice(releases: Iterable[ReleaseReference]) -> Notice:
    """What stands above numbers of some releases, one at least, in their order."""
    bases: dict[str, dict[str, None]] = {}
    kinds = set()
    for release in sorted(releases, key=lambda release: first_real(release.truth)):
        bases.setdefault(rests_on(release.truth), {})[release.name] = None
        kinds.add(kind_of(release.truth))
    if TruthKind.PAPER not in kinds:
        headline = "These are not CIFAR-10 results."
    elif len(kinds) > 1:
        headline = "Only some of these are CIFAR-10 results."
    else:
        headline = "These numbers rest on real CIFAR-10 trainings."
    return Notice(
        headline=headline,
        bases={words: tuple(names) for words, names in bases.items()},
        is_real=TruthKind.PAPER in kinds,
        is_emulated=TruthKind.EMULATED in kinds,
    )


def same_family() -> dict[str, list[str]]:
    """Families that a submission may declare, sorted, by the family of surrogates that they conflict with."""
    return {name: sorted(family.conflicts) for name, family in FAMILIES.items()}


def conditions(track: Track) -> str:
    """A track's budget, and what it differs by from the plain one of that budget."""
    workers = "" if track.workers == 1 else f"{track.workers} workers"
    others = (workers, _PROBLEMS[track.problem], "blind" if track.blind else "")
    budget = f"{power(track.budget_seconds)} s ({gpu_days(track)} GPU days)"
    return ", ".join(filter(None, (budget, *others)))


def switch(track: Track) -> str:
    """A track in as few words as a switch has room for."""
    if track.blind or track.problem is not Problem.accuracy:
        return ", ".join(filter(None, (_PROBLEMS[track.problem], "blind" if track.blind else "")))
    return f"{gpu_days(track)} {'GPU days' if track.workers == 1 else f'days on {track.workers} GPUs'}"


def question(track: Track, basis: str | None = None) -> str:
    """What the ranking of a track answers, on releases that rest on one thing or on all."""
    budget = f"{gpu_days(track)} GPU days"
    if track.workers > 1:
        budget = f"{gpu_days(track)} days on {track.workers} GPUs"
    where = f", on {short(basis)}" if basis else ""
    others = (_QUESTIONS[track.problem], ", names hidden" if track.blind else "", where)
    return f"Which optimizer for {budget}{''.join(others)}?"


def gpu_days(track: Track) -> str:
    """A track's budget of simulated seconds in days, of each worker."""
    return f"{track.budget_seconds / _SECONDS_PER_DAY:,.3g}"


def options_of(track: Track, releases: Iterable[str]) -> str:
    """Options of `python -m leaderboard run` that make runs of a track on releases."""
    options = [f"--budget-seconds {track.slug.partition('-seconds')[0]}"]
    if track.budget_evaluations != BUDGET_EVALUATIONS:
        options.append(f"--budget-evaluations {track.budget_evaluations}")
    if track.workers != 1:
        options.append(f"--workers {track.workers}")
    if track.problem is not Problem.accuracy:
        options.append(f"--problem {track.problem}")
    if track.blind:
        options.append("--blind")
    return " ".join([*options, *(f"--release {release}" for release in releases)])


def places(ranks: tuple[int, int] | None) -> str:
    """All places that the data allow: from the first to the last."""
    if ranks is None:
        return NONE
    first, last = ranks
    return str(first) if first == last else f"{first}\N{EN DASH}{last}"


def why_not_counted(row: Row) -> str:
    """Why an entry has no place on a release; empty where it has one."""
    return (
        "" if row.ranks is not None else f"not counted: fits {', '.join(row.conflicts)} as the release does"
    )


def interval(estimate: Estimate, digits: int = 2) -> str:
    """An interval with so many digits after the point; open where seeds are too few."""
    if not math.isfinite(estimate.low + estimate.high):
        return "too few runs"
    return signed(f"{estimate.low:.{digits}f} to {estimate.high:.{digits}f}")


def difference(estimate: Estimate | None) -> str:
    """A difference with its interval."""
    return NONE if estimate is None else signed(f"{estimate.value:+.2f} ({interval(estimate)})")


def known(value: float | None, form: str) -> str:
    """A number in a format, or a dash; percent stand apart from their sign."""
    return NONE if value is None else signed(format(value, form).replace("%", "\N{NO-BREAK SPACE}%"))


def signed(text: str) -> str:
    """Numbers with the minus sign that people read, and none before a zero; machines read hyphens."""
    return _NO_MINUS.sub("", text).replace("-", "\N{MINUS SIGN}")


def speed_up(times: float | None) -> str:
    """How many times faster: two digits are all that it is known to."""
    return NONE if times is None else f"{float(f'{times:.2g}'):,g}"
