"""Publishes a JSON report of `tox run -e validate`: as `docs/validation.json`, and for people as `.md`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from nb301.releases.report import (
    ClaimKind,
    ClaimVerdict,
    ReportedClaim,
    ValidatedRelease,
    ValidationReport,
    read_report,
)
from nb301.surrogates import FAMILIES
from nb301.truth.base import TruthKind, kind_of

HERE = Path(__file__).parent
_ABOUT = """Made by `tox run -e validate`, then `python docs/validation.py build/validation.json`; of several
reports, such as one for each release whose table is not embedded, the page has all releases.
A claim holds ({holds}), fails ({fails}), or is undecided ({undecided}) where its 95 % interval
straddles the threshold; {not_applicable} is not applicable. \
A gate has to hold before `nb301 release publish` packs
a release; embedded releases are here with whatever fails.
Releases on real trainings come first. Those that rest on an emulation say nothing of CIFAR-10 itself."""
#: What a ground truth's section begins with.
_RESTS_ON = {
    TruthKind.PAPER: "These releases rest on CIFAR-10 trainings by the authors of NAS-Bench-301.",
    TruthKind.OTHER: "These releases rest on real trainings, but not on the paper's.",
    TruthKind.EMULATED: "These releases rest on an emulation, a function in place of trainings.",
}
#: Real trainings first, the paper's before others.
_ORDER = (TruthKind.PAPER, TruthKind.OTHER, TruthKind.EMULATED)


def main(arguments: list[str]) -> None:
    """Keep the reports as one, which the site is built from, and write the page."""
    report = _merged(list(map(read_report, map(Path, arguments))))
    (HERE / "validation.json").write_text(report.to_json(), encoding="utf-8")
    path = HERE / "validation.md"
    path.write_text("\n".join(_page(report.releases)) + "\n", encoding="utf-8")
    print(f"wrote {path}")


def _merged(reports: Sequence[ValidationReport]) -> ValidationReport:
    """One report of all releases; of one that several reports have, the last says what holds.

    But not one that could ask less of the same bytes, such as where the table is not here.
    """
    first, *others = reports
    for other in others:
        for part in ("format", "bootstrap", "libraries"):
            if getattr(other, part) != getattr(first, part):
                raise SystemExit(
                    f"reports differ in {part}: {getattr(first, part)} and {getattr(other, part)}"
                )
    releases: dict[str, ValidatedRelease] = {}
    for report in reports:
        for release in report.releases:
            known = releases.get(release.name)
            if known is None or known.release_hash != release.release_hash or _open(release) <= _open(known):
                releases[release.name] = release
    return first.model_copy(update={"releases": tuple(map(releases.__getitem__, sorted(releases)))})


def _open(release: ValidatedRelease) -> int:
    """How many claims were not run."""
    return sum(claim.verdict is ClaimVerdict.not_run for claim in release.claims)


def _page(releases: Sequence[ValidatedRelease]) -> Iterator[str]:
    yield "# Validation of the embedded releases"
    yield ""
    yield _ABOUT.format(**{verdict.name: verdict.sign for verdict in ClaimVerdict})
    truths = sorted({release.truth for release in releases})
    for truth in sorted(truths, key=lambda truth: _ORDER.index(kind_of(truth))):
        yield from ("", f"## Ground truth: {truth}", "", _RESTS_ON[kind_of(truth)], "")
        yield from _of_truth([release for release in releases if release.truth == truth])


def _of_truth(releases: Sequence[ValidatedRelease]) -> Iterator[str]:
    yield "| release | gates | comparisons | passes |"
    yield "|---|---|---|---|"
    for release in releases:
        gates, comparisons = _counts(release, ClaimKind.gate), _counts(release, ClaimKind.comparison)
        passes = "yes" if release.passes else "**no**"
        yield f"| `{release.name}` | {gates} | {comparisons} | {passes} |"
    names = [_label(release.name) for release in releases]
    for kind in ClaimKind:
        yield from ("", f"### {kind.capitalize()}s", "")
        yield f"| claim | threshold | {' | '.join(names)} |"
        yield "|---|---|" + "---|" * len(names)
        yield from _rows(releases, kind)


def _label(name: str) -> str:
    """A release's column: its family and what follows, but for the first version."""
    words = name.removesuffix("-v1.0").split("-")
    for place, word in enumerate(words):
        if word in FAMILIES:
            return "-".join(words[place:])
    return name


def _counts(release: ValidatedRelease, kind: ClaimKind) -> str:
    counts = Counter(claim.verdict for claim in release.claims if claim.kind is kind)
    return ", ".join(f"{n} {verdict}" for verdict, n in counts.most_common())


def _rows(releases: Sequence[ValidatedRelease], kind: ClaimKind) -> Iterator[str]:
    for claim_id, claims in beside_each_other(releases).items():
        declared = list(filter(None, claims))
        if declared[0].kind is kind:
            cells = " | ".join(map(_cell, claims))
            yield f"| `{claim_id}` | {_threshold(declared)} ({declared[0].source}) | {cells} |"


def _threshold(claims: Sequence[ReportedClaim]) -> str:
    """What is asked of a claim, with the bounds of all families."""
    bounds = sorted({claim.threshold for claim in claims})
    first, listed = claims[0], ", ".join(map("{:g}".format, bounds))
    symbol = first.symbol.replace("|", "\\|")
    return f"{symbol} {first.direction.sign} {listed} {first.unit}".strip()


def beside_each_other(releases: Sequence[ValidatedRelease]) -> dict[str, list[ReportedClaim | None]]:
    """Every claim by id, one for each release; None where it is not about one."""
    rows: dict[str, list[ReportedClaim | None]] = {}
    for place, release in enumerate(releases):
        for claim in release.claims:
            rows.setdefault(claim.id, [None] * len(releases))[place] = claim
    return rows


def _cell(claim: ReportedClaim | None) -> str:
    if claim is None:
        return ""
    sign = claim.verdict.sign
    if claim.value is None:
        return sign
    return f"{sign} {claim.value:.3g}{interval_text(claim)}"


def interval_text(claim: ReportedClaim) -> str:
    """The interval in parentheses; nothing where it is undefined or the value alone."""
    if claim.interval is None or claim.interval[0] == claim.interval[1]:
        return ""
    low, high = claim.interval
    return f" ({low:.3g} to {high:.3g})"


if __name__ == "__main__":
    main(sys.argv[1:])
