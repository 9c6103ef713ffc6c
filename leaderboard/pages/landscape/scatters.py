"""Errors of a table against what else is known of a training (Figures 3, 8 and 12; Section 3.2)."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from leaderboard.drawing.vega import Chart, Table, chosen_entries, entry_colour, entry_dash, inline, signal
from leaderboard.pages.landscape.table import LABELS, Subject
from nb301.tables.statistics import overall, seeds

#: Points of a chart; the CSV has the same.
_SHOWN = 1500
_PROBABILITIES = np.unique(np.concatenate([[0.001, 0.005], np.linspace(0.01, 1, 100)]))


def scatters(subject: Subject) -> list[Chart]:
    """Parameters, distribution functions, and test errors; noise where the table has further seeds."""
    charts = [_parameters(subject), _distributions(subject), _test(subject)]
    return [*charts, _noise(subject)] if len(seeds(subject.table)) else charts


def _parameters(subject: Subject) -> Chart:
    rows = subject.sample(subject.fitted, _SHOWN)
    table = subject.table.rows.iloc[rows]
    data = Table(
        ("source", "parameters (millions)", "runtime (s)", "error (%)"),
        tuple(
            zip(
                subject.labels(rows),
                (table["parameters"] / 1e6).round(4).tolist(),
                table["runtime"].round(0).astype(int).tolist(),
                np.round(subject.error[rows], 3).tolist(),
                strict=True,
            )
        ),
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
        tooltip=_told(data),
    )
    bounds = np.quantile(subject.table.rows["parameters"].iloc[subject.fitted], [0, 1 / 3, 2 / 3, 1])
    return Chart(
        name=f"landscape-{subject.name}-parameters",
        title="Parameters and runtime",
        caption="Number of parameters against validation error, with the training's runtime as colour; "
        f"{len(rows):,} rows drawn at random. {subject.rests_on} Mirrors Figure 3, which shows all rows of "
        "CIFAR-10.",
        alt=f"Parameters against validation error of {len(rows):,} architectures. {subject.rests_on}",
        spec=_sized(spec),
        data=data,
        summary=_by_size(subject, bounds.tolist()),
        switches=("y",),
    )


def _by_size(subject: Subject, bounds: list[float]) -> Table:
    """Thirds of the rows that models are fitted on, by their parameters."""
    rows = subject.fitted
    parameters = subject.table.rows["parameters"].to_numpy()[rows]
    runtime = subject.table.rows["runtime"].to_numpy()[rows]
    thirds = np.digitize(parameters, bounds[1:-1])
    cells = []
    for third in range(3):
        chosen = thirds == third
        cells.append(
            (
                f"{bounds[third] / 1e6:.2f} to {bounds[third + 1] / 1e6:.2f} million parameters",
                int(chosen.sum()),
                f"{np.median(subject.error[rows][chosen]):.2f}" if chosen.any() else "-",
                f"{np.median(runtime[chosen]):,.0f}" if chosen.any() else "-",
            )
        )
    return Table(("third", "rows", "median error (%)", "median runtime (s)"), tuple(cells))


def _distributions(subject: Subject) -> Chart:
    of = {label: subject.of(source) for source, label in LABELS.items() if len(subject.of(source))}
    drawn, summary = [], []
    for label, rows in of.items():
        errors = np.quantile(subject.error[rows], _PROBABILITIES, method="inverted_cdf")
        drawn += [
            (label, round(error, 3), round(share, 4))
            for error, share in zip(errors.tolist(), _PROBABILITIES.tolist(), strict=True)
        ]
        at = np.quantile(subject.error[rows], [0, 0.1, 0.5, 0.9])
        summary.append((label, len(rows), *(f"{error:.2f}" for error in at.tolist())))
    chosen, names = chosen_entries(), [*of]
    data = Table(("name", "error", "share"), tuple(drawn))
    spec = (
        alt.Chart(inline(data.records()))
        .mark_line(interpolate="step-after", strokeWidth=2, aria=False)
        .encode(
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
        )
        .add_params(chosen)
    )
    order = sorted(of, key=lambda label: float(np.median(subject.error[of[label]])))
    return Chart(
        name=f"landscape-{subject.name}-ecdf",
        title="Distribution of errors by optimizer",
        caption="Share of a source's architectures whose validation error is at most so high. Budgets "
        f"differ, so this does not compare optimizers. {subject.rests_on} Mirrors Figure 8. Click entries "
        "of the legend to show only them.",
        alt="Empirical distribution functions; from the lowest median error to the highest: "
        f"{', '.join(order)}. {subject.rests_on}",
        spec=_sized(spec),
        data=data,
        summary=Table(
            ("source", "rows", "lowest error (%)", "10 % below", "median", "90 % below"), tuple(summary)
        ),
        switches=("x",),
    )


def _test(subject: Subject) -> Chart:
    rows = subject.sample(subject.fitted, _SHOWN)
    val, test = subject.error[rows], subject.column_error("test")[rows]
    columns = (subject.labels(rows), np.round(val, 3).tolist(), np.round(test, 3).tolist())
    data = Table(("source", "validation error (%)", "test error (%)"), tuple(zip(*columns, strict=True)))
    ends = [float(min(val.min(), test.min())), float(max(val.max(), test.max()))]
    x, y = data.columns[1], data.columns[2]
    diagonal = (
        alt.Chart(inline({x: end, y: end} for end in ends))
        .mark_line(color=signal("muted"), strokeDash=[4, 3], strokeWidth=1.2, aria=False)
        .encode(_x(x, "Validation error (%)"), _y(y, "Test error (%)"))
    )
    points = _points(data, color=signal("accent")).encode(
        _x(x, "Validation error (%)"), _y(y, "Test error (%)"), tooltip=_told(data)
    )
    whole = overall(subject.table)
    tau, rho = f"{whole['kendall_val_test']:.3f}", f"{whole['spearman_val_test']:.3f}"
    return Chart(
        name=f"landscape-{subject.name}-test",
        title="Validation and test error",
        caption=f"Test against validation error; {len(rows):,} rows drawn at random, equal on the dashed "
        f"line. Over all rows that models are fitted on Kendall's tau is {tau} and Spearman's rank "
        f"correlation {rho}; Section 3.2 has 0.852 and 0.969 on CIFAR-10, and no figure. {subject.rests_on}",
        alt=f"Test error rises with validation error, Kendall's tau {tau}. {subject.rests_on}",
        spec=_sized(alt.layer(diagonal, points)),
        data=data,
        summary=Table(
            ("statistic", "this table", "paper, CIFAR-10"),
            (("Kendall's tau", tau, "0.852"), ("Spearman's rank correlation", rho, "0.969")),
        ),
    )


def _noise(subject: Subject) -> Chart:
    accuracies = 100 * seeds(subject.table).to_numpy()
    order = np.argsort(-accuracies.mean(axis=1), kind="stable")
    means, stds = accuracies.mean(axis=1)[order], accuracies.std(axis=1, ddof=1)[order]
    rows = zip(range(1, len(order) + 1), (100 - means).tolist(), stds.tolist(), strict=True)
    data = Table(
        ("rank", "mean error (%)", "std (points)"),
        tuple((rank, round(error, 3), round(std, 4)) for rank, error, std in rows),
    )
    spec = _points(data, color=signal("accent")).encode(
        _x("std (points)", "Standard deviation between seeds (points)"),
        _y("rank", "Rank of the architecture (1 is the best)", reverse=True),
        tooltip=_told(data),
    )
    fifth = len(order) // 5
    summary = tuple(
        (f"{k * fifth + 1} to {(k + 1) * fifth}", f"{stds[k * fifth : (k + 1) * fifth].mean():.3f}")
        for k in range(5)
    )
    n = accuracies.shape[1]
    return Chart(
        name=f"landscape-{subject.name}-noise",
        title="Noise between trainings",
        caption=f"Standard deviation of the validation accuracy of {len(order)} architectures of DE trained "
        f"with {n} seeds each; its mean is {stds.mean():.3f} points, the paper's 0.16. {subject.rests_on} "
        "Mirrors Figure 12.",
        alt=f"Standard deviation between {n} seeds by rank, mean {stds.mean():.3f} points. "
        f"{subject.rests_on}",
        spec=_sized(spec),
        data=data,
        summary=Table(("ranks", "mean standard deviation (points)"), summary),
    )


def _points(data: Table, **mark: Any) -> alt.Chart:
    points: alt.Chart = alt.Chart(inline(data.records())).mark_circle(
        size=16, opacity=0.55, aria=False, **mark
    )
    return points


def _told(data: Table) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(name, type="nominal" if name == "source" else "quantitative") for name in data.columns
    ]


def _x(field: str, title: str) -> alt.X:
    return alt.X(f"{field}:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(grid=False))


def _y(field: str, title: str, **scale: Any) -> alt.Y:
    return alt.Y(f"{field}:Q", title=title, scale=alt.Scale(zero=False, **scale))


def _sized(spec: alt.Chart | alt.LayerChart) -> alt.LayerChart:
    fit = alt.AutoSizeParams(type="fit", contains="padding")
    sized: alt.LayerChart = spec.properties(width=640, height=380, autosize=fit)
    return sized
