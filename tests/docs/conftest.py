"""What tests of docs share: files like those that the emulated truth is fitted to, made up by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nb301.space import CELL_NAMES, Genotype, Op, sample_many
from nb301.truth.emulated import EmulatedTruth
from validation.intervals import Bootstrap, bootstrap_interval

EPOCHS = (1, 20, 40, 60, 98)
TRUTH = EmulatedTruth()


def with_ops(genotype, cell, op, count):
    """A genotype of which just the first edges of a cell have an op."""
    cells = {"normal": genotype.normal, "reduce": genotype.reduce}
    edges = []
    for number, edge in enumerate(cells[cell].edges):
        other = edge.op if edge.op is not op else Op((op + 1) % len(Op))
        edges.append((edge.source, edge.target, op if number < count else other))
    cells[cell] = type(genotype.normal).from_edges(edges)
    return Genotype(cells["normal"], cells["reduce"])


def predicted(genotypes):
    """Rows with what the truth expects, in the order of the genotypes."""
    return pd.DataFrame(
        {
            "genotype": [*map(str, genotypes)],
            "val_accuracy": TRUTH.mean(genotypes),
            "runtime": TRUTH.median_runtime(genotypes),
        }
    )


def curves(rng):
    """What YAHPO predicts, as the truth has it: some uniform, some of each kind."""
    genotypes = sample_many(rng, 60)
    kinds = ["uniform"] * 30 + ["concentrated"] * 30
    for cell in CELL_NAMES:
        for op in Op:
            for count in range(9):
                kinds.append(f"{cell} {op.name} {count}")
                genotypes.append(with_ops(sample_many(rng, 1)[0], cell, op, count))
    rows = predicted(genotypes).drop(columns="val_accuracy").assign(kind=kinds)
    behind = TRUTH.learning_curves(genotypes, 1).val_accuracy
    for epoch in EPOCHS:
        rows[f"epoch_{epoch}"] = TRUTH.mean(genotypes) - behind[:, -1] + behind[:, epoch - 1]
    return rows


@pytest.fixture(autouse=True, scope="session")
def few_resamples():
    """Intervals of made-up numbers need not be narrow: a twentieth of the resamples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(bootstrap_interval.__kwdefaults__, "bootstrap", Bootstrap(resamples=100))
        yield


@pytest.fixture(scope="session")
def made_up(tmp_path_factory):
    """A folder of the four files; a fifth of each has other rows than the others."""
    folder = tmp_path_factory.mktemp("published")
    rng = np.random.default_rng(301)
    predicted(sample_many(rng, 400)).assign(id=range(400)).to_parquet(
        folder / "cifar10_random_search.parquet"
    )
    for version in ("v09", "v10"):
        predicted(sample_many(rng, 400)).to_parquet(folder / f"xgb_{version}_predictions.parquet")
    curves(rng).to_parquet(folder / "yahpo_v2_curves.parquet")
    return folder
