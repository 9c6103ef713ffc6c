"""The page on methods: what is assumed, how scores come about, and what they can claim."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leaderboard.inside import canary
from leaderboard.pages.data import REFERENCES, all_runs_path, references_in, runs_path
from leaderboard.pages.methods_constants import computing
from leaderboard.pages.methods_example import Example, example_of
from leaderboard.problems import Problem
from leaderboard.ranking import pairs, scores, statistics
from leaderboard.ranking.references import MARGIN
from leaderboard.rendering import wording
from leaderboard.rendering.content import Site, run_path
from leaderboard.rendering.described import Constants, constants
from leaderboard.rendering.page import Page
from leaderboard.rendering.project import project
from leaderboard.runs.campaign import SALT_BITS, SEED_BITS
from leaderboard.runs.recording import SUPPORT_QUERIES
from leaderboard.sandbox.seccomp import REFUSED
from nb301.places import EMULATED_TRUTH, EMULATION
from nb301.releases import Manifest, find, names
from nb301.space import CELL_NAMES, Op
from nb301.truth import emulated
from nb301.truth.base import described, rests_on
from nb301.truth.emulation.weights import POINT, SECOND


@dataclass(frozen=True, slots=True)
class Assumption:
    """Constants of the emulated ground truth, and where they come from."""

    constants: Constants

    @property
    def origin(self) -> str:
        """Which of published, fitted and assumed the values are."""
        words = [word for word in ("Published", "Fitted", "Assumed") if word in self.constants.comment]
        return ", ".join(words).lower()


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted weights of one kind of terms."""

    caption: str
    #: Heads of the columns, and of the rows.
    columns: Sequence[str]
    rows: Mapping[str, tuple[float, ...]]
    #: Digits after the point.
    digits: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fitted weights of the emulated ground truth."""

    #: Their file's comment: what they were fitted to.
    comment: str
    #: Percent of accuracy, and seconds, to which the weights are added.
    accuracy: float
    runtime: float
    #: Of edges alone, and of all else.
    edges: Sequence[Weights]
    others: Sequence[Weights]


def methods_page(site: Site) -> Page:
    """Make `methods.html`."""
    context = {
        "truth": described(emulated.EmulatedTruth()),
        "assumptions": assumptions(),
        "fitted": fitted(),
        "rankings": site.rankings,
        "example": _example(site),
        "references": references_in(site),
        "truths": {run.release.name: run.release.truth for ranking in site.rankings for run in ranking.runs},
        "references_path": REFERENCES,
        "constants": list(computing()),
        "level": f"{100 * statistics.LEVEL:.0f}",
        "margin": MARGIN,
        "real": real_releases(),
        "rests_on": rests_on,
        "statistics": statistics,
        "scores": scores,
        "salt_bits": SALT_BITS,
        "seed_bits": SEED_BITS,
        "pairs": pairs,
        "same_family": wording.same_family(),
        "probes": {name: probe.__doc__ for name, probe in canary.PROBES.items()},
        "refused": REFUSED,
        "support_queries": SUPPORT_QUERIES,
        "conditions": wording.conditions,
        "run_path": run_path,
        "runs_path": runs_path,
        "all_runs_path": all_runs_path,
        "bibtex": project().bibtex,
    }
    return Page("methods.html", "methods.html.j2", context)


def _example(site: Site) -> Example | None:
    """A run of the first track whose score is that of incumbents."""
    for ranking in site.rankings:
        if ranking.track.problem is not Problem.multi_objective:
            return example_of(ranking, site.references)
    return None


def assumptions() -> list[Assumption]:
    """The constants of the emulated ground truth that shape its results, in the order of its source."""
    source = EMULATED_TRUTH.read_text(encoding="utf-8")
    return list(map(Assumption, constants(source)))


def real_releases() -> list[Manifest]:
    """Embedded releases that rest on the paper's trainings, ordered by name."""
    manifests = [find(name).manifest for name in names()]
    return [manifest for manifest in manifests if wording.is_the_papers(manifest.truth)]


def fitted() -> Fitted:
    """Read the fitted weights."""
    text = EMULATION.read_text(encoding="utf-8")
    values = tomllib.loads(text)
    accuracy, runtime = values["accuracy"], values["runtime"]
    return Fitted(
        comment=_comment(text),
        accuracy=accuracy["intercept"] / POINT,
        runtime=runtime["intercept"] / SECOND,
        edges=[
            Weights("Every edge, points of accuracy", _OPS, _rows(accuracy["edges"], POINT), 3),
            Weights("Every edge, seconds of runtime", _OPS, _rows(runtime["edges"], SECOND), 1),
        ],
        others=[*_pairs(accuracy), *_components(values["curve"])],
    )


_OPS = [op.name for op in Op]


def _pairs(accuracy: Mapping[str, Any]) -> Iterator[Weights]:
    """Of pairs of edges, and of many edges with one op."""
    beyond = accuracy["beyond_free"]
    cells = {name: beyond[i * len(Op) : (i + 1) * len(Op)] for i, name in enumerate(CELL_NAMES)}
    yield Weights("Edges of an op beyond the third in a cell, squared", _OPS, _rows(cells, POINT), 4)
    heads = [f"{cell} {op}" for cell in CELL_NAMES for op in _OPS]
    yield Weights("Two edges anywhere, once for each pair", heads, _rows(accuracy["anywhere"], POINT), 4)
    for kind, caption in {
        "side_by_side": "Two edges that leave the same node, once for each pair",
        "in_line": "Two edges in line: the first edge's origin and op, the second one's op",
    }.items():
        by_first: dict[str, Sequence[int]] = {}
        for origin, rows in accuracy[kind].items():
            by_first |= {f"{origin} {op}": row for op, row in zip(_OPS, rows, strict=True)}
        yield Weights(caption, _OPS, _rows(by_first, POINT), 4)


def _components(curve: Mapping[str, Any]) -> Iterator[Weights]:
    """Of learning curves."""
    shapes = {"behind the last epoch": curve["behind"]}
    shapes |= {f"component {i}": shape for i, shape in enumerate(curve["components"], start=1)}
    heads = [f"epoch {epoch}" for epoch in curve["epochs"]]
    yield Weights("Learning curves, points of accuracy", heads, _rows(shapes, POINT), 3)
    for i, (edges, alone) in enumerate(zip(curve["edges"], curve["intercepts"], strict=True), start=1):
        caption = f"Every edge: how much it adds of component {i} to {alone / POINT:.3f}"
        yield Weights(caption, _OPS, _rows(edges, POINT), 3)


def _rows(weights: Mapping[str, Sequence[int]], unit: int) -> dict[str, tuple[float, ...]]:
    """Lists of weights in their unit, their names in words."""
    return {
        name.replace("_", " ", 1): tuple((np.array(row) / unit).tolist()) for name, row in weights.items()
    }


def _comment(text: str) -> str:
    """The comment that a file begins with, without its marks."""
    lines = text.partition("\n\n")[0].split("\n")
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)
