"""What tests of tuning share: a family that fits at once, and studies of it."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.surrogates import Family
from nb301.surrogates.members.base import Range
from nb301.surrogates.tuning import study
from nb301.tables.schema import EvaluationTable

SEED = 3
STEPS = 81


class Line:
    """A family that learns the mean of its targets: the closer `rate` is to 0.3, the better."""

    def __init__(self):
        self.seen = []
        self.interrupt_at = None
        self.family = Family(
            name="line",
            label="line",
            conflicts=frozenset(),
            fit=self.fit,
            load=Constant,
            suffix=".txt",
            hyperparameters={"rate": 2.0, "depth": 3, "kind": "plain", "kept": 7},
            search_space={
                "rate": Range(0.001, 1.0, log=True),
                "depth": Range(1, 5),
                "kind": ("plain", "odd"),
            },
            libraries=("numpy",),
        )
        #: In place of all others.
        self.families = {"line": self.family}

    def fit(self, train, stop, seed, hyperparameters, report=None):
        self.seen.append((train, stop, seed, dict(hyperparameters)))
        if len(self.seen) == self.interrupt_at:
            raise KeyboardInterrupt
        off = 0.01 * abs(np.log(hyperparameters["rate"] / 0.3))
        for step in range(1, STEPS + 1):
            report(step, off + 1 / step)
        if hyperparameters["depth"] == 5:
            raise ValueError("a tree has 80 leaves")
        return str(train.target.mean() + off).encode()


class Constant:
    """What `Line` fits."""

    def __init__(self, files):
        self.values = [float(data) for data in files]

    def predict(self, codes):
        # a little of the architecture, so that ranks exist
        return np.array(self.values)[:, None] + 1e-6 * codes[None, :, 0, 7, 1]


@pytest.fixture
def line(monkeypatch):
    """A family that fits at once, in place of all others."""
    line = Line()
    monkeypatch.setattr(study, "FAMILIES", line.families)
    return line


@pytest.fixture
def search(line):  # noqa: ARG001  in place of all others
    """Tune that family; by default of one seed."""

    def tune(table, folder, trials, seed=SEED, **options):
        return study.tune(table, "line", folder, trials=trials, seed=seed, **options)

    return tune


@pytest.fixture
def with_changed_rows():
    """A table with other accuracies in some rows."""

    def change(table, rows):
        changed = table.rows.copy()
        changed.loc[rows, "val_accuracy"] = 0.5
        return EvaluationTable(table.name, table.version, table.truth, changed)

    return change
