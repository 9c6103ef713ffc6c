"""Descriptive statistics of an evaluation table, as plain numbers."""

from __future__ import annotations

from typing import Any

from nb301.metrics import kendall_tau, spearman
from nb301.tables.schema import EvaluationTable


def overall(table: EvaluationTable) -> dict[str, float | int]:
    """Statistics over all rows; the paper has Kendall 0.852 and Spearman 0.969 (Section 3.2)."""
    val, test = (table.rows[f"{part}_accuracy"].to_numpy() for part in ("val", "test"))
    return {
        "rows": len(table),
        "architectures": int(table.rows["genotype"].nunique()),
        "kendall_val_test": kendall_tau(val, test),
        "spearman_val_test": spearman(val, test),
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
                "architectures": int(rows["genotype"].nunique()),
                "mean_val_accuracy": float(accuracy.mean()),
                "std_val_accuracy": float(accuracy.std(ddof=0)),
                "best_val_accuracy": float(accuracy.max()),
                "mean_runtime": float(rows["runtime"].mean()),
            }
        )
    return sorted(parts, key=lambda part: -part["rows"])
