"""What tests of validation share: the tiny release, and the best surrogate that there can be."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from nb301.collection.base import Collection
from nb301.collection.collect import collect_table
from nb301.collection.recipes import REAL_V1
from nb301.official.importing import import_official
from nb301.releases import Release
from nb301.tables.schema import EvaluationTable
from nb301.truth.base import OFFICIAL
from tests.official_archives import ensemble, write_folder
from tests.validation.surrogates import PREDICTED, TRUTH, Oracle, TimedOracle
from validation import searches
from validation.measures import trajectories
from validation.measures.published import FILES
from validation.runs import PLAN
from validation.saboteurs.stand_in import stand_in
from validation.subject import foreign_subject, subject_of, table_behind


@pytest.fixture
def subject(tiny_release, tiny_table, tmp_path):
    """The tiny release."""
    return subject_of(Release(tiny_release), tiny_table, tmp_path / "cache")


@pytest.fixture
def tableless(tiny_release, tmp_path):
    """The tiny release, whose table is not here."""
    release = Release(tiny_release)
    return subject_of(release, table_behind(release), tmp_path / "cache")


@pytest.fixture(scope="session")
def imported_release(tmp_path_factory):
    """A release of official models, in small."""
    source = write_folder(tmp_path_factory.mktemp("nb_models") / "xgb_v1.0", ensemble())
    (folder,) = import_official(source, tmp_path_factory.mktemp("releases"))
    return folder


@pytest.fixture
def imported(imported_release, tmp_path):
    """The same as a subject, without a table."""
    release = Release(imported_release)
    return subject_of(release, table_behind(release), tmp_path / "cache")


@pytest.fixture(scope="session")
def official_table(embedded_table):
    """Emulated rows by the name of the official ones."""
    return EvaluationTable("cifar10", "1.0", OFFICIAL, embedded_table.rows)


@pytest.fixture(scope="session")
def oracle(embedded_table, tmp_path_factory):
    """The best surrogate that there can be."""
    return foreign_subject("oracle", TimedOracle(), embedded_table, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def unasked_table(tmp_path_factory):
    """Emulated rows under the name of real ones: nothing but the rows says what the noise is."""
    seeds = {"architectures": 60, "times": 1}
    evolution = next(collection for collection in REAL_V1 if collection.optimizer == "re")
    repeated = [
        Collection("seeds", 60, seed=5, run=k, training_seed=k, after="rs", settings=seeds)
        for k in range(2, 6)
    ]
    recipe = [Collection("rs", 300, seed=3), evolution, *repeated]
    collected = collect_table(recipe, tmp_path_factory.mktemp("journals"))
    return EvaluationTable("trained", "1.0", "fashion-mnist-tiny 1.0", collected.rows)


@pytest.fixture(scope="session")
def unasked(unasked_table, tmp_path_factory):
    """The best surrogate on a table whose ground truth cannot be asked."""
    return foreign_subject("oracle", Oracle(), unasked_table, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """The best surrogate on rows that pass for real trainings."""
    return stand_in(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def made_up_predictions(tmp_path, monkeypatch):
    """In place of the paper's models': those of the emulated truth, a little higher, and its runtimes."""
    accuracy = TRUTH.mean(PREDICTED) + 0.002
    rows = pd.DataFrame({"genotype": list(map(str, PREDICTED)), "val_accuracy": accuracy})
    rows.to_parquet(tmp_path / FILES["v1.0"])
    rows.assign(runtime=TRUTH.median_runtime(PREDICTED)).to_parquet(tmp_path / FILES["v0.9"])
    monkeypatch.setenv("NB301_PUBLISHED", str(tmp_path))
    return tmp_path


@pytest.fixture
def answering(real):
    """The same rows, predicted by a function of architectures and what is right about them."""

    class Changed:
        def __init__(self, change):
            self.change = change

        def predict(self, genotypes):
            mean, std = real.predictor.predict(genotypes)
            return self.change(mean), std

    return lambda change: replace(real, predictor=Changed(change))


@pytest.fixture
def short_plan(monkeypatch):
    """A few runs of three optimizers for a hundredth of the time."""
    for name in [*PLAN]:
        monkeypatch.delitem(PLAN, name)
    for name in ("rs", "re", "ls"):
        monkeypatch.setitem(PLAN, name, {2e4: 6, 4e4: 4})
    for cached in (searches._runs_on, trajectories.curves):
        cached.cache_clear()
    yield
    for cached in (searches._runs_on, trajectories.curves):
        cached.cache_clear()
