"""The paper's tables measured here, beside its numbers: Tables 3 and 5, Appendices E.2, E.3 and D.4.

`python -m validation.paper_tables` fits what is not yet in its folder, prints, and writes Markdown.
Every number here rests on the table's own ground truth, every number beside it on CIFAR-10.
"""

from __future__ import annotations

import json
import resource
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from nb301 import tables
from nb301.benchmark import Benchmark, load
from nb301.cli.output import print_table, progress
from nb301.files import sha256, write_text
from nb301.metrics import gaussian_kl, kendall_tau, mean_absolute_error, r2, sparse_kendall_tau
from nb301.releases.freeze import SEED, freeze
from nb301.space import Genotype
from nb301.surrogates import FITTED_FAMILIES
from nb301.surrogates.ensemble import fit_one
from nb301.tables.schema import EvaluationTable
from nb301.tables.splits import Split
from nb301.tables.statistics import seeds
from nb301.truth.emulated import EmulatedTruth
from validation.fits import NamedRows
from validation.intervals import Array, Rows
from validation.places import PAPER_TABLES

TABLE = "emulated-v2.0"
#: Families that are frozen, and compared beyond Table 3.
_FROZEN = ("lgb", "xgb", "gin")


@dataclass(frozen=True, slots=True)
class Experiment:
    """A single model of a family, fitted on the training part of a split and stopped on validation."""

    family: str
    split: NamedRows = NamedRows.stratified


@dataclass(frozen=True, slots=True)
class FitResult:
    """What a single model reaches on the test part of its split."""

    family: str
    split: str
    r2: float
    sparse_kendall_tau: float
    rows: tuple[int, int]
    """Training rows, and test rows."""
    fit_seconds: float
    """CPU seconds of the fit on one thread."""
    peak_memory: float
    """Most memory of the process that read the table and fitted, MB."""
    file_bytes: int


def _experiments() -> Iterator[Experiment]:
    for family in FITTED_FAMILIES:
        yield Experiment(family)
    for family in _FROZEN:
        yield Experiment(family, NamedRows.random_only)
        yield Experiment(family, NamedRows.equal_size)
    for family in ("gin", "xgb"):
        yield Experiment(family, NamedRows.above_92)


EXPERIMENTS = tuple(_experiments())


def measure(experiment: Experiment, table_name: str, seed: int = SEED) -> FitResult:
    """Fit and score one model; run it in a process of its own to know its memory."""
    table, family = tables.load(table_name), FITTED_FAMILIES[experiment.family]
    split = experiment.split.split_of(table, seed)
    started = time.process_time()
    file = fit_one(family, table, split, seed)
    seconds = time.process_time() - started
    truth = table.rows["val_accuracy"].to_numpy()[split.test]
    predicted = family.load([file]).predict(table.codes[split.test])[0]
    return FitResult(
        family=experiment.family,
        split=experiment.split,
        r2=r2(truth, predicted),
        sparse_kendall_tau=sparse_kendall_tau(truth, predicted),
        rows=(len(split.train), len(split.test)),
        fit_seconds=seconds,
        peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        file_bytes=len(file),
    )


def measure_all(
    table_name: str,
    folder: Path,
    processes: int = 1,
    report: Callable[[FitResult], None] = lambda _: None,
) -> list[FitResult]:
    """Measure every experiment that has no result in the folder for this table and these settings."""
    content = tables.load(table_name).content_hash
    paths = {experiment: folder / _file_name(experiment, content) for experiment in EXPERIMENTS}
    missing = [experiment for experiment, path in paths.items() if not path.exists()]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        futures = {pool.submit(measure, experiment, table_name): experiment for experiment in missing}
        for future in as_completed(futures):
            write_text(paths[futures[future]], json.dumps(asdict(future.result()), indent=1) + "\n")
            report(future.result())
    return [FitResult(**json.loads(path.read_text(encoding="utf-8"))) for path in paths.values()]


def _file_name(experiment: Experiment, content: str) -> str:
    settings = [content, dict(FITTED_FAMILIES[experiment.family].hyperparameters), SEED]
    key = sha256(json.dumps(settings, sort_keys=True).encode())[:12]
    return f"{experiment.family}-{experiment.split}-{key}.json"


@dataclass(frozen=True, slots=True)
class PaperTable:
    """One table of the page."""

    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def sections(table: EvaluationTable, results: Sequence[FitResult]) -> list[PaperTable]:
    """Everything that is printed, in its order."""
    by_experiment = {(result.family, result.split): result for result in results}
    return [
        _table_3(table, by_experiment),
        _table_5(table),
        _appendix_e2(by_experiment),
        _appendix_e3(by_experiment),
        _runtime(table),
    ]


