"""What all tests share: strategies for genotypes, a tiny table and release, the embedded release."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import hypothesis
import pandas as pd
import pytest
from hypothesis import strategies as st

import nb301
from nb301 import tables
from nb301.collection.base import Collection
from nb301.collection.collect import collect_table
from nb301.releases.freeze import freeze
from nb301.space import INPUT_PAIRS, NODES, Cell, Genotype, Op
from nb301.tables import suite_zero
from nb301.tables.rows import table_of
from nb301.tables.schema import EvaluationTable

GOLDEN = Path(__file__).with_name("golden")

# reproducible everywhere; a shared machine is no reason to fail
hypothesis.settings.register_profile("nb301", derandomize=True, deadline=None, max_examples=60)
hypothesis.settings.load_profile("nb301")


def _cell(sources: tuple[tuple[int, int], ...], ops: list[Op]) -> Cell:
    paired = zip(NODES, sources, ops[::2], ops[1::2], strict=True)
    return Cell.from_edges(
        edge for node, (a, b), first, second in paired for edge in ((a, node, first), (b, node, second))
    )


# tests get these by `st.from_type(Cell)` and `st.from_type(Genotype)`
st.register_type_strategy(
    Cell,
    st.builds(
        _cell,
        st.tuples(*(st.sampled_from(INPUT_PAIRS[node]) for node in NODES)),
        st.lists(st.sampled_from(Op), min_size=8, max_size=8),
    ),
)
st.register_type_strategy(Genotype, st.builds(Genotype, st.from_type(Cell), st.from_type(Cell)))


@pytest.fixture(scope="session")
def official_result() -> dict[str, Any]:
    """The sample result file of the official repository (official_facts F21)."""
    loaded: dict[str, Any] = json.loads((GOLDEN / "official_result.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def darts_v2() -> str:
    """DARTS, second order, as printed in DARTS' own genotypes.py (Liu et al., 2019b)."""
    return (
        "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), "
        "('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), "
        "('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), "
        "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), "
        "('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])"
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Files that are not shipped, such as real trainings: in `NB301_SHARED`, or beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("NB301_SHARED") or beside) / "data"
    if not (folder / "cifar10_random_search.parquet").is_file():
        pytest.skip(f"{folder} has no cifar10_random_search.parquet, which is not shipped")
    return folder


@pytest.fixture(scope="session")
def tiny_table(tmp_path_factory: pytest.TempPathFactory) -> EvaluationTable:
    """300 rows of the emulated ground truth: 200 of random search, 100 of regularized evolution."""
    return collect_table(
        [
            Collection("rs", 200, seed=1),
            Collection("re", 100, seed=2, settings={"population_size": 40, "sample_size": 10}),
        ],
        tmp_path_factory.mktemp("journals"),
        name="tiny",
    )


@pytest.fixture(scope="session")
def tiny_release(tiny_table: EvaluationTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release that was frozen from the tiny table; tests must not change it."""
    return freeze(tiny_table, "xgb", tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="session")
def embedded_table() -> EvaluationTable:
    """The embedded table; checking its 7,000 rows takes seconds."""
    return tables.load("emulated-v2.0")


@pytest.fixture(scope="session")
def random_search_table() -> EvaluationTable:
    """Random search's published CIFAR-10 trainings (F42), where they lie beside the checkout."""
    path = Path(__file__).resolve().parents[2] / "shared" / "data" / "cifar10_random_search.parquet"
    if not path.is_file():
        pytest.skip(f"random search's published trainings are not here: no file {path}")
    rows = pd.read_parquet(path).drop(columns="id")
    return table_of(rows, suite_zero.NAME, suite_zero.TRUTH, constants=suite_zero.CONSTANTS)


@pytest.fixture(scope="session")
def embedded() -> nb301.Benchmark:
    """The embedded release that was fitted on all data."""
    return nb301.load("emulated-xgb-v2.0")


@pytest.fixture(scope="session")
def asked_first() -> nb301.Benchmark:
    """The embedded release that is asked where none is named."""
    return nb301.load("cifar10-gin-rand-v1.0")
