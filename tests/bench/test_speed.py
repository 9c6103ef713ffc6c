"""Speed of queries and simulated runs, next to the same models in the libraries that fitted them.

Run with `tox run -e bench`; groups are to be read as ratios within one run, and nothing here asserts a
time. `docs/speed.py` makes a table and a figure of the results. Rounds that are worth something have
`extra_info`: `n`, the architectures or evaluations of a round, and `megabytes`, where memory is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from itertools import cycle, pairwise

import lightgbm
import numpy as np
import pytest
import xgboost

import nb301
from nb301 import encodings
from nb301.cost import cost_many
from nb301.space import from_codes, sample, sample_many, to_codes
from nb301.surrogates import FAMILIES as ALL_FAMILIES
from nb301.surrogates.members import loops
from nb301.surrogates.members.trees import features
from nb301.truth.emulated import EmulatedTruth

FAMILIES = ("xgb", "lgb", "gin")
GENOTYPES = sample_many(np.random.default_rng(0), 10_000)
CODES = to_codes([genotype.canonical() for genotype in GENOTYPES])
#: Genotypes that no query has seen before: canonical forms are remembered.
FRESH = cycle(sample_many(np.random.default_rng(1), 70_000))
#: Hidden layers of two of YAHPO Gym's networks, and what all of them read.
YAHPO = {"512-512": (512, 512), "256-256-128-128": (256, 256, 128, 128)}
YAHPO_INPUTS = 337


@cache
def load(family):
    """A release in a process that has asked for so much that compiled loops answer, where numba is."""
    benchmark = nb301.load(f"emulated-{family}-v2.0")
    benchmark.query(GENOTYPES[: loops.PAYS], seed=1)
    return benchmark


@pytest.fixture
def plain(monkeypatch):
    """As without numba."""
    monkeypatch.setattr(loops, "PAYS", 10**12)


@cache
def yahpo(layers):
    """A session of ONNX Runtime, on one thread, for a network of YAHPO's size with random weights."""
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    rng, widths = np.random.default_rng(0), (YAHPO_INPUTS, *YAHPO[layers], 2)
    nodes, weights, value = [], [], "x"
    for k, (width_in, width) in enumerate(pairwise(widths)):
        weight = rng.normal(size=(width_in, width)).astype(np.float32) / np.sqrt(width_in)
        weights += [
            onnx.numpy_helper.from_array(weight.astype(np.float32), f"w{k}"),
            onnx.numpy_helper.from_array(np.zeros(width, dtype=np.float32), f"b{k}"),
        ]
        nodes.append(onnx.helper.make_node("Gemm", [value, f"w{k}", f"b{k}"], [f"h{k}"]))
        value = f"h{k}"
        if k < len(widths) - 2:
            nodes.append(onnx.helper.make_node("Relu", [value], [f"r{k}"]))
            value = f"r{k}"
    kind = onnx.TensorProto.FLOAT
    graph = onnx.helper.make_graph(
        nodes,
        "yahpo",
        [onnx.helper.make_tensor_value_info("x", kind, ["n", YAHPO_INPUTS])],
        [onnx.helper.make_tensor_value_info(value, kind, ["n", 2])],
        weights,
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=10)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return runtime.InferenceSession(model.SerializeToString(), options)


def files(family):
    release = load(family).release
    names = sorted(name for name in release.manifest.files if name.startswith("member"))
    return [(release.folder / name).read_bytes() for name in names]


def library_route(family):
    """The members in their library, on inputs prepared beforehand: function of codes, giving functions."""
    counts = load(family).release.manifest.hyperparameters.get("op_counts", False)
    if family == "xgb":
        boosters = [xgboost.Booster({"nthread": 1}, model_file=bytearray(data)) for data in files("xgb")]

        def prepare(codes):
            rows = features(codes, counts=counts).astype(np.float32)
            return lambda: np.stack([booster.inplace_predict(rows) for booster in boosters]) / 100

    elif family == "lgb":
        boosters = [lightgbm.Booster(model_str=data.decode()) for data in files("lgb")]

        def prepare(codes):
            rows = features(codes, counts=counts).astype(np.float64)
            return lambda: np.stack([b.predict(rows, num_threads=1) for b in boosters]) / 100

    else:
        prepare = _torch_geometric_route()
    return prepare