def ceiling(table: EvaluationTable, split: Split) -> tuple[float, float] | None:
    """R2 and sparse Kendall tau of the noise-free truth on the test rows; None where it is unknown."""
    emulated = EmulatedTruth()
    if table.truth != f"{emulated.name} {emulated.version}":
        return None
    truth = table.rows["val_accuracy"].to_numpy()[split.test]
    mean = emulated.mean(_genotypes(table, split.test))
    return r2(truth, mean), sparse_kendall_tau(truth, mean)


def _table_3(table: EvaluationTable, results: Mapping[tuple[str, str], FitResult]) -> PaperTable:
    paper = _paper()["table3_test"]
    order = sorted(FITTED_FAMILIES, key=lambda family: -results[family, NamedRows.stratified].r2)
    rows = []
    for family in order:
        ours = results[family, NamedRows.stratified]
        scores = _scores(ours, paper.get(FITTED_FAMILIES[family].paper_name))
        rows.append([family, *scores, f"{ours.fit_seconds:,.0f}", f"{ours.peak_memory:,.0f}"])
    for family in _FROZEN:
        metrics = _release(table, family).release.manifest.measured
        shown = [f"{metrics.r2:.3f}", "", f"{metrics.sparse_kendall_tau:.3f}", "", "", ""]
        rows.append([f"{family}, ten members", *shown])
    top = ceiling(table, NamedRows.stratified.split_of(table, SEED))
    if top is not None:
        rows.append(["noise ceiling", f"{top[0]:.3f}", "", f"{top[1]:.3f}", "", "", ""])
    return PaperTable(
        "Table 3: fit on the test split",
        "Single models, fitted on the training part, stopped on the validation part; below, the releases. "
        "The ceiling is what the noise-free truth itself would score.",
        ["family", "R2", "paper", "sKT", "paper", "fit, CPU s", "peak MB"],
        rows,
    )


def _table_5(table: EvaluationTable) -> PaperTable:
    paper = _paper()["table5_noise"]
    runs = seeds(table)
    truth = runs[[2, 3, 4, 5]].mean(axis=1).to_numpy()
    std = runs[[1, 2, 3, 4, 5]].std(axis=1, ddof=1).to_numpy()
    lookup = mean_absolute_error(truth, runs[1].to_numpy())
    rows = [["tabular", f"{lookup:.2e}", f"{paper['tabular']['mae']:.2e}", "", "", "", ""]]
    genotypes = list(map(Genotype.parse, runs.index))
    for family in ("gin", "lgb", "xgb"):
        predicted = _release(table, family).query(genotypes)
        divergence = gaussian_kl(runs.mean(axis=1).to_numpy(), std, predicted.mean, predicted.std).mean()
        rows.append(
            [
                family,
                f"{mean_absolute_error(truth, predicted.mean):.2e}",
                f"{paper[family]['mae']:.2e}",
                f"{predicted.std.mean():.1e}",
                f"{paper[family]['mean_std']:.1e}",
                f"{divergence:.1f}",
                f"{paper[family]['kl']:.1f}",
            ]
        )
    return PaperTable(
        f"Table 5: {len(runs)} architectures, trained with five seeds",
        "The releases have seen seed 1 at most; the truth is the mean of seeds 2-5. KL(truth || prediction) "
        "of normal distributions, the truth's std over five seeds with ddof 1 (official_facts F25): "
        "compare the order, not the values.",
        ["model", "MAE 1, [2,3,4,5]", "paper", "mean std", "paper", "KL", "paper"],
        rows,
    )


def _appendix_e2(results: Mapping[tuple[str, str], FitResult]) -> PaperTable:
    paper = _paper()["appendix_e2"]
    rows = []
    for family in ("gin", "xgb"):
        ours = results[family, NamedRows.above_92]
        rows.append([family, *_scores(ours, paper.get(family)), f"{ours.rows[1]:,}"])
    return PaperTable(
        "Appendix E.2: fitted above 92 %, tested below",
        "Single models.",
        ["family", "R2", "paper", "sKT", "paper", "test rows"],
        rows,
    )


def _scores(ours: FitResult, theirs: Mapping[str, float] | None) -> list[str]:
    """R2 and sparse Kendall tau, each beside the paper's, which has no number for all."""
    return [
        f"{ours.r2:.3f}",
        f"{theirs['r2']:.3f}" if theirs else "",
        f"{ours.sparse_kendall_tau:.3f}",
        f"{theirs['skt']:.3f}" if theirs else "",
    ]


