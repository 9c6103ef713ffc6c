"""Runs and draws `docs/multi-fidelity.md`: optimizers that stop trainings early, beside those that do not.

    python -m docs.multi_fidelity [--processes 2]

asks the emulated ground truth and a release, which takes half an hour of a core. Runs are kept in
`build/multi-fidelity`, so that what was interrupted goes on.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import altair as alt
import numpy as np
from numpy.typing import NDArray

from docs.drawing import svg
from leaderboard.drawing.vega import entry_colour, entry_dash
from nb301 import load
from nb301.files import write_text
from nb301.truth.emulated import EmulatedTruth
from validation.lockstep import Run
from validation.runs import Chunk, stops_early
from validation.searches import kept, on_release, on_truth, scored, truth_key

#: Simulated seconds of a run, and of a run of those that fit models to propose, which take minutes otherwise.
SECONDS, SHORT = 1e7, 1e6
SLOW = ("bohb", "re_lce", "ls_lce")
RUNS = 10
TRUTH, RELEASE = "the ground truth", "emulated-gin-v2.0"
#: When errors are told, simulated seconds: 6, 21, 215 and 2,150 whole trainings.
MOMENTS = (3e4, 1e5, 1e6, 1e7)
#: Drawn from here on: of a run without a whole training, the incumbent is a guess.
WHEN = np.geomspace(1e4, SECONDS, 181)
FOLDER = Path("build/multi-fidelity")
TITLES = {
    "rs": "Random search",
    "re": "Regularized evolution",
    "ls": "Local search",
    "de": "Differential evolution",
    "sh": "Successive halving",
    "hyperband": "Hyperband",
    "asha": "ASHA",
    "bohb": "BOHB",
    "dehb": "DEHB",
    "re_lce": "Extrapolating evolution",
    "ls_lce": "Extrapolating local search",
}
#: More lines than these could not be told apart.
DRAWN = ("rs", "re", "hyperband", "asha", "dehb", "re_lce")
PAGE = Path(__file__).with_name("multi-fidelity.md")
TEXT = """# Optimizers that stop trainings early

Made by `python -m docs.multi_fidelity`. The emulated ground truth and the releases fitted to it tell a
training epoch by epoch, so that optimizers can pause it, look, and go on; the simulated clock charges the
epochs that are trained. An incumbent is the best of what a run has trained longest, and is valued by the
truth's mean of whole trainings, wherever it was found. **These are results of methods on an emulation, never
CIFAR-10 accuracies.**

Mean true error of the incumbent, percent, and its standard error over {runs} runs, after as many simulated
seconds; 10^6 are 215 whole trainings. Settings are those of the optimizers' papers, as their docstrings say;
runs of those that fit models to propose end after 10^6 s.

{tables}

![Error of the incumbent over simulated seconds, a line for each optimizer](multi-fidelity.svg)

What the literature says of early stopping holds here: at 10^5 s, 21 whole trainings, successive halving, ASHA
and DEHB are ahead of all that train to the end; at 10^6 s regularized evolution has caught up within standard
errors, and at 10^7 s it leads. The former but DEHB draw at random; it learns from what was found.

Whether a release leads these optimizers to as good architectures as the truth does is a gate
(`found_1e5_early_stopping`, `found_1e6_early_stopping` in [validation](validation.md)), and so is whether
trainings rank alike after some epochs, and have the same noise (`curves_...`).
"""

Array = NDArray[np.float64]


def errors_of(name: str, where: str) -> Array:
    """True errors of incumbents at `WHEN`, percent, shape (runs, times); NaN before and after a run."""
    seconds = SHORT if name in SLOW else SECONDS
    runs = _runs(Chunk(name, seconds, 0, RUNS), where)
    errors = 100 * (1 - scored(runs, WHEN, EmulatedTruth().mean))
    first = np.array([run.seconds[0] for run in runs])
    errors[first[:, None] > WHEN] = np.nan
    errors[:, seconds * 1.001 < WHEN] = np.nan
    return errors


def _runs(chunk: Chunk, where: str) -> list[Run]:
    stop_early = stops_early(chunk.optimizer)
    if where == TRUTH:
        truth = EmulatedTruth()
        asked, trainings = truth_key(truth), on_truth(truth, stop_early=stop_early)
    else:
        benchmark = load(where)
        asked, trainings = benchmark.release.release_hash, on_release(benchmark, stop_early=stop_early)
    return kept(FOLDER, asked, chunk, lambda: chunk.make(trainings))


def table(errors: Mapping[str, Array], where: str) -> str:
    """What is told of runs somewhere."""
    moments = [f"{seconds:.0e} s".replace("e+0", "e") for seconds in MOMENTS]
    lines = [f"| on {where} | " + " | ".join(moments) + " |", "|---|" + "---|" * len(MOMENTS)]
    for name, of_optimizer in errors.items():
        cells = []
        for seconds in MOMENTS:
            column = of_optimizer[:, np.searchsorted(WHEN, seconds * 1.001) - 1]
            error = column.std(ddof=1) / np.sqrt(len(column))
            cells.append("-" if np.isnan(column).any() else f"{column.mean():.2f} ± {error:.2f}")
        lines.append(f"| {TITLES[name]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figure(errors: Mapping[str, Mapping[str, Array]]) -> alt.FacetChart:
    """Means from when all runs have an incumbent; more bands than two would hide each other."""
    rows = []
    for where, name in product(errors, DRAWN):
        of_optimizer = errors[where][name]
        for seconds, column in zip(WHEN.tolist(), of_optimizer.T, strict=True):
            if not np.isnan(column).any():
                told = {"on": f"on {where}", "name": TITLES[name], "seconds": float(f"{seconds:.4g}")}
                rows.append(told | {"error": round(float(column.mean()), 4)})
    names = [TITLES[name] for name in DRAWN]
    lines = alt.Chart(alt.Data(values=rows), width=400, height=320).mark_line(
        interpolate="step-after", strokeWidth=2
    )
    encoded = lines.encode(
        x=alt.X(
            "seconds:Q",
            title="Simulated time (seconds)",
            scale=alt.Scale(type="log", domain=[1e4, SECONDS], nice=False),
            axis=alt.Axis(values=[1e4, 1e5, 1e6, 1e7], format="~e", grid=False),
        ),
        y=alt.Y("error:Q", title="True validation error (%)", scale=alt.Scale(zero=False)),
        color=entry_colour(names, lines=True),
        strokeDash=entry_dash(names),
    )
    header = alt.Header(title=None, labelFontSize=13, labelFontWeight="bold")
    return encoded.facet(column=alt.Column("on:N", sort=[f"on {where}" for where in errors], header=header))


def main() -> None:
    """Run what is not kept, write the page, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    print(f"runs are kept in {FOLDER.absolute()}", flush=True)
    errors: dict[str, dict[str, Array]] = {TRUTH: {}, RELEASE: {}}
    with ProcessPoolExecutor(parser.parse_args().processes) as pool:
        asked = [*product(errors, TITLES)]
        told = pool.map(errors_of, [name for _, name in asked], [where for where, _ in asked])
        for (where, name), of_optimizer in zip(asked, told, strict=True):
            errors[where][name] = of_optimizer
            print(f"{TITLES[name]} on {where}", flush=True)
    tables = "\n\n".join(table(errors[where], where) for where in errors)
    write_text(PAGE, TEXT.format(runs=RUNS, tables=tables))
    write_text(PAGE.with_suffix(".svg"), svg(figure(errors)))
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
