"""The chart of the race: the mean place of each entry over simulated time."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from leaderboard.drawing.anytime import decades, time_axis
from leaderboard.drawing.vega import Chart, Table, chosen_entries, entry_colour, entry_dash, inline
from leaderboard.ranking.race import Race


def race_chart(race: Race, names: Mapping[str, str], *, name: str, truths: str) -> Chart:
    """Draw a line for each entry.

    Args:
        race: Has an entry at least.
        names: Of entries for people, by slug.
        name: Of the chart.
        truths: What the numbers rest on.
    """
    rows = []
    for entry, places in race.places.items():
        for seconds, place in zip(race.seconds.tolist(), places.tolist(), strict=True):
            rows.append((entry, names[entry], float(f"{seconds:.4g}"), round(place, 3)))
    data = Table(("entry", "name", "seconds", "place"), tuple(rows))
    shown = [names[entry] for entry in race.places]
    budget = float(race.seconds[-1])
    ends = "; ".join(f"{names[entry]} {places[-1]:.1f}" for entry, places in race.places.items())
    return Chart(
        name=name,
        title="Mean place among all entries",
        caption=(
            "Place of each entry among all at every moment, by the noise-free regret of what it would "
            f"return: 1 is best. Mean over releases and seeds; {truths}. Click entries of the legend to show "
            "only them."
        ),
        alt=f"Mean place of each entry over simulated seconds; {truths}. At the end: {ends}.",
        spec=_spec(data, shown, budget),
        data=data,
        summary=_at_decades(race, names, budget),
    )


def _at_decades(race: Race, names: Mapping[str, str], budget: float) -> Table:
    moments = [moment for moment in decades(budget) if moment >= race.seconds[0] * 0.999]
    rows = []
    for entry, places in race.places.items():
        at = [places[race.seconds.searchsorted(moment * 1.000001) - 1] for moment in moments]
        rows.append((names[entry], *(f"{place:.1f}" for place in at)))
    return Table(("entry", *(f"Place at {moment:.3g} s" for moment in moments)), tuple(rows))


def _spec(data: Table, names: list[str], budget: float) -> alt.LayerChart:
    chosen = chosen_entries()
    x = time_axis(budget / 100, budget)
    scale = alt.Scale(reverse=True, zero=False)
    y = alt.Y("place:Q", title="Mean place", scale=scale, axis=alt.Axis(tickCount=6))
    base = alt.Chart(inline(data.records())).encode(x=x, y=y, color=entry_colour(names, lines=True))
    line = base.mark_line(strokeWidth=2.2, aria=False).encode(
        strokeDash=entry_dash(names), opacity=alt.condition(chosen, alt.value(1), alt.value(0.1))
    )
    hovered = base.mark_circle(size=160, opacity=0, aria=False).encode(
        tooltip=[
            alt.Tooltip("name:N", title="entry"),
            alt.Tooltip("seconds:Q", title="seconds", format=".3s"),
            alt.Tooltip("place:Q", title="mean place", format=".2f"),
        ]
    )
    layered: alt.LayerChart = alt.layer(line.properties(name="lines").add_params(chosen), hovered).properties(
        width=640, height=360, autosize=alt.AutoSizeParams(type="fit", contains="padding")
    )
    return layered