def _appendix_e3(results: Mapping[tuple[str, str], FitResult]) -> PaperTable:
    rows = []
    for family in _FROZEN:
        for split in (NamedRows.stratified, NamedRows.equal_size, NamedRows.random_only):
            result = results[family, split]
            shown = [f"{result.rows[0]:,}", f"{result.r2:.3f}", f"{result.sparse_kendall_tau:.3f}"]
            rows.append([f"{family}, {split.replace('_', ' ')}", *shown])
    return PaperTable(
        "Appendix E.3: random search's rows alone, against as many of all optimizers",
        "Single models, all measured on the same test rows of all optimizers; the paper gives no numbers.",
        ["model", "training rows", "R2", "sKT"],
        rows,
    )


def _runtime(table: EvaluationTable) -> PaperTable:
    paper, split = _paper()["runtime_model"], NamedRows.stratified.split_of(table, SEED)
    test = table.rows.iloc[split.test]
    seconds = _release(table, "xgb").query(_genotypes(table, split.test)).runtime
    is_de = (test["optimizer"] == "de").to_numpy()
    papers = (f"{paper['r2']:.3f}", f"{paper['skt']:.3f}")
    rows = []
    for name, chosen, theirs in (("DE", is_de, papers), ("all", np.ones_like(is_de), ("", ""))):
        truth: Array = test["runtime"].to_numpy()[chosen]
        predicted = seconds[chosen]
        explained, tau = r2(truth, predicted), kendall_tau(truth, predicted)
        rows.append([name, f"{explained:.3f}", theirs[0], f"{tau:.3f}", theirs[1]])
    return PaperTable(
        "Appendix D.4: the runtime model on test rows",
        "Fitted on DE's rows, as in the paper; seconds are not rounded before Kendall's tau.",
        ["test rows", "R2", "paper", "tau", "paper"],
        rows,
    )


def rebuild(name: str, folder: Path, processes: int) -> float:
    """Freeze an embedded release anew from its table and seed; the largest difference of predictions."""
    old = load(name)
    manifest = old.release.manifest
    table = tables.load(f"{manifest.table.name}-v{manifest.table.version}")
    target = freeze(
        table,
        manifest.family,
        folder,
        random_only=manifest.random_only,
        version=manifest.version,
        seed=manifest.seed,
        hyperparameters=manifest.hyperparameters,
        processes=processes,
        replace=True,
    )
    rng = np.random.default_rng(SEED)
    rows = rng.choice(len(table), 2000, replace=False)
    genotypes = _genotypes(table, rows)
    return float(np.abs(old.members(genotypes) - load(target).members(genotypes)).max())


@cache
def _paper() -> dict[str, Any]:
    return tomllib.loads(PAPER_TABLES.read_text(encoding="utf-8"))


def _genotypes(table: EvaluationTable, rows: Rows) -> list[Genotype]:
    return [table.genotypes[row] for row in rows]


def _release(table: EvaluationTable, family: str) -> Benchmark:
    return load(f"{table.name}-{family}-v{table.version}")


def _markdown(table: EvaluationTable, paper_tables: Sequence[PaperTable]) -> str:
    about = (
        f"Numbers of ours rest on the ground truth `{table.truth}` and the table "
        f"`{table.name}-v{table.version}` (content {table.content_hash[:12]}), the paper's on CIFAR-10: "
        "compare kinds, not digits. Made by `tox run -e tables`; fits ran on one thread of a shared machine."
    )
    lines = ["# The paper's tables, measured here", "", about]
    for section in paper_tables:
        lines += ["", f"## {section.title}", "", section.about, ""]
        lines += [_line(section.columns), "|" + "---|" * len(section.columns)]
        lines += map(_line, section.rows)
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(
    folder: Annotated[Path, typer.Option(help="Keeps results; what is there is not fitted again.")] = Path(
        "build/tables"
    ),
    out: Annotated[Path | None, typer.Option(help="A Markdown file to write.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Fits at once.")] = 2,
    rebuild_release: Annotated[
        list[str] | None, typer.Option("--rebuild", help="Fit an embedded release anew and compare.")
    ] = None,
) -> None:
    """Fit, measure and print the paper's tables."""
    table = tables.load(TABLE)
    with progress() as bar:
        task = bar.add_task("models", total=len(EXPERIMENTS))
        results = measure_all(TABLE, folder, processes, lambda _: bar.advance(task))
    paper_tables = sections(table, results)
    for section in paper_tables:
        print_table(section.title, [*section.columns], list(map(list, section.rows)))
        typer.echo(f"{section.about}\n")
    if out is not None:
        write_text(out, _markdown(table, paper_tables))
    for name in rebuild_release or []:
        largest = rebuild(name, folder / "rebuilt", processes)
        typer.echo(f"{name}, rebuilt from table and seed: predictions differ by at most {largest:.1e}")
        if largest > 1e-6:
            raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
