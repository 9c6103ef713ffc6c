"""Errors of a table against what else is known of a training (Figures 3, 8 and 12; Section 3.2)."""

from __future__ import annotations

import numpy as np

from leaderboard.drawing import scatters as drawn_scatters
from leaderboard.drawing.charts import rounded, table_of
from leaderboard.drawing.vega import Chart, Table
from leaderboard.pages.landscape.table import Array, Landscape
from nb301.tables.statistics import overall, seeds

#: Points of a chart, few enough to be drawn at once; the CSV has the same.
_SHOWN = 800
_PROBABILITIES = np.unique(np.concatenate([[0.001, 0.01], np.linspace(0.02, 1, 50)]))


def scatters(landscape: Landscape) -> list[Chart]:
    """Distribution functions, parameters, and test errors; noise where the table has further seeds."""
    charts = [_distributions(landscape), _parameters(landscape), _test(landscape)]
    return [*charts, _noise(landscape)] if len(seeds(landscape.table)) else charts


def _parameters(landscape: Landscape) -> Chart:
    rows = landscape.sample(landscape.fitted, _SHOWN)
    table = landscape.table.rows.iloc[rows]
    data = table_of(
        {
            "source": landscape.labels(rows),
            "parameters (millions)": (table["parameters"] / 1e6).round(4).tolist(),
            "runtime (s)": table["runtime"].round(0).astype(int).tolist(),
            "error (%)": np.round(landscape.error[rows], 3).tolist(),
        }
    )
    return Chart(
        name=f"landscape-{landscape.name}-parameters",
        title="Parameters and runtime",
        caption="Number of parameters against validation error, with its runtime as colour; "
        f"{len(rows):,} rows drawn at random. {landscape.rests_on} Mirrors Figure 3, which shows all rows of "
        "CIFAR-10.",
        alt=f"Parameters against validation error of {len(rows):,} architectures. {landscape.rests_on}",
        spec=drawn_scatters.parameters(data),
        data=data,
        summary=_by_size(landscape),
        switches=("y",),
    )


def _by_size(landscape: Landscape) -> Table:
    """Thirds of the rows that models are fitted on, by their parameters."""
    rows = landscape.fitted
    parameters = landscape.table.rows["parameters"].to_numpy()[rows]
    runtime = landscape.table.rows["runtime"].to_numpy()[rows]
    bounds = np.quantile(parameters, [0, 1 / 3, 2 / 3, 1]).tolist()
    thirds = np.digitize(parameters, bounds[1:-1])
    lines = []
    for third in range(3):
        chosen = thirds == third
        lines.append(
            (
                f"{bounds[third] / 1e6:.2f} to {bounds[third + 1] / 1e6:.2f} million parameters",
                int(chosen.sum()),
                f"{np.median(landscape.error[rows][chosen]):.2f}" if chosen.any() else "-",
                f"{np.median(runtime[chosen]):,.0f}" if chosen.any() else "-",
            )
        )
    return Table(("third", "rows", "median error (%)", "median runtime (s)"), tuple(lines))


def _distributions(landscape: Landscape) -> Chart:
    errors = {label: landscape.error[rows] for label, rows in landscape.sources.items()}
    best_first = sorted(errors, key=lambda label: float(np.median(errors[label])))
    data = _shares(errors)
    return Chart(
        name=f"landscape-{landscape.name}-ecdf",
        title="Distribution of errors by optimizer",
        caption="Share of a source's architectures whose validation error is at most so high. Budgets "
        f"differ, so this does not compare optimizers. {landscape.rests_on} Mirrors Figure 8. Click entries "
        "of the legend to show only them.",
        alt="Empirical distribution functions; from the lowest median error to the highest: "
        f"{', '.join(best_first)}. {landscape.rests_on}",
        spec=drawn_scatters.distributions(data, list(errors)),
        data=data,
        summary=_quantiles(errors),
        switches=("x",),
    )


