"""Large trees beside xgboost's own predict on the same models: a few here, an ensemble of full size by hand.

    python tests/bench/test_deep_trees.py FOLDER [--members 10] [--trees 20000] [--python OTHER_PYTHON ...]

makes a synthetic ensemble of the official size in FOLDER (2 GB; kept for the next run) and prints sizes,
times and memory. xgboost predicts in this interpreter and in those given, which may have other versions.
Times are the processor's, medians, with one thread; those of a shared machine vary, ratios within a run less.
"""

from __future__ import annotations

import argparse
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from nb301.surrogates.members.deep_file import Start
from nb301.surrogates.members.deep_pack import pack
from nb301.surrogates.members.deep_trees import DeepTrees
from nb301.surrogates.members.trees import Trees

#: Least and largest value of each of the 56 official features, most of which never change (F1-F5).
LOW, TOP = np.zeros(56, dtype=int), np.zeros(56, dtype=int)
LOW[32:] = -1
TOP[10:14] = TOP[32:] = 6
TOP[15:21] = 2, 5, 9, 2, 5, 9
FEATURES = np.flatnonzero(TOP > LOW)
#: Share of all rows that a leaf has at least, and deepest leaf: 204 nodes a tree, depth 10 to 14.
LEAST, DEEPEST = 0.0042, 14
LISTS = (1, 10, 100, 1000)


def rows_of(n):
    spread = np.random.default_rng(1).random((n, 56)) * (TOP - LOW + 1)
    return (LOW + np.floor(spread)).astype(np.float32)


def grow(seed, trees):
    """Trees on uniform rows that split where both sides keep enough of them; level by level within a tree."""
    rng = np.random.default_rng(seed)
    low, high = np.tile(LOW[FEATURES], (trees, 1)), np.tile(TOP[FEATURES], (trees, 1))
    low, high = low.astype(np.int8), high.astype(np.int8)
    tree, own, share, count = np.arange(trees), np.zeros(trees, int), np.ones(trees), np.ones(trees, int)
    grown = []
    while len(tree):
        nodes = np.arange(len(tree))
        tested = rng.integers(len(FEATURES), size=len(tree))
        for _ in range(3):  # a feature whose value is known splits nothing
            known = np.flatnonzero(low[nodes, tested] == high[nodes, tested])
            tested[known] = rng.integers(len(FEATURES), size=len(known))
        least, most = low[nodes, tested].astype(int), high[nodes, tested].astype(int)
        cut = least + 1 + (rng.random(len(tree)) * np.maximum(most - least, 1)).astype(int)
        left_share = (cut - least) / (most - least + 1)
        smaller = np.minimum(left_share, 1 - left_share) * share
        splits = np.flatnonzero((least < most) & (smaller >= LEAST) & (len(grown) < DEEPEST))
        of_tree = tree[splits]
        left = np.full(len(tree), -1)
        rank = np.arange(len(splits)) - np.searchsorted(of_tree, of_tree)
        left[splits] = count[of_tree] + 2 * rank
        count += 2 * np.bincount(of_tree, minlength=trees)
        grown.append((tree, own, FEATURES[tested], cut - 0.5, left))
        low, high = np.repeat(low[splits], 2, axis=0), np.repeat(high[splits], 2, axis=0)
        pairs = np.arange(0, len(low), 2)
        high[pairs, tested[splits]], low[pairs + 1, tested[splits]] = cut[splits] - 1, cut[splits]
        share = (share[splits, None] * np.stack([left_share, 1 - left_share], axis=1)[splits]).ravel()
        own, tree = (left[splits, None] + [0, 1]).ravel(), np.repeat(of_tree, 2)
    tree, own, feature, threshold, left = map(np.concatenate, zip(*grown, strict=True))
    order = np.lexsort((own, tree))
    left = left[order].astype(np.int32)
    is_leaf = left < 0
    added = rng.normal(0, 0.01, len(left))
    value = np.where(is_leaf, added, threshold[order]).astype(np.float32)
    return Trees(
        sizes=count,
        feature=np.where(is_leaf, 0, feature[order]),
        threshold=value,
        left=left,
        right=np.where(is_leaf, -1, left + 1).astype(np.int32),
        value=value,
    )


def named(entries):
    """An object of UBJSON, of values that are encoded already."""
    return b"{" + b"".join(text(name)[1:] + value for name, value in entries.items()) + b"}"


