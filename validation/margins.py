"""The margins of claims about searches, computed by runs on the ground truth alone.

The margin at a time is a third of the gap between what the best optimizer and what random search has found:
a surrogate that is off by less leaves their order, and most of their distance, as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from nb301.truth.emulated import EmulatedTruth
from validation.runs import EARLY, LATE, MIDDLE, PLAN, runs_at
from validation.searches import scored, truth_runs

#: When the gap is measured, by the time that the margin is for. After the first twenty trainings optimizers
#: have hardly learned anything: their gap says nothing, so the next one counts.
_MEASURED_AT: Mapping[float, float] = {EARLY: MIDDLE, MIDDLE: MIDDLE, LATE: LATE}
_SHARE = 1 / 3


def main() -> None:
    """Print the margins, in points."""
    parser = argparse.ArgumentParser(prog="python -m validation.margins", description=main.__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/validation"), help="keeps runs")
    for seconds, margin in margins(EmulatedTruth(), parser.parse_args().cache).items():
        sys.stdout.write(f"{seconds:g} s: {100 * margin:.3f}\n")


def margins(truth: EmulatedTruth, cache: Path) -> dict[float, float]:
    """Margins by time in simulated seconds, fractions.

    Args:
        truth: Who is asked.
        cache: Folder of what is run for claims.
    """
    found = {moment: _found(truth, cache, moment) for moment in {*_MEASURED_AT.values()}}
    return {
        moment: _SHARE * (max(found[measured].values()) - found[measured]["rs"])
        for moment, measured in _MEASURED_AT.items()
    }


def _found(truth: EmulatedTruth, cache: Path, seconds: float) -> dict[str, float]:
    """Mean of what each optimizer has found, by the truth's mean, fraction."""
    found = {}
    for optimizer in PLAN:
        if n := runs_at(optimizer, seconds):
            runs = truth_runs(truth, cache, optimizer)[:n]
            found[optimizer] = float(scored(runs, np.array([seconds]), truth.mean).mean())
    return found


if __name__ == "__main__":
    main()