def _torch_geometric_route():
    torch = pytest.importorskip("torch")
    data = pytest.importorskip("torch_geometric.data")
    from nb301.surrogates.families.gin import file
    from tests import gin_geometric

    torch.set_num_threads(1)
    members = [file.read_member(member) for member in files("gin")]
    networks = [gin_geometric.PlainGIN(m.config).load_member(m.tensors).eval() for m in members]

    def prepare(codes):
        batch = data.Batch.from_data_list(gin_geometric.to_data(codes))

        def predict():
            with torch.no_grad():
                return np.stack([network(batch).numpy() for network in networks])

        return predict

    return prepare


def in_fresh_process(code):
    """Run code in a fresh interpreter; gives what it prints, as JSON."""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return json.loads(ran.stdout)


# -- start ---------------------------------------------------------------------------------------------

#: Prints its peak memory, MB; `resource` would count that of the process which started it.
MEMORY = "print(next(int(line.split()[1]) for line in open('/proc/self/status') if 'VmHWM' in line) / 1024)"


@pytest.mark.parametrize("module", ["numpy", "nb301", "nb301.benchmark", "xgboost", "lightgbm"])
@pytest.mark.benchmark(group="import, in a fresh process")
def test_import(benchmark, module):
    """A fresh interpreter that imports one module."""
    code = f"import {module}; {MEMORY}"
    benchmark.extra_info["megabytes"] = benchmark.pedantic(in_fresh_process, [code], rounds=5)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.benchmark(group="load")
def test_load(benchmark, family):
    """Loading a release in a running process: all hashes checked, no model read."""
    benchmark.pedantic(nb301.load, [f"emulated-{family}-v2.0"], rounds=10)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.benchmark(group="first answer, in a fresh process")
def test_first_answer(benchmark, family):
    """A fresh interpreter up to its first answer, and the memory it then holds."""
    code = (
        f"import nb301; nb301.load('emulated-{family}-v2.0').query({str(GENOTYPES[0])!r}, seed=1); {MEMORY}"
    )
    benchmark.extra_info["megabytes"] = benchmark.pedantic(in_fresh_process, [code], rounds=5)


# -- queries -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_single_query(benchmark, family):
    """One query with noise: a genotype in, an `Evaluation` out; another genotype each time."""
    benchmark.group = f"one query, {family}"
    query = load(family).query
    query(GENOTYPES[0], seed=1)
    benchmark.pedantic(lambda: query(next(FRESH), seed=1), rounds=3000)


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("family", FAMILIES)
def test_single_query_plain(benchmark, family):
    """The same without numba."""
    benchmark.group = f"one query, {family}"
    query = load(family).query
    query(GENOTYPES[0], seed=1)
    benchmark.pedantic(lambda: query(next(FRESH), seed=1), rounds=1000)


