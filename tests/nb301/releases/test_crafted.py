"""Releases whose hashes are right and whose content is hostile: refused in one line, in bounded memory."""

from __future__ import annotations

import json
import os
import re
import struct
import sys
import tracemalloc

import numpy as np
import pytest

from tests.crafting import PATH_BITS, array_of, boosted, chain, graph_network_with, light, nested, with_arrays

#: What a small release may take to be read or refused.
MOST_BYTES = 200 * 2**20


@pytest.fixture
def refusal(answers):
    """Why a release is refused."""

    def ask(folder):
        tracemalloc.start()
        try:
            said = answers(folder)
            assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
        finally:
            tracemalloc.stop()
        assert isinstance(said, str), "expected to be refused"
        return said

    return ask


def longer(array, length):
    """An array of UBJSON that says that it has other many entries than none."""
    return array.replace(struct.pack(">q", 0), struct.pack(">q", length))


def overlapping():
    """Arrays that each go on to the end of the file."""
    names = ("left_children", "right_children", "split_indices", "split_conditions")
    heads = [longer(array_of(name, []), 50_000) for name in names]
    return b"".join(heads) * 3000 + bytes(200_000)


def wide():
    """XGBoost's tree of 65 leaves."""
    inner, leaves = range(1, 129, 2), [-1] * 65
    left, right = [*inner, *leaves], [*(child + 1 for child in inner), *leaves]
    return boosted(left=left, right=right, feature=[0] * 129, value=[0.0] * 129)


def huge(*shape):
    """Numbers near the largest of float32."""
    return np.full(shape, 3e38, np.float32)


def no_width():
    """As many layers as nobody can count, in no bytes."""
    empty = np.zeros(0, np.float32)
    shapes = {"first": (PATH_BITS, 0), "hidden": (10**9 - 1, 0, 0), "bias": (10**9, 0), "last": (0,)}
    return with_arrays("mlp", **{name: empty.reshape(shape) for name, shape in shapes.items()})


