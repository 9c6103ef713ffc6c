"""Writes `docs/real-releases.md` and `.svg`: what releases on CIFAR-10 trainings reach, and how sure it is.

    NB301_HOME=HOME python -m docs.real_releases cifar10-random-search-v1.0 --predictions FOLDER --time-fits

The table is built by `nb301 tables import` from NAS-Bench-Suite-Zero's public file. FOLDER has published
predictions of the paper's own models, as `docs/reality.py` reads them. Neither is part of this repository.
Releases that are not found are named and left out. All but the seconds of `--time-fits` is the same each
time.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

import nb301
from docs.real_figures import figure
from docs.real_measures import (
    STATISTICS,
    Judged,
    Score,
    ceiling,
    fit_seconds,
    judge,
    landmarks,
    packed_bytes,
    scores,
    share_inside,
)
from nb301 import list_releases, tables
from nb301.errors import ReleaseError
from nb301.files import write_text
from nb301.releases import Manifest, find
from nb301.releases.report import ClaimVerdict, ValidatedRelease, read_report
from nb301.tables.schema import EvaluationTable
from nb301.truth.emulated import EmulatedTruth
from validation.measures import published
from validation.measures.linear import linear_mean
from validation.places import PAPER_TABLES

HERE = Path(__file__).parent
RELEASES = ("cifar10-gin-rand-v1.0", "cifar10-xgb-rand-v1.0", "cifar10-lgb-rand-v1.0")
SEED = 301
#: What XGBoost v0.9 predicts without noise, fraction, in the order of `landmarks` (official_facts F41).
_OF_LANDMARKS = (0.94166695, 0.88165985)
_CACHE = Path("build/validation")

_ABOUT = """# The releases on CIFAR-10 trainings

The releases below are fitted to {rows:,} architectures of random search that the authors of NAS-Bench-301
trained on CIFAR-10 (Siems et al., 2020); the accuracies, **of the last epoch**, are from NAS-Bench-Suite-Zero
(Krishnakumar et al., 2022; both Apache-2.0). Each architecture was trained once. All statistics are of the
{test:,} test rows, which have neither fitted nor stopped a member, nor chosen a hyperparameter. Intervals are
of 95 %, by bootstrap. `python -m docs.real_releases TABLE --predictions FOLDER` writes this page; its first
lines say what that needs.