def text(value):
    return b"SL" + struct.pack(">q", len(value)) + value.encode()


def typed(marker, dtype, values):
    array = np.asarray(values).astype(dtype)
    return b"[$" + marker + b"#L" + struct.pack(">q", len(array)) + array.tobytes()


def integers(values):
    return b"[" + b"".join(b"l" + struct.pack(">i", value) for value in values) + b"]"


def ubjson_tree(number, feature, value, left, right):
    inner = np.flatnonzero(left >= 0)
    parents = np.full(len(left), 2**31 - 1)
    parents[left[inner]] = parents[right[inner]] = inner
    zeros = np.zeros(len(left))
    shape = {"num_deleted": "0", "num_feature": "56", "num_nodes": str(len(left)), "size_leaf_vector": "0"}
    entries = {"id": b"l" + struct.pack(">i", number)}
    entries["tree_param"] = named({name: text(entry) for name, entry in shape.items()})
    for name in ("base_weights", "loss_changes", "sum_hessian"):
        entries[name] = typed(b"d", ">f4", zeros)
    for name in ("default_left", "split_type"):
        entries[name] = typed(b"U", "u1", zeros)
    for name in ("categories", "categories_nodes"):
        entries[name] = typed(b"l", ">i4", [])
    for name in ("categories_segments", "categories_sizes"):
        entries[name] = typed(b"L", ">i8", [])
    arrays = {"left_children": left, "right_children": right, "parents": parents, "split_indices": feature}
    for name, array in arrays.items():
        entries[name] = typed(b"l", ">i4", array)
    entries["split_conditions"] = typed(b"d", ">f4", value)
    return named(entries)


def ubjson_of(trees, base):
    """A model as XGBoost 1.6 and later read it."""
    ends, encoded = np.cumsum(trees.sizes), []
    for number, (end, size) in enumerate(zip(ends.tolist(), trees.sizes.tolist(), strict=True)):
        part = slice(end - size, end)
        arrays = (array[part] for array in (trees.feature, trees.value, trees.left, trees.right))
        encoded.append(ubjson_tree(number, *arrays))
    n = len(encoded)
    counts = {"num_parallel_tree": "1", "num_trees": str(n), "size_leaf_vector": "0"}
    model = {
        "gbtree_model_param": named({name: text(entry) for name, entry in counts.items()}),
        "iteration_indptr": integers(range(n + 1)),
        "tree_info": integers([0] * n),
        "trees": b"[" + b"".join(encoded) + b"]",
    }
    learned = {"base_score": f"{base:g}", "num_class": "0", "num_feature": "56", "num_target": "1"}
    loss = named({"scale_pos_weight": text("1")})
    learner = {
        "attributes": named({}),
        "feature_names": b"[]",
        "feature_types": b"[]",
        "gradient_booster": named({"model": named(model), "name": text("gbtree")}),
        "learner_model_param": named({name: text(entry) for name, entry in learned.items()}),
        "objective": named({"name": text("reg:squarederror"), "reg_loss_param": loss}),
    }
    return named({"learner": named(learner), "version": integers((1, 7, 6))})