def _shares(errors: dict[str, Array]) -> Table:
    """Errors that a share of each source's architectures does not exceed."""
    lines: list[tuple[str, float, float]] = []
    shares = rounded(_PROBABILITIES, 4)
    for label, values in errors.items():
        drawn = rounded(np.quantile(values, _PROBABILITIES, method="inverted_cdf"), 3)
        lines += zip([label] * len(drawn), drawn, shares, strict=True)
    return Table(("name", "error", "share"), tuple(lines))


def _quantiles(errors: dict[str, Array]) -> Table:
    lines = []
    for label, values in errors.items():
        lowest, tenth, median, most = np.quantile(values, [0, 0.1, 0.5, 0.9]).tolist()
        lines.append((label, len(values), f"{lowest:.2f}", f"{tenth:.2f}", f"{median:.2f}", f"{most:.2f}"))
    columns = ("source", "rows", "lowest error (%)", "10 % below", "median", "90 % below")
    return Table(columns, tuple(lines))


def _test(landscape: Landscape) -> Chart:
    rows = landscape.sample(landscape.fitted, _SHOWN)
    val, test = landscape.error[rows], landscape.column_error("test")[rows]
    data = table_of(
        {
            "source": landscape.labels(rows),
            "validation error (%)": np.round(val, 3).tolist(),
            "test error (%)": np.round(test, 3).tolist(),
        }
    )
    ends = [float(min(val.min(), test.min())), float(max(val.max(), test.max()))]
    whole = overall(landscape.table)
    tau, rho = f"{whole['kendall_val_test']:.3f}", f"{whole['spearman_val_test']:.3f}"
    return Chart(
        name=f"landscape-{landscape.name}-test",
        title="Validation and test error",
        caption=f"Test against validation error; {len(rows):,} rows drawn at random, equal on the dashed "
        f"line. Over all rows that models are fitted on Kendall's tau is {tau} and Spearman's rank "
        f"correlation {rho}; Section 3.2 has 0.852 and 0.969 on CIFAR-10, and no figure. "
        f"{landscape.rests_on}",
        alt=f"Test error rises with validation error, Kendall's tau {tau}. {landscape.rests_on}",
        spec=drawn_scatters.errors_of_test(data, ends),
        data=data,
        summary=Table(
            ("statistic", "this table", "paper, CIFAR-10"),
            (("Kendall's tau", tau, "0.852"), ("Spearman's rank correlation", rho, "0.969")),
        ),
    )


def _noise(landscape: Landscape) -> Chart:
    accuracies = 100 * seeds(landscape.table).to_numpy()
    order = np.argsort(-accuracies.mean(axis=1), kind="stable")
    means, stds = accuracies.mean(axis=1)[order], accuracies.std(axis=1, ddof=1)[order]
    data = table_of(
        {
            "rank": list(range(1, len(order) + 1)),
            "mean error (%)": rounded(100 - means, 3),
            "std (points)": rounded(stds, 4),
        }
    )
    n = accuracies.shape[1]
    return Chart(
        name=f"landscape-{landscape.name}-noise",
        title="Noise between seeds",
        caption=f"Standard deviation of the validation accuracy of {len(order)} architectures of DE "
        f"evaluated with {n} seeds each; its mean is {stds.mean():.3f} points, the paper's 0.16. "
        f"{landscape.rests_on} Mirrors Figure 12.",
        alt=f"Standard deviation between {n} seeds by rank, mean {stds.mean():.3f} points. "
        f"{landscape.rests_on}",
        spec=drawn_scatters.noise(data),
        data=data,
        summary=_by_fifth(stds),
    )


def _by_fifth(stds: Array) -> Table:
    """Means of standard deviations in the order of ranks."""
    size = len(stds) // 5
    lines = []
    for fifth in range(5):
        start, end = fifth * size, (fifth + 1) * size
        lines.append((f"{start + 1} to {end}", f"{stds[start:end].mean():.3f}"))
    return Table(("ranks", "mean standard deviation (points)"), tuple(lines))