![For each release, above: trained against predicted accuracy of the test rows, with the diagonal; below:
share of the trainings inside of intervals of the members' std alone, and of intervals with the trainings'
noise, by the intervals' nominal share](real-releases.svg)
"""
_PAPER = """
**The paper's numbers are of other rows**: of all optimizers, some 50,000 in place of {fitting:,}, and of the
best epoch; accuracies that lie farther apart are explained more easily. They tell of the order to expect.
The linear model is a ridge regression on which operation reads which input, fitted to the same rows."""
_CEILING = """
### Noise ceiling

What would be reached by who knew the mean of all trainings of each architecture. Nobody trained one of
these twice, so that their noise is not known, only bounded. The least is the paper's std over five seeds,
{paper:.2f} points (Section 3.3): its architectures are good ones, which have less. About the most is what
the noise model of `{closest}` has: it is fitted to residuals of rows that were left out,
in which what all members get wrong alike counts as noise. In between, the paper's noise grows for worse
architectures as the emulated ground truth has it: an assumption. So the first row is an upper bound of
the ceiling, the last one a lower bound, but for chance.

R2 follows from the variances; for ranks, means are taken to be distributed as these trainings are but for
the noise's share, and trainings are drawn around them.

| noise | std, points | R2 | sparse Kendall tau | Spearman |
|---|---|---|---|---|"""


def main(
    table: Annotated[str, typer.Argument(help="Name of the table, or a .parquet file.")],
    predictions: Annotated[Path, typer.Option(help="Folder of the paper's models' predictions.")],
    release: Annotated[list[str] | None, typer.Option(help="In place of the three; may be repeated.")] = None,
    *,
    time_fits: Annotated[
        bool, typer.Option("--time-fits", help="Fit a member of each, and say how long.")
    ] = False,
) -> None:
    """Write the page and draw the figure."""
    trained = tables.load(table)
    os.environ["NB301_PUBLISHED"] = str(predictions)  # where the measures of claims look
    judged, missing = _judged(release or RELEASES, trained)
    page = "\n".join(_page(judged, missing, time_fits=time_fits)) + "\n"
    write_text(HERE / "real-releases.md", page)
    write_text(HERE / "real-releases.svg", figure(judged))
    typer.echo(page)


def _judged(names: Sequence[str], trained: EvaluationTable) -> tuple[dict[str, Judged], list[str]]:
    """Releases by name; and those that are not there."""
    judged, missing = {}, []
    for name in names:
        try:
            found = find(name)
        except ReleaseError:
            missing.append(name)
        else:
            judged[name] = judge(found, trained, _CACHE)
    if not judged:
        raise typer.BadParameter(f"none of {', '.join(missing)} is here: freeze one, or name another")
    return judged, missing


def _page(judged: Mapping[str, Judged], missing: list[str], *, time_fits: bool) -> Iterator[str]:
    subject = next(iter(judged.values())).subject
    yield _ABOUT.format(rows=len(subject.table), test=len(subject.split.test)).rstrip()
    if missing:
        yield from ("", f"Not here, and left out: {', '.join(map('`{}`'.format, missing))}.")
    yield from _table_3(judged)
    yield from _ceilings(judged)
    yield from _beside_the_papers_models(judged)
    yield from _intervals(judged)
    yield from _costs(judged, time_fits=time_fits)
    yield from _claims(judged)


def _manifest(judged: Judged) -> Manifest:
    assert judged.subject.release is not None  # `judge` takes nothing else
    return judged.subject.release.manifest


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _with_interval(score: Score) -> str:
    return f"{score.value:.3f} ({score.low:.3f} to {score.high:.3f})"


def _table_3(judged: Mapping[str, Judged]) -> Iterator[str]:
    paper = _paper()["table3_test"]
    yield from ("", "## Fit: the paper's Table 3", "")
    yield _row("", *STATISTICS, "paper's R2", "paper's sparse Kendall tau")
    yield "|---|" + "---|" * (len(STATISTICS) + 2)
    for name, one in judged.items():
        beside = paper[_manifest(one).family]
        found = map(_with_interval, scores(one.accuracy, one.mean).values())
        yield _row(f"`{name}`", *found, f"{beside['r2']:.3f}", f"{beside['skt']:.3f}")
    one = next(iter(judged.values()))
    linear = linear_mean(one.subject, one.subject.genotypes(one.subject.split.test))
    yield _row(
        "a linear model of the edges", *map(_with_interval, scores(one.accuracy, linear).values()), "", ""
    )
    yield _PAPER.format(fitting=len(one.subject.split.fitting))


def _ceilings(judged: Mapping[str, Judged]) -> Iterator[str]:
    closest = min(judged, key=lambda name: float((judged[name].noise_std ** 2).mean()))
    one = judged[closest]
    genotypes = one.subject.genotypes(one.subject.split.test)
    paper = float(_paper()["section3"]["mean_std_5_seeds"])
    noises = {
        "the paper's, of good architectures: the least": np.full(len(one.mean), paper),
        "the same, more for worse ones (assumed)": EmulatedTruth().noise_std(genotypes),
        f"`{closest}`'s manifest: the most": one.noise_std,
    }
    yield _CEILING.format(paper=100 * paper, closest=closest)
    for what, noise in noises.items():
        reached = ceiling(one.accuracy, noise, SEED)
        std = 100 * float((noise**2).mean() ** 0.5)
        yield _row(what, f"{std:.3f}", *map("{:.3f}".format, reached.values()))


def _paper() -> dict[str, dict[str, Any]]:
    """The paper's numbers, by table."""
    return tomllib.loads(PAPER_TABLES.read_text(encoding="utf-8"))


def _beside_the_papers_models(judged: Mapping[str, Judged]) -> Iterator[str]:
    yield from ("", "## Beside the paper's own models", "")
    yield "Spearman with published predictions of XGBoost v1.0 and v0.9 for uniform architectures, which were"
    yield "drawn with noise, and how far above them the release is, in points: theirs are of the best epoch,"
    yield "these of the last. R2 of runtimes is of architectures that the fit of the runtime model left out:"
    yield "it is fitted to predictions of the paper's runtime model v0.9."
    versions = sorted(published.FILES, reverse=True)
    heads = [f"{what} {version}" for version in versions for what in ("Spearman,", "above")]
    yield from ("", _row("", *heads, "runtime, R2"), "|---|" + "---|" * (len(heads) + 1))
    for name, one in judged.items():
        cells = []
        for version in versions:
            agreement = published.agreement(one.subject, version)
            cells.append(_with_interval(Score(agreement.value, *agreement.interval)))
            cells.append(f"{100 * published.offset(one.subject, version).value:+.3f}")
        runtime = _manifest(one).measured.runtime_r2
        yield _row(f"`{name}`", *cells, "" if runtime is None else f"{runtime:.4f}")
    yield from _landmarks(judged)


def _landmarks(judged: Mapping[str, Judged]) -> Iterator[str]:
    known = landmarks()
    yield ""
    yield "Two published predictions, in percent: of the genotype that DARTS found, and of it with a skip"
    yield "connection on each edge. Models that have seen random architectures alone are expected to overrate"
    yield "the latter (Appendices E.1 and E.3). ± is the std of a training around the predicted mean."
    yield from ("", _row("", *known), "|---|" + "---|" * len(known))
    yield _row("XGBoost v0.9, published", *(f"{100 * accuracy:.2f}" for accuracy in _OF_LANDMARKS))
    for name, one in judged.items():
        mean_of, std_of = one.ask([*known.values()])
        cells = []
        for mean, std, theirs in zip(mean_of, std_of, _OF_LANDMARKS, strict=True):
            cells.append(f"{100 * mean:.2f} ± {100 * std:.2f} ({100 * (mean - theirs):+.2f})")
        yield _row(f"`{name}`", *cells)


def _intervals(judged: Mapping[str, Judged]) -> Iterator[str]:
    levels = (0.5, 0.8, 0.95)
    yield from ("", "## Intervals, before and after", "")
    yield "Share of the trainings of the test rows inside of central intervals: before, of the members' std"
    yield "alone, as releases had it; after, with the trainings' noise that manifests have now."
    heads = [f"{100 * level:.0f} %, {when}" for level in levels for when in ("before", "after")]
    yield from ("", _row("", *heads), "|---|" + "---|" * len(heads))
    for name, one in judged.items():
        cells = []
        for level in levels:
            for std in (one.member_std, one.training_std):
                cells.append(f"{100 * share_inside(one, std, level):.1f} %")
        yield _row(f"`{name}`", *cells)
    yield ""
    for name, one in judged.items():
        yield f"- `{name}`: {_noise_in_words(_manifest(one))}"


def _noise_in_words(manifest: Manifest) -> str:
    """What the manifest says of single trainings."""
    noise = manifest.noise
    if noise is None:
        return "no noise model; draws have the members' std."
    return (
        f"trainings of one architecture differ by {100 * noise.std_at_low:.3f} points (std) where their mean "
        f"is {100 * noise.low:.2f} % or less, and by {100 * noise.std_at_high:.3f} from "
        f"{100 * noise.high:.2f} % on; the logarithm is linear in between."
    )


def _costs(judged: Mapping[str, Judged], *, time_fits: bool) -> Iterator[str]:
    package = Path(nb301.__file__).parent
    files = [path for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    yield from ("", "## Size and time", "")
    packed = packed_bytes(files) / 1e6
    yield f"Packed as in a wheel, nb301 takes {packed:.1f} MB; it has {len(list_releases())} releases."
    if time_fits:
        yield "Seconds are of the CPU, of one model with the members' hyperparameters, fitted to the training"
        yield "rows and stopped by the validation rows, on the machine that wrote this page."
    yield from ("", _row("", "members", "files, MB", "packed, MB", "one fit, s"), "|---|---|---|---|---|")
    for name, one in judged.items():
        manifest, release = _manifest(one), one.subject.release
        assert release is not None
        paths = [release.folder / file for file in manifest.files]
        size = sum(file.bytes for file in manifest.files.values())
        seconds = f"{fit_seconds(one):.1f}" if time_fits else "not measured"
        yield _row(
            f"`{name}`",
            str(manifest.members),
            f"{size / 1e6:.1f}",
            f"{packed_bytes(paths) / 1e6:.1f}",
            seconds,
        )


def _claims(judged: Mapping[str, Judged]) -> Iterator[str]:
    report = {release.name: release for release in read_report(HERE / "validation.json").releases}
    yield from ("", "## Claims", "")
    yield "Declared in `validation/claims/cifar10lastepoch.toml` before any of these releases was measured;"
    yield "values, intervals and thresholds are on [the page of the report](validation.md)."
    yield from ("", _row("", "holds", "fails", "undecided"), "|---|---|---|---|")
    for name, one in judged.items():
        validated = report.get(name)
        if validated is None or validated.release_hash != one.subject.key:
            yield _row(f"`{name}`", "not in the committed report", "", "")
        else:
            yield _row(f"`{name}`", *_verdicts(validated))


def _verdicts(release: ValidatedRelease) -> Iterator[str]:
    holding = sum(claim.verdict is ClaimVerdict.holds for claim in release.claims)
    yield f"{holding} of {len(release.claims)}"
    for verdict in (ClaimVerdict.fails, ClaimVerdict.undecided):
        ids = [f"`{claim.id}` ({claim.kind})" for claim in release.claims if claim.verdict is verdict]
        yield ", ".join(ids) or "none"


if __name__ == "__main__":
    typer.run(main)
