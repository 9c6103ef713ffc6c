"""Clients' calls, each in the client's own way (official_facts F40), on an embedded release.

What stands here was written anew after how each of them calls; none of their code is here.
"""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

from nb301 import compat, formats
from nb301.space import Op, sample_many


@pytest.fixture
def models(tmp_path, monkeypatch):
    """The package installed, and `nb_models_1.0` as a download leaves it where a release stands in."""
    compat.install()
    monkeypatch.setenv("NB301_COMPAT_RELEASE", "cifar10-xgb-rand-v1.0")
    from nasbench301 import download_models

    download_models("1.0", download_dir=tmp_path)
    return tmp_path / "nb_models_1.0"


def test_naslib(models, darts_genotype, evaluation):
    """NASLib asserts that the folders are there, loads both, and asks with noise, by keywords, as it is."""
    import nasbench301

    xgb, lgb = str(models / "xgb_v1.0"), str(models / "lgb_runtime_v1.0")
    assert Path(xgb).exists()
    assert Path(lgb).exists()
    api = {"nb301_model": [nasbench301.load_ensemble(xgb), nasbench301.load_ensemble(lgb)]}

    accuracy = api["nb301_model"][0].predict(config=darts_genotype, representation="genotype")
    runtime = api["nb301_model"][1].predict(config=darts_genotype, representation="genotype")

    assert abs(accuracy - 100 * evaluation.mean) < 500 * evaluation.noise_std
    assert runtime == evaluation.runtime
    assert type(accuracy) is type(runtime) is np.float64


def test_naszilla(models, darts_genotype, evaluation):
    """Its cells are made of numbered operations, and what is answered is subtracted from 100."""
    import nasbench301 as nb

    names = dict(enumerate(Op.__members__))
    numbers = {name: number for number, name in names.items()}
    cells = []
    for cell in (darts_genotype.normal, darts_genotype.reduce):
        numbered = [(source, numbers[op]) for op, source in cell]
        cells.append([(names[op], source) for source, op in numbered])
    nasbench = [
        nb.load_ensemble(str(models / "xgb_v1.0")),
        nb.load_ensemble(str(models / "lgb_runtime_v1.0")),
    ]
    genotype = type(darts_genotype)(cells[0], [2, 3, 4, 5], cells[1], [2, 3, 4, 5])

    loss = 100 - nasbench[0].predict(config=genotype, representation="genotype", with_noise=False)

    assert loss == pytest.approx(100 - 100 * evaluation.mean, abs=1e-4)


def test_configurable_optimizer(tmp_path, monkeypatch, darts_genotype, evaluation):
    """ConfigurableOptimizer downloads version 0.9 where one of three folders is missing, and asks as told."""
    compat.install("cifar10-xgb-rand-v1.0")
    import nasbench301 as api

    monkeypatch.chdir(tmp_path)
    paths = {name: f"api/nb301/nb_models_0.9/{name}_v0.9" for name in ("xgb", "gnn_gin", "lgb_runtime")}
    Path("api/nb301").mkdir(parents=True)
    if not all(Path(path).exists() for path in paths.values()):
        api.download_models(version="0.9", delete_zip=True, download_dir="api/nb301")
    assert all(Path(path).exists() for path in paths.values())
    model = api.load_ensemble(paths["xgb"])
    as_told = {"with_noise": False}

    answer = model.predict(config=darts_genotype, representation="genotype", **as_told)

    assert (0.0, 0.0, answer) == (0.0, 0.0, pytest.approx(100 * evaluation.mean, abs=1e-4))


def test_xnas(models, darts_genotype):
    """XNAS joins pairs that it has by nodes, loads both models each time it asks, and logs "%f" of both."""
    import nasbench301 as nb

    def evaluate(by_nodes):
        models_now = [nb.load_ensemble(str(models / name)) for name in ("xgb_v1.0", "lgb_runtime_v1.0")]
        normal, reduce = [], []
        for node in by_nodes.normal:
            normal.extend(node)
        for node in by_nodes.reduce:
            reduce.extend(node)
        genotype = type(by_nodes)(normal, [*by_nodes.normal_concat], reduce, [*by_nodes.reduce_concat])
        accuracy = models_now[0].predict(config=genotype, representation="genotype", with_noise=True)
        runtime = models_now[1].predict(config=genotype, representation="genotype")
        return "performance: %f, runtime %f" % (accuracy, runtime)  # noqa: UP031 - as clients have it

    cells = []
    for cell in (darts_genotype.normal, darts_genotype.reduce):
        cells.append([cell[i : i + 2] for i in range(0, 8, 2)])
    line = evaluate(type(darts_genotype)(cells[0], range(2, 6), cells[1], range(2, 6)))

    assert line.startswith("performance: 9")
    # each loading seeds the generator, so that asking again gives the same noise, as officially
    assert line == evaluate(type(darts_genotype)(cells[0], range(2, 6), cells[1], range(2, 6)))


