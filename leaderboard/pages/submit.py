"""The page on how to submit: the submissions' README, with what the code itself says of keys and verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from leaderboard.entries.submission import Submission, SubmissionManifest
from leaderboard.places import SKELETON, SUBMISSIONS
from leaderboard.rendering import wording
from leaderboard.rendering.described import Key, record_keys
from leaderboard.rendering.markdown import inlined, sections
from leaderboard.rendering.page import Page
from leaderboard.runs.key import RunKey
from leaderboard.runs.schedule import SCHEDULE, Stage
from leaderboard.sandbox.messages import Verdict
from nb301.formats import TEXT_NOTATIONS, to_darts
from nb301.space import CELL_NAMES, Genotype

#: Of the entry that the page is about, and by how many processes its runs are made.
_FOLDER, _PROCESSES = "leaderboard/submissions/my-search", 2
#: What the page shows of the skeleton.
_SKELETON_FILES = ("submission.toml", "optimizer.py")
#: DARTS (second order), Liu et al. 2019b.
_EXAMPLE = (
    "normal:sep_conv_3x3@0+sep_conv_3x3@1/sep_conv_3x3@0+sep_conv_3x3@1/skip_connect@0+sep_conv_3x3@1/"
    "skip_connect@0+dil_conv_3x3@2,reduce:max_pool_3x3@0+max_pool_3x3@1/max_pool_3x3@1+skip_connect@2/"
    "max_pool_3x3@0+skip_connect@2/max_pool_3x3@1+skip_connect@2"
)


class WrittenGenotype(NamedTuple):
    """The example's architecture as one may write it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ScheduledTrack:
    """A track with the command that makes an entry's runs of it."""

    stage: Stage

    @property
    def title(self) -> str:
        """Its conditions, in words."""
        return wording.conditions(self.stage.track)

    @property
    def command(self) -> str:
        """Of the entry that the page is about."""
        options = wording.options_of(self.stage.track, self.stage.releases)
        return f"python -m leaderboard run {_FOLDER} {options}"

    @property
    def minutes(self) -> str:
        """How long all runs take two processes, if the optimizer takes no time."""
        return f"{self.stage.runs * self.stage.run_seconds / _PROCESSES / 60:.2g}"


def submit_page(submissions: Mapping[str, Submission]) -> Page:
    """Make `submit.html`.

    Args:
        submissions: By slug; they are shown as examples.
    """
    context = {
        "sections": sections((SUBMISSIONS / "README.md").read_text(encoding="utf-8")),
        "tracks": list(map(ScheduledTrack, SCHEDULE)),
        "manifest": record_keys(SubmissionManifest),
        "skeleton": {name: (SKELETON / name).read_text(encoding="utf-8") for name in _SKELETON_FILES},
        "limits": _limits(),
        "same_family": wording.same_family(),
        "notations": [*_examples(Genotype.parse(_EXAMPLE))],
        "verdicts": verdict_meanings(),
        "inlined": inlined,
        "examples": [submissions[slug] for slug in sorted(submissions)],
    }
    return Page("submit.html", "submit.html.j2", context)


def verdict_meanings() -> dict[Verdict, str]:
    """What each verdict means, in Markdown."""
    return {verdict: verdict.meaning for verdict in Verdict}


def _limits() -> tuple[Key, ...]:
    """Limits of a run, those of its manifest's resources among them."""
    (limits,) = (record for record in record_keys(RunKey) if record.path == "limits")
    return limits.keys


def _examples(genotype: Genotype) -> Iterator[WrittenGenotype]:
    darts = to_darts(genotype)
    pairs = {}
    for name in CELL_NAMES:
        pairs[name] = list(map(list, getattr(darts, name)))
    yield WrittenGenotype("What space makes", str(pairs))
    # NASLib's, whose ops have no names, comes last
    for notation in sorted(TEXT_NOTATIONS, key=lambda notation: notation.library == "naslib"):
        yield WrittenGenotype(notation.short_title, str(notation.write(genotype)))