def make(folder, member, trees):
    """Write a member for us and for XGBoost; returns nodes and seconds that ours took."""
    grown = grow(member, trees)
    start = time.process_time()
    packed = pack(
        grown, np.zeros(len(grown.left), dtype=bool), Start(library="xgboost", base=93.0), features=56
    )
    seconds = time.process_time() - start
    (folder / f"{member}.ubj").write_bytes(ubjson_of(grown, 93.0))
    (folder / f"{member}.safetensors").write_bytes(packed)
    return len(grown.left), seconds


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two members of 500 trees, a fortieth of the official ones."""
    folder = tmp_path_factory.mktemp("deep")
    for member in range(2):
        make(folder, member, 500)
    return folder


@pytest.mark.parametrize("n", LISTS)
@pytest.mark.benchmark(group="large trees")
def test_large_trees(benchmark, folder, n):
    """Lists of n rows, by the same files; equal to what xgboost predicts."""
    import xgboost

    model = DeepTrees(sorted(folder.glob("*.safetensors")), 56)
    boosters = [xgboost.Booster({"nthread": 1}, model_file=path) for path in sorted(folder.glob("*.ubj"))]
    rows = rows_of(n)
    expected = np.stack([booster.predict(xgboost.DMatrix(rows, nthread=1)) for booster in boosters])
    benchmark.extra_info["n"] = n
    np.testing.assert_array_equal(benchmark(model.predict, rows), expected)


@pytest.mark.parametrize("n", LISTS)
@pytest.mark.benchmark(group="large trees by xgboost")
def test_large_trees_by_xgboost(benchmark, folder, n):
    """The same by xgboost; a matrix made beforehand would keep its predictions."""
    import xgboost

    boosters = [xgboost.Booster({"nthread": 1}, model_file=path) for path in sorted(folder.glob("*.ubj"))]
    rows = rows_of(n)
    benchmark.extra_info["n"] = n
    benchmark(lambda: [booster.inplace_predict(rows) for booster in boosters])


#: What a fresh process measures: `models` and `predict(rows)` come before it.
_MEASURE = """
def memory(name):
    for line in open("/proc/self/smaps_rollup"):
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1e3
report["resident_mb"], report["proportional_mb"] = memory("Rss"), memory("Pss")
report["of_its_own_mb"] = memory("Private_Dirty")
answers = []
for n, rounds in ((1, 30), (10, 5), (100, 2), (1000, 1)):
    times = []
    for k in range(rounds):
        begin = time.process_time()
        answers.append(predict(rows[k * n : (k + 1) * n]))
        times.append(time.process_time() - begin)
    report[f"list of {n}, ms"] = float(np.median(times)) * 1e3
report["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
np.save(sys.argv[3], np.concatenate(answers, axis=1))
print(json.dumps(report))
if sys.argv[4] == "wait":
    sys.stdin.read()
"""
_OURS = """
import json, resource, sys, time
import numpy as np
from pathlib import Path
from nb301.surrogates.members.deep_trees import DeepTrees
rows, begin, wall = np.load(sys.argv[2]), time.process_time(), time.perf_counter()
model = DeepTrees(sorted(Path(sys.argv[1]).glob("*.safetensors")), 56)
report = {"who": "nb301", "load_s": time.process_time() - begin, "load_wall_s": time.perf_counter() - wall}
predict = model.predict
"""
_XGBOOST = """
import json, resource, sys, time
import numpy as np
from pathlib import Path
import xgboost
rows, begin = np.load(sys.argv[2]), time.process_time()
paths = sorted(Path(sys.argv[1]).glob("*.ubj"))
models = [xgboost.Booster({"nthread": 1}, model_file=str(path)) for path in paths]
report = {"who": f"xgboost {xgboost.__version__}", "load_s": time.process_time() - begin}
def predict(rows):
    return np.stack([model.predict(xgboost.DMatrix(rows, nthread=1)) for model in models])
"""


def start(python, code, folder, name, *, waits=False):
    """A fresh process that measures."""
    files = [str(folder), str(folder / "rows.npy"), str(folder / f"{name}.npy")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    command = [python, "-W", "ignore", "-c", code + _MEASURE, *files, "wait" if waits else "end"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, text=True, **pipes)


def main(arguments):
    """Make the ensemble where it is not there yet, and measure it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--members", type=int, default=10)
    parser.add_argument("--trees", type=int, default=20_000)
    parser.add_argument("--python", nargs="*", default=[], help="interpreters that have other xgboosts")
    options = parser.parse_args(arguments)
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    for member in range(options.members):
        if not (folder / f"{member}.safetensors").is_file():
            nodes, seconds = make(folder, member, options.trees)
            say(f"member {member}: {nodes:,} nodes, written in {seconds:.1f} s")
    np.save(folder / "rows.npy", rows_of(1000))
    for suffix in ("safetensors", "ubj"):
        size = sum(path.stat().st_size for path in folder.glob(f"*.{suffix}"))
        say(f"all *.{suffix}: {size / 1e6:,.0f} MB")
    names = ["ours"]
    beside = start(sys.executable, _OURS, folder, "beside", waits=True)
    say(f"first process: {beside.stdout.readline()}")
    say(f"second beside it: {start(sys.executable, _OURS, folder, 'ours').communicate()[0]}")
    beside.communicate()
    for number, python in enumerate([sys.executable, *options.python]):
        names.append(f"xgboost{number}")
        say(start(python, _XGBOOST, folder, names[-1]).communicate()[0])
    ours, *others = [np.load(folder / f"{name}.npy") for name in names]
    say(f"largest differences: {[float(np.abs(ours - other).max()) for other in others]}")


def say(line):
    sys.stdout.write(f"{line.strip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
