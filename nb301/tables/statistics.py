"""Descriptive statistics of an evaluation table, beside the paper's numbers where it has them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nb301.metrics import kendall_tau, mean_absolute_error, r2, sparse_kendall_tau, spearman
from nb301.sources import KNOWING_ALL, ROWS_IN_PAPER
from nb301.space import Genotype, Op
from nb301.tables.schema import EvaluationTable

#: Optimizers from the best distribution of validation errors to the worst (Appendix C.4, Figure 8).
_ECDF_ORDER = "bananas, pc_darts, drnas, de, gdas, re, tpe, rs, then combo and darts"
_SEEDS = 5
_LEAST_CORRELATED = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """One statistic of the paper's CIFAR-10 table, and the same of this table."""

    #: What it is of, with its unit.
    statistic: str
    #: Where in the paper.
    source: str
    #: The paper's.
    paper: str
    #: This table's.
    table: str


def overall(table: EvaluationTable) -> dict[str, float | int]:
    """Counts, and correlations of validation with test accuracy, over the rows that models are fitted on.

    NaN where fewer than two rows are that have both, or all are alike.
    """
    rows = _fitted(table).dropna(subset=["test_accuracy"])
    val, test = rows["val_accuracy"].to_numpy(), rows["test_accuracy"].to_numpy()
    few = len(rows) < _LEAST_CORRELATED
    return {
        "rows": len(table),
        "architectures": int(table.rows["genotype"].nunique()),
        "kendall_val_test": math.nan if few else kendall_tau(val, test),
        "spearman_val_test": math.nan if few else spearman(val, test),
    }


def by_optimizer(table: EvaluationTable) -> list[dict[str, Any]]:
    """Counts, accuracies (fractions) and runtime (seconds) of each optimizer's rows, most rows first."""
    parts = []
    for optimizer, rows in table.rows.groupby("optimizer", observed=True):
        accuracy = rows["val_accuracy"]
        parts.append(
            {
                "optimizer": str(optimizer),
                "rows": len(rows),
                "rows_in_paper": ROWS_IN_PAPER.get(str(optimizer)),
                "architectures": int(rows["genotype"].nunique()),
                "mean_val_accuracy": float(accuracy.mean()),
                "std_val_accuracy": float(accuracy.std(ddof=0)),
                "best_val_accuracy": float(accuracy.max()),
                "mean_runtime": float(rows["runtime"].mean()),
            }
        )
    return sorted(parts, key=lambda part: -part["rows"])


def beside_the_paper(table: EvaluationTable) -> list[Comparison]:
    """The paper's statistics of its CIFAR-10 table beside this table's; those it has rows for."""
    return list(_comparisons(table))


def seeds(table: EvaluationTable) -> pd.DataFrame:
    """The architectures that were trained with the seeds 1..5 (Section 3.3).

    Returns:
        Validation accuracy, fraction, one row an architecture, one column a seed; no rows where the
        table has no further seeds.
    """
    rows = table.rows
    further = rows[rows["optimizer"] == "seeds"]
    is_first = table.is_fitted & (rows["seed"] == 1)
    first = rows[is_first & rows["genotype"].isin(further["genotype"])]
    repeated = pd.concat([first.drop_duplicates("genotype"), further])
    return repeated.pivot_table("val_accuracy", "genotype", "seed", observed=True).dropna()


def noise_variance(table: EvaluationTable) -> float:
    """Variance of validation accuracy over seeds, squared fractions, mean over the repeated architectures.

    NaN where there are none.
    """
    repeated = seeds(table).to_numpy()
    return float(repeated.var(axis=1, ddof=1).mean()) if len(repeated) else float("nan")


def skips_in_probes(table: EvaluationTable, op: Op = Op.skip_connect) -> pd.Series[float]:
    """Mean validation accuracy, fraction, by the number of `op` in the normal cell (D.6's probes)."""
    probes = table.rows[(table.rows["optimizer"] == "skip") & (table.rows["run"] == op)]
    counts = [Genotype.parse(text).normal.count(op) for text in probes["genotype"]]
    return probes.groupby(counts)["val_accuracy"].mean()


def _comparisons(table: EvaluationTable) -> Iterator[Comparison]:
    whole = overall(table)
    if math.isfinite(whole["kendall_val_test"]):
        yield Comparison(
            "Kendall's tau, validation with test", "Section 3.2", "0.852", f"{whole['kendall_val_test']:.3f}"
        )
        yield Comparison(
            "Spearman, validation with test", "Section 3.2", "0.969", f"{whole['spearman_val_test']:.3f}"
        )
    repeated = seeds(table).to_numpy()
    if len(repeated):
        std = repeated.std(axis=1, ddof=1).mean()
        error = mean_absolute_error(repeated[:, 1:].mean(axis=1), repeated[:, 0])
        yield Comparison("mean std over 5 seeds", "Section 3.3", "1.6e-3", f"{std:.2e}")
        yield Comparison("MAE of seed 1 against seeds 2-5", "Table 5", "1.38e-3", f"{error:.2e}")
        yield from _limits(table, repeated)
    rows = _fitted(table)
    medians = (
        rows.groupby(rows["optimizer"].astype(str))["val_accuracy"].median().sort_values(ascending=False)
    )
    order = ", ".join(name for name in medians.index if name not in {"random_ws", "low_par", *KNOWING_ALL})
    yield Comparison("optimizers by median error", "Appendix C.4", _ECDF_ORDER, order)
    if len(by_skips := skips_in_probes(table).to_numpy()):
        best = int(np.argmax(by_skips))
        yield Comparison("best number of skips, normal cell", "Appendix C.5", "2-3", str(best))
    random = table.rows.loc[table.rows["optimizer"] == "rs", "runtime"]
    if random.notna().any():
        # predictions of the official runtime model for uniform samples
        yield Comparison("mean runtime of random search, seconds", "F43", "4,652", f"{random.mean():,.0f}")


def _limits(table: EvaluationTable, repeated: NDArray[np.float64]) -> Iterator[Comparison]:
    """What noise allows: no surrogate explains or ranks single trainings much better."""
    ceiling = 1 - noise_variance(table) / _fitted(table)["val_accuracy"].var(ddof=0)
    yield Comparison("R2 of a surrogate without error", "noise over seeds", "", f"{ceiling:.3f}")
    first, others = repeated[:, 0], repeated[:, 1:].mean(axis=1)
    yield Comparison(
        "R2 of the mean of seeds 2-5 for seed 1", "repeated ones", "", f"{r2(first, others):.3f}"
    )
    tau = sparse_kendall_tau(first, others)
    yield Comparison("sparse Kendall tau of the same", "repeated ones", "", f"{tau:.3f}")


def _fitted(table: EvaluationTable) -> pd.DataFrame:
    return table.rows[table.is_fitted]
