"""Runs and draws `docs/multi-fidelity.md`: optimizers that stop trainings early, beside those that do not.

    python -m docs.multi_fidelity [--processes 2]

asks the emulated ground truth, ten runs of 10^6 simulated seconds each, which takes four minutes of a core.
Every run is kept in `build/multi-fidelity`, so that what was interrupted goes on.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leaderboard.drawing.anytime import anytime_chart
from leaderboard.drawing.vega import drawing
from leaderboard.ranking.curves import Curve
from nb301.files import write_text
from nb301.optimizers import OPTIMIZERS, Budget, simulate
from nb301.optimizers.multi_fidelity import MULTI_FIDELITY
from nb301.truth.base import described
from nb301.truth.emulated import EmulatedTruth

SECONDS, RUNS = 1e6, 10
#: When errors are told, simulated seconds: 6, 21, 64 and 215 whole trainings.
MOMENTS = (3e4, 1e5, 3e5, 1e6)
WHEN = np.geomspace(SECONDS / 1000, SECONDS, 120)
#: Drawn from here on: of a run without a whole training, the incumbent is a guess.
FROM = 1e4
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
DRAWN = ("rs", "re", "sh", "asha", "dehb", "re_lce")
PAGE = Path(__file__).with_name("multi-fidelity.md")
TEXT = """# Optimizers that stop trainings early

Made by `python -m docs.multi_fidelity`. The emulated ground truth tells a training epoch by epoch, so that
optimizers can pause it, look, and go on; the simulated clock charges the epochs that are trained. An
incumbent is the best of what a run has trained longest, and is valued by the truth's mean of whole trainings.
**These are results of method on an emulation, never CIFAR-10 accuracies.**

Mean true error of the incumbent, percent, and its standard error over {runs} runs, after as many simulated
seconds; 10^6 are 215 whole trainings. Settings are those of the optimizers' papers, as their docstrings say.

{table}

![Error of the incumbent over simulated seconds, a line for each optimizer](multi-fidelity.svg)
"""

Array = NDArray[np.float64]


def run_errors(name: str, number: int) -> Array:
    """The true error of a run's incumbent at `WHEN`, percent; NaN before there is one. Kept in a file."""
    path = FOLDER / f"{name}-{number}.json"
    if path.is_file():
        return np.array(json.loads(path.read_text("utf-8")), dtype=np.float64)
    truth = EmulatedTruth()
    maker = MULTI_FIDELITY.get(name) or OPTIMIZERS[name]
    optimizer = maker(np.random.default_rng(number))
    run = simulate(optimizer, truth.evaluate, Budget(seconds=SECONDS), seed=10**6 * number)
    incumbents = run.incumbent_at(WHEN)
    errors = np.full(len(WHEN), np.nan)
    known = incumbents >= 0
    errors[known] = 100 * (1 - truth.mean([run.genotypes[place] for place in incumbents[known]]))
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(errors.tolist()))
    return errors


def all_errors(name: str, processes: int) -> Array:
    """All runs of an optimizer, shape (runs, times)."""
    with ProcessPoolExecutor(processes) as pool:
        errors = np.array([*pool.map(partial(run_errors, name), range(RUNS))])
    print(f"{TITLES[name]:40} {np.round([_at(errors, seconds)[0] for seconds in MOMENTS], 2)}", flush=True)
    return errors


def _at(errors: Array, seconds: float) -> tuple[float, float]:
    """Mean error and its standard error at a time."""
    column = errors[:, np.searchsorted(WHEN, seconds * 1.001) - 1]
    return float(column.mean()), float(column.std(ddof=1) / np.sqrt(len(column)))


def curve(name: str, errors: Array) -> Curve:
    """The mean from when all runs have an incumbent; six bands would hide each other."""
    started = ~np.isnan(errors).any(axis=0) & (WHEN >= FROM)
    mean = errors[:, started].mean(axis=0)
    return Curve(name, TITLES[name], WHEN[started], mean, mean, mean)


def page(errors: dict[str, Array]) -> str:
    """The page's text."""
    moments = [f"{seconds:.0e} s".replace("e+0", "e") for seconds in MOMENTS]
    lines = ["| optimizer | " + " | ".join(moments) + " |", "|---|" + "---|" * len(MOMENTS)]
    for name, of_optimizer in errors.items():
        cells = []
        for seconds in MOMENTS:
            mean, error = _at(of_optimizer, seconds)
            cells.append("-" if np.isnan(mean) else f"{mean:.2f} ± {error:.2f}")
        lines.append(f"| {TITLES[name]} | " + " | ".join(cells) + " |")
    return TEXT.format(runs=RUNS, table="\n".join(lines))


def main() -> None:
    """Run what is not kept, write the page, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    processes = parser.parse_args().processes
    print(f"runs are kept in {FOLDER.absolute()}")
    errors = {name: all_errors(name, processes) for name in TITLES}
    curves = [curve(name, errors[name]) for name in DRAWN]
    chart = anytime_chart(
        curves, SECONDS, name="multi-fidelity", release="the ground truth", truth=described(EmulatedTruth())
    )
    write_text(PAGE, page(errors))
    write_text(PAGE.with_suffix(".svg"), drawing(chart, "light"))
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