@pytest.mark.parametrize("layers", YAHPO)
@pytest.mark.parametrize("n", [1, 1000])
@pytest.mark.benchmark(group="forward pass of a network of YAHPO Gym's size")
def test_yahpo(benchmark, layers, n):
    """A bare forward pass by ONNX Runtime on inputs that are there, by an untrained network."""
    benchmark.extra_info["n"] = n
    session = yahpo(layers)
    rows = np.random.default_rng(0).random((n, YAHPO_INPUTS)).astype(np.float32)
    benchmark.pedantic(lambda: session.run(None, {"x": rows}), rounds=max(20, 2000 // n), warmup_rounds=3)


@pytest.mark.parametrize("family", FAMILIES)
def test_curve(benchmark, family):
    """One training, epoch by epoch; another genotype each time."""
    benchmark.group = f"one query, {family}"
    curve = load(family).curve
    curve(GENOTYPES[0], seed=1)
    benchmark.pedantic(lambda: curve(next(FRESH), seed=1), rounds=1000)


@pytest.mark.parametrize("family", FAMILIES)
def test_single_query_by_library(benchmark, family):
    """The accuracy part of one query by the library, on prepared inputs."""
    benchmark.group = f"one query, {family}"
    prepare = library_route(family)
    prepared = cycle([prepare(CODES[k : k + 1]) for k in range(20)])

    def predict():
        return next(prepared)()

    benchmark.pedantic(predict, rounds=100, warmup_rounds=5)


@pytest.mark.parametrize("n", [1, 10, 100, 1000, 10_000])
@pytest.mark.parametrize("family", FAMILIES)
def test_batch(benchmark, family, n):
    """Queries of a list with noise, of genotypes that were not asked for before."""
    benchmark.group = f"queries of a list of {n}, {family}"
    benchmark.extra_info["n"] = n
    query = load(family).query
    query(GENOTYPES[:2], seed=1)
    fresh = lambda: (([next(FRESH) for _ in range(n)],), {"seed": 1})  # noqa: E731
    benchmark.pedantic(query, setup=fresh, rounds=max(3, min(300, 3000 // n)))


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("family", FAMILIES)
def test_batch_plain(benchmark, family):
    """The longest list without numba."""
    benchmark.group = f"queries of a list of 10000, {family}"
    benchmark.extra_info["n"] = 10_000
    query = load(family).query
    fresh = lambda: (([next(FRESH) for _ in range(10_000)],), {"seed": 1})  # noqa: E731
    benchmark.pedantic(query, setup=fresh, rounds=3)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("family", FAMILIES)
def test_threads(benchmark, family, threads):
    """10,000 queries by one thread and by two."""
    benchmark.group = f"threads, {family}"
    benchmark.extra_info["n"] = 10_000
    query = load(family).query
    benchmark.pedantic(query, [GENOTYPES], {"seed": 1, "threads": threads}, rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("members", [1, 2, 5, 10])
@pytest.mark.parametrize("family", FAMILIES)
def test_members(benchmark, family, members):
    """Predictions of 1,000 architectures by some of the members."""
    benchmark.group = f"members, {family}"
    benchmark.extra_info["n"] = 1000
    load(family)
    surrogate = ALL_FAMILIES[family].load(files(family)[:members])
    benchmark.pedantic(surrogate.predict, [CODES[:1000]], rounds=7, warmup_rounds=1)


@pytest.mark.parametrize("n", [1, 10, 100, 1000, 10_000])
@pytest.mark.parametrize("family", FAMILIES)
def test_batch_by_library(benchmark, family, n):
    """The accuracy part of as many by the library, on prepared inputs; it predicts the same, GIN nearly."""
    benchmark.group = f"queries of a list of {n}, {family}"
    benchmark.extra_info["n"] = n
    n_rounds = max(1, min(50, 500 // n))
    predicted = benchmark.pedantic(library_route(family)(CODES[:n]), rounds=n_rounds, warmup_rounds=1)
    np.testing.assert_allclose(
        predicted, load(family).members(GENOTYPES[:n]), rtol=1e-6 if family != "gin" else 5e-3
    )


@pytest.mark.benchmark(group="queries of a list of 10000, truth")
def test_batch_truth(benchmark):
    """10,000 training runs of the emulated ground truth."""
    benchmark.extra_info["n"] = len(GENOTYPES)
    benchmark.pedantic(EmulatedTruth().evaluate_many, [GENOTYPES, 1], rounds=3, warmup_rounds=1)


# -- encoding ------------------------------------------------------------------------------------------

ENCODERS = {
    "vector": encodings.vector,
    "graph": encodings.graph,
    "configurations": encodings.configurations,
    "paths": encodings.paths,
    "canonical": encodings.canonical,
    "cost": cost_many,
}


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.benchmark(group="encoding one")
def test_encoding_one(benchmark, encoder):
    """A genotype to its encoding."""
    encode, genotypes = ENCODERS[encoder], cycle(GENOTYPES)
    benchmark.pedantic(lambda: encode(to_codes([next(genotypes)])), rounds=3000)


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.benchmark(group="encoding 10000")
def test_encoding_many(benchmark, encoder):
    """10,000 genotypes to their encodings."""
    benchmark.extra_info["n"] = len(GENOTYPES)
    benchmark.pedantic(lambda: ENCODERS[encoder](to_codes(GENOTYPES)), rounds=10)


@pytest.mark.parametrize("name", ["hash", "canonical"])
@pytest.mark.benchmark(group="genotypes")
def test_canonical_form(benchmark, name):
    """Names and canonical forms of genotypes that were not seen before."""
    benchmark.extra_info["n"] = 1000
    act = (lambda g: g.hash) if name == "hash" else (lambda g: g.canonical())
    fresh = lambda: (([next(FRESH) for _ in range(1000)],), {})  # noqa: E731
    benchmark.pedantic(lambda genotypes: [act(genotype) for genotype in genotypes], setup=fresh, rounds=5)


@pytest.mark.benchmark(group="genotypes")
def test_sampling(benchmark):
    """Sampling 1,000 genotypes and packing them."""
    benchmark.extra_info["n"] = 1000
    rng = np.random.default_rng(2)
    benchmark(lambda: from_codes(to_codes(sample_many(rng, 1000))))


@pytest.mark.benchmark(group="genotypes")
def test_sampling_one(benchmark):
    """Sampling one genotype."""
    rng = np.random.default_rng(2)
    benchmark(sample, rng)


# -- simulated runs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("evaluations", [1000, 10_000, 100_000])
@pytest.mark.parametrize("optimizer", ["rs", "re", "ls", "de"])
def test_simulated_run(benchmark, optimizer, evaluations):
    """A simulated run on the XGBoost release, in a fresh process, and the memory it takes."""
    benchmark.group = f"simulated run of {evaluations}"
    benchmark.extra_info["n"] = evaluations
    seconds, megabytes = benchmark.pedantic(simulated, [optimizer, evaluations], rounds=1)
    benchmark.extra_info |= {"seconds": seconds, "megabytes": megabytes}


@pytest.mark.parametrize("optimizer", ["sh", "hyperband", "asha", "dehb", "re_lce", "ls_lce"])
@pytest.mark.benchmark(group="simulated run of 10000")
def test_simulated_multi_fidelity_run(benchmark, optimizer):
    """The same with trainings of some epochs; `bohb` is left out, whose estimators take milliseconds."""
    benchmark.extra_info["n"] = 10_000
    seconds, megabytes = benchmark.pedantic(simulated, [optimizer, 10_000], rounds=1)
    benchmark.extra_info |= {"seconds": seconds, "megabytes": megabytes}


def simulated(optimizer, evaluations):
    """Seconds and megabytes of a simulated run in a fresh process."""
    return in_fresh_process(
        "import json, time, nb301, numpy as np; from nb301.optimizers import OPTIMIZERS\n"
        "from nb301.optimizers.multi_fidelity import MULTI_FIDELITY\n"
        "b = nb301.load('emulated-xgb-v2.0'); b.query(nb301.sample(np.random.default_rng(0)))\n"
        "b.curve(nb301.sample(np.random.default_rng(0)))\n"
        "memory = lambda: next(int(l.split()[1]) for l in open('/proc/self/status') if 'VmHWM' in l) / 1024\n"
        "before, start = memory(), time.perf_counter()\n"
        f"optimizer = {{**OPTIMIZERS, **MULTI_FIDELITY}}[{optimizer!r}](np.random.default_rng(1))\n"
        f"nb301.simulate(optimizer, b.query, nb301.Budget(evaluations={evaluations}), seed=1)\n"
        "print(json.dumps([time.perf_counter() - start, memory() - before]))"
    )