def test_clients_that_give_arguments_by_place(models, darts_genotype, evaluation):
    """Some give genotype and representation by place, noise by its name or by place."""
    import nasbench301 as nb

    model = nb.load_ensemble(str(models / "xgb_v1.0"))
    by_keyword = model.predict(config=darts_genotype, representation="genotype", with_noise=False)

    assert by_keyword == pytest.approx(100 * evaluation.mean, abs=1e-4)
    assert model.predict(darts_genotype, representation="genotype", with_noise=False) == by_keyword
    assert model.predict(darts_genotype, "genotype", False) == by_keyword  # noqa: FBT003


def test_graph_generators(models, darts_genotype):
    """DiNAS and other generators of graphs divide by 100, and put the answer into arrays."""
    import nasbench301 as NASBench301API  # noqa: N812 - as clients have it

    model = NASBench301API.load_ensemble(str(models / "xgb_v1.0"))
    noisy = model.predict(config=darts_genotype, representation="genotype", with_noise=True) / 100
    quiet = model.predict(config=darts_genotype, representation="genotype", with_noise=False) / 100

    assert 0.9 < noisy < 1
    assert 0.9 < quiet < 1
    assert np.array([noisy, quiet]).shape == (2,)
    assert f"{quiet:f}" == f"{float(quiet):f}"


def test_aw_nas(models, darts_genotype):
    """aw_nas makes pairs of numpy's integers, in lists, and keeps the answer as a reward."""
    import nasbench301 as nb

    model = nb.load_ensemble(str(models / "xgb_v1.0"))
    cells = []
    for cell in (darts_genotype.normal, darts_genotype.reduce):
        cells.append([(op, np.int64(source)) for op, source in cell])
    genotype = type(darts_genotype)(cells[0], [2, 3, 4, 5], cells[1], [2, 3, 4, 5])

    for with_noise in (True, False):
        reward = model.predict(config=genotype, representation="genotype", with_noise=with_noise)
        assert 90 < float(reward) < 100


def test_configspace_clients(models):
    """Samplers read `configspace.json` from the package's folder, sample, and ask with what they got."""
    cs_json = pytest.importorskip("ConfigSpace.read_and_write.json")
    import nasbench301 as nb

    model = nb.load_ensemble(str(models / "xgb_v1.0"))
    text = (Path(nb.__file__).parent / "configspace.json").read_text(encoding="utf-8")
    with pytest.warns(Warning):  # noqa: PT030 - ConfigSpace 1.x has new names for all of it
        space = cs_json.read(text)
    space.seed(3)
    for configuration in space.sample_configuration(5):
        answer = model.predict(configuration, representation="configspace", with_noise=False)
        with_settings = {**dict(configuration), "OptimizerSelector:sgd:learning_rate": 0.5}
        assert answer == model.predict(with_settings, representation="configspace", with_noise=False)
        genotype = formats.to_darts(formats.from_configuration(configuration))
        assert answer == model.predict(genotype, representation="genotype", with_noise=False)


def test_importers_of_official_modules(models, darts_genotype):
    """Whatever official modules clients import are there, and are one module each, whichever way imported."""
    import nasbench301
    import nasbench301.representations
    from nasbench301 import api, representations
    from nasbench301.api import SurrogateAPI, load_ensemble
    from nasbench301.representations import OPS, Genotype, convert_genotype_to_config
    from nasbench301.surrogate_models import ensemble, utils
    from nasbench301.surrogate_models.ensemble import Ensemble

    assert nasbench301.representations is representations
    assert api.load_ensemble is load_ensemble is nasbench301.load_ensemble
    assert ensemble.Ensemble is Ensemble
    assert getattr(utils.ConfigLoader, "load_config_space", None) is None
    assert OPS[2] == "skip_connect"
    model = load_ensemble(str(models / "xgb_v1.0"))
    assert isinstance(model, SurrogateAPI)
    config = convert_genotype_to_config(Genotype(*darts_genotype))
    assert model.predict(config, "configspace", with_noise=False) == model.predict(
        darts_genotype, "genotype", with_noise=False
    )


def test_copies_and_pickles(models, darts_genotype):
    """Models are copied with a search space, and sent to other processes; copies answer alike."""
    import nasbench301 as nb

    model = nb.load_ensemble(str(models / "xgb_v1.0"))
    answer = model.predict(darts_genotype, "genotype", with_noise=False)

    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301 - our own
        assert other.predict(darts_genotype, "genotype", with_noise=False) == answer


def test_many_architectures_answer_as_the_release(models):
    """Whatever is asked, the mean is the release's own, in percent."""
    import nasbench301 as nb

    import nb301

    model = nb.load_ensemble(str(models / "xgb_v1.0"))
    benchmark = nb301.load("cifar10-xgb-rand-v1.0")
    for genotype in sample_many(np.random.default_rng(1), 20):
        answer = model.predict(formats.to_darts(genotype), "genotype", with_noise=False)
        assert answer == pytest.approx(100 * benchmark.query(genotype).mean, abs=2e-5)