#: Files that no fit writes, by what is wrong with them: the family, the file, and what is said of it.
HOSTILE = {
    "lgb of two thousand million leaves": ("lgb", lambda: light(num_leaves="2000000000"), "num_leaves"),
    "lgb of 65 leaves": (
        "lgb",
        lambda: light(num_leaves="65"),
        "num_leaves are not all integers from 1 to 64",
    ),
    "lgb of no leaves": ("lgb", lambda: light(num_leaves="0"), "num_leaves"),
    "lgb of nan leaves": ("lgb", lambda: light(num_leaves="nan"), "num_leaves"),
    "lgb without trees": ("lgb", lambda: b"tree\n", "member 0: 0 trees"),
    "lgb empty": ("lgb", lambda: b"", "member 0: 0 trees"),
    "lgb of no text": ("lgb", lambda: b"\xff" * 9, "utf-8"),
    "lgb with a NaN leaf": ("lgb", lambda: light(leaf_value="nan 91"), "leaf_value"),
    "lgb with an infinite leaf": ("lgb", lambda: light(leaf_value="1e999 91"), "leaf_value"),
    "lgb with a large leaf": (
        "lgb",
        lambda: light(leaf_value="1e300 91"),
        "a leaf is not a number of at most",
    ),
    "lgb with a word": ("lgb", lambda: light(threshold="x"), "could not convert string to float"),
    "lgb with a circle": (
        "lgb",
        lambda: light(left_child="0"),
        "its child is not one of the nodes behind it",
    ),
    "lgb with a far child": ("lgb", lambda: light(right_child="-9"), "its child is not one"),
    "lgb with one leaf twice": ("lgb", lambda: light(right_child="-1"), "expected one parent"),
    "lgb with feature 62": ("lgb", lambda: light(split_feature="62"), "split_feature"),
    "lgb with categories": ("lgb", lambda: light(num_cat="1"), "num_cat other than 0"),
    "lgb with linear leaves": ("lgb", lambda: light(is_linear="1"), "is_linear other than 0"),
    "lgb with too few numbers": (
        "lgb",
        lambda: light(leaf_value="90"),
        "leaf_value has 1 numbers, expected 2",
    ),
    "xgb of overlapping arrays": ("xgb", overlapping, "member 0: "),
    "xgb of typed nothing": ("xgb", lambda: longer(array_of("left_children", [], "Z"), 10**12), "garbled"),
    "xgb of 10^12 numbers": ("xgb", lambda: longer(array_of("left_children", []), 10**12), "garbled"),
    "xgb of -1 numbers": ("xgb", lambda: longer(array_of("left_children", []), -1), "garbled"),
    "xgb without trees": ("xgb", lambda: boosted(times=0), "it has no trees"),
    "xgb of 65 leaves": ("xgb", wide, "more than 64 leaves"),
    "xgb with a circle": (
        "xgb",
        lambda: boosted(left=(0, -1, -1)),
        "its child is not one of the nodes behind",
    ),
    "xgb with a far child": ("xgb", lambda: boosted(right=(2**31 - 1, -1, -1)), "its child is not one"),
    "xgb with a child twice": ("xgb", lambda: boosted(right=(1, -1, -1)), "expected one parent"),
    "xgb with feature 62": ("xgb", lambda: boosted(feature=(62, 0, 0)), r"its feature is not in 0\.\.61"),
    "xgb with a NaN leaf": ("xgb", lambda: boosted(value=(2, np.nan, 1)), "a leaf is not a number"),
    "xgb with a signalling NaN": (
        "xgb",
        lambda: boosted().replace(struct.pack(">f", 91), b"\x7f\x80\x00\x01"),
        "a leaf is not a number",
    ),
    "xgb with a NaN threshold": ("xgb", lambda: boosted(value=(np.nan, 1, 1)), "its threshold is not finite"),
    "xgb with a large leaf": (
        "xgb",
        lambda: boosted(value=(2, 3e38, 1)),
        "a leaf is not a number of at most",
    ),
    "xgb with large sums": ("xgb", lambda: boosted(value=(2, 9e14, 1), times=9), "sum up to more than"),
    "xgb with an infinite base": ("xgb", lambda: boosted(base="inf"), "base inf"),
    "xgb with a base of words": ("xgb", lambda: boosted(base="many"), "could not convert string to float"),
    "gin nested deep": ("gin", lambda: graph_network_with(more=json.loads(nested(200))), "garbled"),
    "gin of an infinite format": ("gin", lambda: graph_network_with(format=float("inf")), "garbled"),
    "gin of 10^9 layers": (
        "gin",
        lambda: graph_network_with(hyperparameters={"num_layers": 10**9}),
        "tensor",
    ),
    "gin with NaN": (
        "gin",
        lambda: graph_network_with({"virtual_start": np.full(4, np.nan, np.float32)}),
        "virtual_start holds numbers that are not finite",
    ),
    "gin with a negative variance": (
        "gin",
        lambda: graph_network_with({"layer.first_norm.variance": np.full((2, 8), -1, np.float32)}),
        "variance holds numbers",
    ),
    "gin with large weights": (
        "gin",
        lambda: graph_network_with({"layer.first.weight": huge(2, 8, 4)}),
        r"from -1e\+06 to 1e\+06",
    ),
    "mlp of 10^9 layers without width": ("mlp", no_width, "expected"),
    "mlp that overflows": (
        "mlp",
        lambda: with_arrays("mlp", first=huge(PATH_BITS, 4), hidden=huge(20, 4, 4), bias=huge(21, 4)),
        "values may exceed",
    ),
    "svr with a negative gamma": (
        "eps_svr",
        lambda: with_arrays("eps_svr", gamma=np.float64(-9)),
        "gamma -9",
    ),
    "svr with a NaN gamma": ("eps_svr", lambda: with_arrays("eps_svr", gamma=np.float64(np.nan)), "gamma"),
    "svr of degree 32767": ("nu_svr", lambda: with_arrays("nu_svr", degree=np.int16(32767)), "degree 32767"),
    "svr that overflows": ("eps_svr", lambda: with_arrays("eps_svr", dual=np.full(5, 1e308)), "may exceed"),
    "svr of other inputs": (
        "eps_svr",
        lambda: with_arrays("eps_svr", support=np.full((5, 34), 32767, np.int16)),
        "values from 32767 to 32767, expected 0 to 210",
    ),
    "forest deeper than tests are": ("rf", lambda: chain(100_000), "deeper than 340 levels"),
    "forest whose roots descend": ("rf", lambda: with_arrays("rf", root=np.array([5, 0], np.int32)), "roots"),
    "forest with a large leaf": (
        "rf",
        lambda: with_arrays("rf", value=huge(6)),
        "a leaf is not a number of at",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_members_are_refused(what, runtime, craft, refusal):
    """A file that no fit writes is refused with its place, in bounded memory."""
    family, make, said = HOSTILE[what]
    assert re.search(said, refusal(craft(family, [make()], runtime)))


def test_small_hand_made_members_answer(runtime, craft, answers):
    """What hostile files are made from is read: they are refused for what is wrong with them alone."""
    for family, member in (
        ("lgb", light()),
        ("xgb", boosted()),
        ("rf", chain(340)),
        ("gin", graph_network_with()),
        ("mlp", with_arrays("mlp")),
        ("eps_svr", with_arrays("eps_svr")),
        ("nu_svr", with_arrays("nu_svr")),
    ):
        assert not isinstance(answers(craft(family, [member], runtime)), str)


def test_many_trees_beside_small_members_are_refused(runtime, craft, refusal):
    """Members of few trees beside one of very many would be filled up to as many."""
    many = b"tree\n" + b"\nTree=0\nnum_leaves=1\nleaf_value=0" * 20_000 + b"\nend of trees\n"
    assert "a member has 20000 trees" in refusal(craft("lgb", [many] + [light()] * 99, runtime))


@pytest.mark.parametrize(
    "text", [light(num_leaves="2000000000"), light(num_leaves="3"), light(leaf_value="1 inf"), b"", b"\xff"]
)
def test_hostile_runtime_models_are_refused(text, craft, refusal):
    """The runtime model is read as carefully, and named."""
    assert "runtime.txt: " in refusal(craft("xgb", [boosted()], text))


def named(name):
    """Put a member of another name into the manifest."""

    def change(entries):
        entries["files"][name] = entries["files"].pop("member-0.ubj")

    return change


def entry(place, value):
    """Change one entry of the manifest."""

    def change(entries):
        *way, last = place.split("/")
        for step in way:
            entries = entries[step]
        entries[last] = value

    return change


MANIFESTS = {
    "members": (entry("members", 1000), "'member-1.ubj' is missing"),
    "too many members": (entry("members", 10**9), "members: "),
    "a name with a way": (named("../member-0.ubj"), "'../member-0.ubj' is none of them"),
    "an absolute name": (named("/etc/passwd"), "'/etc/passwd' is none of them"),
    "a name with a line": (named("a\nb"), r"'a\\nb' is none of them"),
    "bytes": (entry("files/member-0.ubj/bytes", 3), "expected at most 3, as release"),
    "endless bytes": (entry("files/member-0.ubj/bytes", 2**60), "files.member-0.ubj.bytes: "),
    "negative bytes": (entry("files/member-0.ubj/bytes", -1), "files.member-0.ubj.bytes: "),
    "all bytes": (entry("files/member-0.ubj/bytes", 2**30), "together"),
    "a hash": (entry("files/member-0.ubj/sha256", "x\n"), "files.member-0.ubj.sha256: "),
    "NaN": (entry("metrics/r2", float("nan")), "metrics.r2: "),
    "infinite hyperparameters": (entry("hyperparameters", {"x": float("inf")}), "hyperparameters.x"),
    "long integers": (entry("seed", 10**400), "more than 300 digits"),
    "nesting": (entry("hyperparameters", {"x": json.loads(nested(100))}), "nested deeper than 64"),
    "a name": (entry("name", "../../evil"), "name: "),
    "a name that turns": (entry("name", "emulated\u202exgb"), "name: "),
    "a name of two lines": (entry("name", "a\nb"), "name: "),
    "a table's name": (entry("table/name", "../.."), "table.name: "),
    "a truth of two lines": (entry("table/truth", "a\nb"), "table.truth: "),
    "no truth": (entry("table/truth", " "), "table.truth: "),
    "a version": (entry("version", "../../evil"), "version: "),
    "a family": (entry("family", "xgb\u202e"), "is not one of"),
    "another family": (entry("family", "lgb"), "is none of them|is missing"),
    "a format": (entry("format", float("inf")), "not a release manifest"),
    "a list of formats": (entry("format", [1]), "not a release manifest"),
    "an unknown entry": (entry("more\n" * 999, 1), "more"),
}


@pytest.mark.parametrize("what", MANIFESTS)
def test_hostile_manifests_are_refused(what, runtime, craft, refusal):
    """A manifest says what is wrong with it in one line, and no file is read that it has no hash of."""
    change, said = MANIFESTS[what]
    assert re.search(said, refusal(craft("xgb", [boosted()], runtime, change)))


@pytest.mark.parametrize(
    "text", ["", "[]", "null", nested(100_000), "1" * 5000, '{"format": 1, "format": 1}', "\udcff"]
)
def test_manifests_that_are_none_are_refused(text, runtime, craft, refusal):
    """What is no object, or has a key twice, is no manifest."""
    folder = craft("xgb", [boosted()], runtime)
    (folder / "manifest.json").write_text(text, errors="surrogateescape")
    assert "manifest.json: not a release manifest" in refusal(folder)


def device(path):
    """A link to a device that never ends."""
    path.symlink_to("/dev/zero")


def circle(path):
    """A link to itself."""
    path.symlink_to(path)


def large(path):
    """A file of no room that says that it has eight gigabytes."""
    with path.open("wb") as file:
        file.truncate(2**33)


def pipe(path):
    """A pipe that nobody writes to."""
    os.mkfifo(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("name", ["manifest.json", "member-0.ubj", "runtime.txt"])
@pytest.mark.parametrize("make", [device, circle, large, pipe, os.mkdir], ids=lambda make: make.__name__)
def test_only_regular_files_are_read(make, name, runtime, craft, refusal):
    """Pipes, devices, folders and endless files in place of a file are refused without being read."""
    folder = craft("xgb", [boosted()], runtime)
    (folder / name).unlink()
    make(folder / name)
    assert name in refusal(folder)


def test_links_to_files_are_followed(runtime, craft, answers, tmp_path):
    """A link to the right bytes is as good as a file."""
    folder = craft("xgb", [boosted()], runtime)
    (folder / "member-0.ubj").rename(tmp_path / "elsewhere")
    (folder / "member-0.ubj").symlink_to(tmp_path / "elsewhere")
    assert not isinstance(answers(folder), str)
