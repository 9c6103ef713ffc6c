"""Units, types and noise of answers, as the official package has them (official_facts F40)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import nb301
from nb301.compat.nasbench301 import load_ensemble
from nb301.compat.nasbench301.api import SurrogateAPI
from nb301.compat.nasbench301.ensembles import Ensemble
from nb301.errors import CompatError
from nb301.official import drop_in

SHARED = Path(os.environ.get("NB301_SHARED", Path(__file__).resolve().parents[5] / "shared"))
FIXTURES = SHARED / "official_fixtures"


@pytest.mark.parametrize(
    ("release", "kind"),
    [
        ("cifar10-xgb-rand-v1.0", np.float32),
        ("cifar10-gin-rand-v1.0", np.float32),
        ("cifar10-lgb-rand-v1.0", np.float64),
        ("cifar10-xgb-rand-v1.0:runtime", np.float64),
    ],
)
def test_units_and_types(release, kind, darts_genotype):
    """Percent and seconds; float32 for XGBoost and GIN without noise, float64 for all else."""
    model = load_ensemble(release)
    quiet = model.predict(config=darts_genotype, representation="genotype", with_noise=False)
    noisy = model.predict(config=darts_genotype, representation="genotype")
    expected = nb301.load(release.removesuffix(":runtime")).query(darts_genotype)

    assert type(quiet) is kind
    assert type(noisy) is np.float64
    right = expected.runtime if release.endswith(":runtime") else 100 * expected.mean
    assert quiet == pytest.approx(right, abs=2e-5)


def test_noise_comes_from_the_global_generator(darts_genotype):
    """Loading seeds it, each answer with noise takes one draw of it, those without none."""
    model = load_ensemble("cifar10-xgb-rand-v1.0")
    manifest = model.model.release.manifest
    model.predict(darts_genotype, "genotype", with_noise=False)
    noisy = [model.predict(darts_genotype, "genotype") for _ in range(2)]

    np.random.seed(manifest.seed * manifest.members + manifest.members - 1)  # noqa: NPY002
    evaluation = nb301.load("cifar10-xgb-rand-v1.0").query(darts_genotype)
    draws = np.random.normal(0, 100 * evaluation.noise_std, 2)  # noqa: NPY002
    np.testing.assert_allclose(noisy, 100 * evaluation.mean + draws, atol=2e-5)
    assert noisy[0] != noisy[1]


def test_noise_of_members_where_none_is_fitted(darts_genotype):
    """A release without fitted noise draws with the std of its members, as the official ones do."""
    model = load_ensemble("fashion-mnist-tiny-xgb-v1.0")
    np.random.seed(5)  # noqa: NPY002
    noisy = model.predict(darts_genotype, "genotype")

    np.random.seed(5)  # noqa: NPY002
    evaluation = nb301.load("fashion-mnist-tiny-xgb-v1.0").query(darts_genotype)
    draw = np.random.normal(0, 100 * evaluation.std)  # noqa: NPY002
    assert noisy == pytest.approx(100 * evaluation.mean + draw, abs=2e-5)


def test_runtimes_of_ours_have_no_noise_but_take_a_draw(darts_genotype):
    """Our runtime model has one member; what a script draws afterwards is the same as officially."""
    model = load_ensemble("cifar10-xgb-rand-v1.0:runtime")
    np.random.seed(9)  # noqa: NPY002
    assert model.predict(darts_genotype, "genotype") == model.predict(
        darts_genotype, "genotype", with_noise=False
    )

    following = np.random.normal()  # noqa: NPY002
    np.random.seed(9)  # noqa: NPY002
    assert following == np.random.normal(size=2)[1]  # noqa: NPY002


@pytest.mark.parametrize("representation", ["BANANAS", "graph", None, ["genotype"]])
def test_unknown_representations_are_not_implemented(representation, darts_genotype):
    """As officially a NotImplementedError; and one of ours, which says what there is."""
    model = load_ensemble("cifar10-xgb-rand-v1.0")
    with pytest.raises(CompatError, match="expected 'genotype' or 'configspace'") as caught:
        model.predict(darts_genotype, representation)
    assert isinstance(caught.value, NotImplementedError)
    assert isinstance(caught.value, nb301.Nb301Error)


def official(kind: str) -> tuple[list, np.lib.npyio.NpzFile]:
    path = FIXTURES / kind / "official_api.npz"
    if not path.is_file():
        pytest.skip(f"what the official package answered is not here: no file {path}")
    rows = json.loads((FIXTURES / "archs.json").read_text(encoding="utf-8"))["test"]
    return [SimpleNamespace(**row) for row in rows], np.load(path)


def answering(members: np.ndarray, family: str) -> SimpleNamespace:
    """A release whose members answer what they officially did, architecture by architecture."""
    rows = iter(members)
    surrogate = SimpleNamespace(predict=lambda _: next(rows).reshape(-1, 1) / 100)
    imported = SimpleNamespace(runtime=None) if family.startswith("official-") else None
    manifest = SimpleNamespace(family=family, noise=None, members=members.shape[1], seed=6, imported=imported)
    return SimpleNamespace(manifest=manifest, surrogate=surrogate)


def test_means_and_noise_are_the_official_ones_to_the_last_bit():
    """From equal members come equal means, and after equal seeds equal noise: XGBoost."""
    genotypes, answers = official("xgboost-1.1.0")
    model = SurrogateAPI(Ensemble(answering(answers["members"], "official-xgb")))
    means = [model.predict(g, "genotype", with_noise=False) for g in genotypes]
    assert np.array(means).dtype == answers["mean"].dtype
    np.testing.assert_array_equal(means, answers["mean"])

    model = SurrogateAPI(Ensemble(answering(answers["members"], "official-xgb")))
    np.random.seed(123)  # noqa: NPY002
    noisy = [model.predict(g, "genotype") for g in genotypes[:20]]
    np.testing.assert_array_equal(noisy, answers["noisy_seed123"])


def test_runtimes_and_their_noise_are_the_official_ones_to_the_last_bit(monkeypatch):
    """The same for the runtime model, in seconds and float64."""
    genotypes, answers = official("lightgbm-2.3.1")
    rows = iter([*answers["members"], *answers["members"]])
    monkeypatch.setattr(drop_in, "seconds", lambda *_: next(rows))
    model = SurrogateAPI(Ensemble(answering(answers["members"], "official-lgb"), of_runtime=True))
    means = [model.predict(g, "genotype", with_noise=False) for g in genotypes]
    np.testing.assert_array_equal(means, answers["mean"])

    np.random.seed(123)  # noqa: NPY002
    noisy = [model.predict(g, "genotype") for g in genotypes[:20]]
    np.testing.assert_array_equal(noisy, answers["noisy_seed123"])


def test_official_folders_are_imported(tmp_path, importing, darts_genotype):
    """A folder that is no release's is given to the importer; that of a runtime model answers seconds."""
    for name in ("xgb_v1.0", "lgb_runtime_v1.0"):
        (tmp_path / name).mkdir()
    accuracy = load_ensemble(str(tmp_path / "xgb_v1.0"))
    runtime = load_ensemble(tmp_path / "lgb_runtime_v1.0")

    assert importing.asked == [tmp_path / "xgb_v1.0", tmp_path / "lgb_runtime_v1.0"]
    assert 90 < accuracy.predict(darts_genotype, "genotype") < 100
    assert 4000 < runtime.predict(darts_genotype, "genotype") < 6000
