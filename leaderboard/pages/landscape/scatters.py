"""Errors of a table against what else is known of a training (Figures 3, 8 and 12; Section 3.2)."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from leaderboard.drawing.vega import Chart, Table, chosen_entries, entry_colour, entry_dash, inline, signal
from leaderboard.pages.landscape.table import Array, Landscape
from leaderboard.rendering.charts import diagonal, rounded, sized, table_of
from nb301.tables.statistics import overall, seeds

#: Points of a chart; the CSV has the same.
_SHOWN = 1500
_PROBABILITIES = np.unique(np.concatenate([[0.001, 0.005], np.linspace(0.01, 1, 100)]))
_WIDTH, _HEIGHT = 640, 380


def scatters(landscape: Landscape) -> list[Chart]:
    """Parameters, distribution functions, and test errors; noise where the table has further seeds."""
    charts = [_parameters(landscape), _distributions(landscape), _test(landscape)]
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
    runtime = alt.Color(
        "runtime (s):Q",
        title="Runtime (seconds)",
        legend=alt.Legend(orient="top"),
        scale=alt.Scale(zero=False),
    )
    spec = _points(data).encode(
        _x("parameters (millions)", "Parameters (millions)"),
        _y("error (%)", "Validation error (%)"),
        runtime,
        tooltip=_tooltips(data),
    )
    return Chart(
        name=f"landscape-{landscape.name}-parameters",
        title="Parameters and runtime",
        caption="Number of parameters against validation error, with the training's runtime as colour; "
        f"{len(rows):,} rows drawn at random. {landscape.rests_on} Mirrors Figure 3, which shows all rows of "
        "CIFAR-10.",
        alt=f"Parameters against validation error of {len(rows):,} architectures. {landscape.rests_on}",
        spec=sized(spec, _WIDTH, _HEIGHT),
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
        spec=sized(_steps(data, list(errors)), _WIDTH, _HEIGHT),
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


def _steps(data: Table, names: list[str]) -> alt.Chart:
    chosen = chosen_entries()
    mark = alt.Chart(inline(data.records())).mark_line(interpolate="step-after", strokeWidth=2, aria=False)
    encoded: alt.Chart = mark.encode(
        x=alt.X(
            "error:Q",
            title="Validation error (%)",
            scale=alt.Scale(type="log", nice=False),
            axis=alt.Axis(values=[*range(4, 16), 20, 30, 50, 90], grid=False),
        ),
        y=alt.Y("share:Q", title="Share of architectures", axis=alt.Axis(format="%")),
        color=entry_colour(names, lines=True),
        strokeDash=entry_dash(names),
        opacity=alt.condition(chosen, alt.value(1), alt.value(0.12)),
        tooltip=alt.Tooltip("name:N", title="source"),
    ).add_params(chosen)
    return encoded


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
    fields = ("validation error (%)", "test error (%)")
    data = table_of(
        {
            "source": landscape.labels(rows),
            fields[0]: np.round(val, 3).tolist(),
            fields[1]: np.round(test, 3).tolist(),
        }
    )
    x, y = _x(fields[0], "Validation error (%)"), _y(fields[1], "Test error (%)")
    ends = [float(min(val.min(), test.min())), float(max(val.max(), test.max()))]
    points = _points(data, color=signal("accent")).encode(x, y, tooltip=_tooltips(data))
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
        spec=sized(alt.layer(diagonal(x, y, fields, ends), points), _WIDTH, _HEIGHT),
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
    spec = _points(data, color=signal("accent")).encode(
        _x("std (points)", "Standard deviation between seeds (points)"),
        _y("rank", "Rank of the architecture (1 is the best)", reverse=True),
        tooltip=_tooltips(data),
    )
    n = accuracies.shape[1]
    return Chart(
        name=f"landscape-{landscape.name}-noise",
        title="Noise between trainings",
        caption=f"Standard deviation of the validation accuracy of {len(order)} architectures of DE trained "
        f"with {n} seeds each; its mean is {stds.mean():.3f} points, the paper's 0.16. {landscape.rests_on} "
        "Mirrors Figure 12.",
        alt=f"Standard deviation between {n} seeds by rank, mean {stds.mean():.3f} points. "
        f"{landscape.rests_on}",
        spec=sized(spec, _WIDTH, _HEIGHT),
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


def _points(data: Table, **mark: Any) -> alt.Chart:
    points: alt.Chart = alt.Chart(inline(data.records())).mark_circle(
        size=16, opacity=0.55, aria=False, **mark
    )
    return points


def _tooltips(data: Table) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(name, type="nominal" if name == "source" else "quantitative") for name in data.columns
    ]


def _x(field: str, title: str) -> alt.X:
    return alt.X(f"{field}:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))


def _y(field: str, title: str, **scale: Any) -> alt.Y:
    return alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=False, **scale))
