"""Files of members with many large trees: memory-mapped, shared between processes, checked when opened.

All trees of a member are numbered level by level: first all roots, then the children of all roots in their
order, and so on, so that the first levels, which every query reads, lie together. The two children of a node
are neighbours, and a node is one word of 8 bytes: the number of its left child, and the number of its test in a
table of distinct tests, of which ensembles of 20,000 trees have a few hundred. A leaf is its own child, and has
the test 0, which sends everything left: a walk that has come to its end stays there.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, one_line, shown
from nb301.parsing import parse_object

#: Bits of a word that hold the number of a test.
TEST_BITS = 16
TEST_MASK = (1 << TEST_BITS) - 1
#: Levels below the roots; fitted trees have tens. A query takes one step for each.
MOST_LEVELS = 1000
#: Largest answer of a member, percent or seconds, as in `trees`.
_LARGEST_SUM = 1e15
_METADATA = "deep_trees"  # entry of the metadata that holds what is no array
_FORMAT = 1
_LONGEST_HEADER = 4096
#: What a library compares and sums in.
_FLOATS = {"xgboost": np.float32, "lightgbm": np.float64}
_DTYPES = {"I64": np.int64, "U16": np.uint16, "U8": np.uint8, "F32": np.float32, "F64": np.float64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a member's answer is put together, and from what number on."""

    #: `xgboost`: float32, rows with a value < threshold go left. `lightgbm`: float64, <= goes left.
    library: str
    #: What the sum of leaves is added to.
    base: float = 0.0
    #: Whether leaves are added to the base one by one (XGBoost since 1.3), or the base to their sum (F37).
    base_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Nodes:
    """The trees of a member as they are read, one after the other; a tree's first node is its root.

    A node with `left < 0` is a leaf. Nodes that no path reaches are passed over: XGBoost leaves such behind
    where it prunes.
    """

    #: Nodes of each tree, shape (trees,).
    sizes: NDArray[np.integer]
    #: Feature that a node tests; this and all below have the shape (nodes of all trees,).
    feature: NDArray[np.integer]
    threshold: NDArray[np.floating]
    #: Whether a missing value goes left.
    missing_left: NDArray[np.bool_]
    #: Children, by their number in their own tree.
    left: NDArray[np.integer]
    right: NDArray[np.integer]
    #: What a leaf adds.
    value: NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests:
    """The distinct tests of a member; number 0, which sends everything left, is not among them."""

    feature: NDArray[np.integer]
    threshold: NDArray[np.floating]
    missing_left: NDArray[np.bool_]

    def go_right(self, rows: NDArray[np.floating], *, or_equal: bool) -> NDArray[np.bool_]:
        """Which tests send a row right, NaN being missing; shape (n, features) to (n, 1 + tests)."""
        values = rows.astype(self.threshold.dtype, copy=False)[:, self.feature]
        left = values <= self.threshold if or_equal else values < self.threshold
        missing = np.isnan(values)
        decided = np.zeros((len(rows), 1 + len(self.feature)), dtype=np.bool_)
        np.logical_not(np.where(missing, self.missing_left, left), out=decided[:, 1:])
        return decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member's file: read-only views of its mapped memory."""

    start: Start
    tests: Tests
    trees: int
    #: `left child << TEST_BITS | test` of each node, level by level; the roots are the first `trees`.
    words: NDArray[np.int64]
    #: What each leaf adds, where nodes are leaves.
    values: NDArray[np.floating]
    #: Where each level begins, and where the last one ends, shape (levels + 1,).
    levels: NDArray[np.int64]


def pack(nodes: Nodes, start: Start, *, features: int, weights: NDArray[np.float32] | None = None) -> bytes:
    """Write a member's file; equal arguments give equal bytes.

    Args:
        nodes: Its trees; thresholds and values in the library's own type or one that holds the same numbers.
        start: What they are added to, and as which library does.
        features: Features that they may test.
        weights: What each tree counts, shape (trees,): of DART, which drops trees out.

    Raises:
        ReleaseError: They make up no trees, or test or add what cannot be; names the tree and the node.
    """
    import safetensors.numpy

    dtype = _FLOATS[start.library]
    _check_lengths(nodes, weights)
    order, tree, child = _by_level(nodes)
    inner = child > 0
    tested = order[inner]
    test, tests = _numbered_tests(nodes, tested, dtype, features)
    words = np.where(inner, child, np.arange(len(order))) << TEST_BITS
    words[inner] |= test
    values = np.where(inner, 0, nodes.value[order]).astype(dtype)
    if weights is not None:
        values *= weights.astype(dtype)[tree]
    _check_values(values, len(nodes.sizes), start.base)
    about = {
        "format": _FORMAT,
        "library": start.library,
        "base": start.base,
        "base_first": start.base_first,
        "trees": len(nodes.sizes),
        "features": features,
    }
    arrays = {
        "words": words,
        "values": values,
        "test.feature": tests.feature.astype(np.uint16),
        "test.threshold": tests.threshold,
        "test.missing_left": tests.missing_left.astype(np.uint8),
    }
    return safetensors.numpy.save(arrays, {_METADATA: json.dumps(about)})


def _check_lengths(nodes: Nodes, weights: NDArray[np.float32] | None) -> None:
    names = ("feature", "threshold", "missing_left", "left", "right", "value")
    lengths = {name: len(getattr(nodes, name)) for name in names}
    trees = len(nodes.sizes)
    n = int(nodes.sizes.astype(np.int64).sum())
    if not trees or nodes.sizes.min() < 1 or {*lengths.values()} != {n}:
        raise ReleaseError(f"{trees} trees of together {n} nodes, but arrays have {lengths}")
    if weights is not None and not (weights.shape == (trees,) and np.isfinite(weights).all()):
        raise ReleaseError(f"{trees} trees, but {weights.size} weights, or such that are not finite")


def _by_level(
    nodes: Nodes,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The nodes that paths reach, level by level: their old numbers, their trees, new left children or 0."""
    root = np.cumsum(nodes.sizes, dtype=np.int64) - nodes.sizes
    seen = np.zeros(len(nodes.left), dtype=np.bool_)
    level, tree = root, np.arange(len(root))
    levels, trees, children = [], [], []
    known = 0
    while len(level):
        if len(levels) > MOST_LEVELS:
            raise ReleaseError(f"tree {tree[0]} has more than {MOST_LEVELS} levels")
        seen[level] = True
        known += len(level)
        inner = np.flatnonzero(nodes.left[level] >= 0)
        child = np.zeros(len(level), dtype=np.int64)
        child[inner] = known + 2 * np.arange(len(inner))
        levels.append(level)
        trees.append(tree)
        children.append(child)
        parents, tree = level[inner], np.repeat(tree[inner], 2)
        own = np.empty(len(tree), dtype=np.int64)
        own[0::2], own[1::2] = nodes.left[parents], nodes.right[parents]
        level = root[tree] + own
        _check_children(own, np.repeat(parents, 2) - root[tree], tree, nodes, level, seen)
    return np.concatenate(levels), np.concatenate(trees), np.concatenate(children)


def _check_children(
    own: NDArray[np.int64],
    parent: NDArray[np.int64],
    tree: NDArray[np.int64],
    nodes: Nodes,
    level: NDArray[np.int64],
    seen: NDArray[np.bool_],
) -> None:
    """Check that a level's nodes, by their number in their own tree, are in it, and children of one parent."""
    outside = (own < 0) | (own >= nodes.sizes[tree])
    if outside.any():
        k = int(np.argmax(outside))
        raise ReleaseError(
            f"tree {tree[k]}, node {parent[k]}: child {own[k]} is none of its {nodes.sizes[tree[k]]} nodes"
        )
    twice = np.bincount(level, minlength=len(seen)) + seen > 1 if len(level) else seen[:0]
    if twice.any() and (again := twice[level]).any():
        k = int(np.argmax(again))
        raise ReleaseError(f"tree {tree[k]}, node {own[k]}: has more than one parent, or is the root")


def _numbered_tests(
    nodes: Nodes, tested: NDArray[np.int64], dtype: type[np.floating], features: int
) -> tuple[NDArray[np.int64], Tests]:
    """The number of each node's test, from 1 on, and the tests."""
    feature = nodes.feature[tested].astype(np.int64)
    if ((feature < 0) | (feature >= features)).any():
        raise ReleaseError(f"a node tests feature {feature.max()}, expected 0..{features - 1}")
    threshold = nodes.threshold[tested].astype(dtype)
    if not np.isfinite(threshold).all():
        raise ReleaseError("a node's threshold is not finite")
    distinct, place = np.unique(threshold, return_inverse=True)
    keys = (feature * 2 + nodes.missing_left[tested]) * max(1, len(distinct)) + place
    kept, test = np.unique(keys, return_inverse=True)
    if len(kept) > TEST_MASK:
        raise ReleaseError(f"trees have {len(kept)} distinct tests, expected at most {TEST_MASK}")
    what, place = np.divmod(kept, max(1, len(distinct)))
    tests = Tests(feature=what >> 1, threshold=distinct[place], missing_left=(what & 1).astype(np.bool_))
    return test + 1, tests


def _check_values(values: NDArray[np.floating], trees: int, base: float) -> None:
    """Check that leaves, and what they sum up to, are finite."""
    # the largest of what holds a NaN is NaN; without a copy of 4 million magnitudes
    largest = float(np.maximum(values.max(initial=0), -values.min(initial=0)))
    if not abs(base) + largest * trees <= _LARGEST_SUM:
        raise ReleaseError(
            f"{trees} trees with leaves of up to {largest:g} and base {base:g} may sum up to more than "
            f"{_LARGEST_SUM:g}"
        )


def open_member(path: Path, features: int) -> Member:
    """Map a member's file into memory and check all of it.

    Pages are read when they are first needed, and shared by all processes that map the file. It must not be
    changed while it is mapped: what is to be replaced is replaced by another file.

    Args:
        path: What `pack` wrote.
        features: Features that rows have.

    Raises:
        OSError: It cannot be read.
        ReleaseError: It is truncated or no such file, of a newer format, or its nodes make up no trees.
    """
    with path.open("rb") as file:
        try:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # of no bytes
            raise ReleaseError("a file of trees: it is empty") from None
    arrays, about = _mapped_arrays(mapped)
    start, trees = _about(about, features)
    dtype = np.dtype(_FLOATS[start.library])
    expected = {
        "words": np.dtype(np.int64),
        "values": dtype,
        "test.feature": np.dtype(np.uint16),
        "test.threshold": dtype,
        "test.missing_left": np.dtype(np.uint8),
    }
    for name in sorted({*expected, *arrays}):
        actual = arrays[name].dtype if name in arrays else None
        if actual != expected.get(name):
            raise ReleaseError(
                f"a file of trees: array {shown(name)} is {actual}, expected {expected.get(name)}"
            )
    return _checked_member(arrays, start, trees, features)


def _mapped_arrays(mapped: mmap.mmap) -> tuple[dict[str, NDArray[Any]], Mapping[str, Any]]:
    """Views of the arrays of a safetensors file, which its library would copy, and its entry of metadata."""
    length = int.from_bytes(mapped[:8], "little")
    begin = 8 + length
    if length > _LONGEST_HEADER or begin > len(mapped):
        raise ReleaseError(f"a file of trees: {len(mapped)} bytes with a header of {length} are none, or cut short")
    try:
        header = parse_object(mapped[8:begin])
        about = parse_object(header.pop("__metadata__")[_METADATA])
        arrays, end = {}, begin
        for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"][0]):
            dtype = np.dtype(_DTYPES[entry["dtype"]])
            (size,) = entry["shape"]
            first, last = entry["data_offsets"]
            if type(size) is not int or size < 0 or (begin + first, last - first) != (end, size * dtype.itemsize):
                raise ValueError(f"array {name} is not where it should be")  # noqa: TRY301 - said once, below
            if begin + last > len(mapped):
                raise ValueError(f"it ends before array {name} does")  # noqa: TRY301
            arrays[name] = np.frombuffer(mapped, dtype=dtype, count=size, offset=end)
            end = begin + last
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        reason = one_line(str(error), 100)
        raise ReleaseError(f"a file of trees: its header is garbled, or it is another file ({reason})") from None
    if end != len(mapped):
        raise ReleaseError(f"a file of trees: {len(mapped)} bytes, expected {end}")
    return arrays, about


def _about(about: Mapping[str, Any], features: int) -> tuple[Start, int]:
    """What a file's metadata says, checked."""
    written = about.get("format")
    if written != _FORMAT:
        raise ReleaseError(f"a file of trees: format {shown(written)}, not {_FORMAT}: import the release anew")
    library, base, base_first = (about.get(key) for key in ("library", "base", "base_first"))
    if library not in [*_FLOATS]:
        raise ReleaseError(f"a file of trees: library {shown(library)}, expected {' or '.join(_FLOATS)}")
    if type(base) not in (int, float) or not np.isfinite(base) or type(base_first) is not bool:
        raise ReleaseError(f"a file of trees: base {shown(base)}, first {shown(base_first)}: no number, or no bool")
    if about.get("features") != features:
        raise ReleaseError(f"a file of trees: tests {shown(about.get('features'))} features, expected {features}")
    if type(trees := about.get("trees")) is not int or trees < 1:
        raise ReleaseError(f"a file of trees: {shown(trees)} trees, expected at least 1")
    return Start(library=library, base=float(base), base_first=base_first), trees


def _checked_member(arrays: Mapping[str, NDArray[Any]], start: Start, trees: int, features: int) -> Member:
    tests = Tests(
        feature=arrays["test.feature"].astype(np.intp),
        threshold=arrays["test.threshold"],
        missing_left=arrays["test.missing_left"].astype(np.bool_),
    )
    lengths = {len(array) for name, array in arrays.items() if name.startswith("test.")}
    if len(lengths) != 1 or len(tests.feature) > TEST_MASK:
        raise ReleaseError(f"a file of trees: arrays of tests have {sorted(lengths)} entries, expected as many each")
    if (tests.feature >= features).any() or not np.isfinite(tests.threshold).all():
        raise ReleaseError(f"a file of trees: a test is not of a feature in 0..{features - 1}, or not finite")
    words, values = arrays["words"], arrays["values"]
    if len(values) != len(words):
        raise ReleaseError(f"a file of trees: {len(words)} nodes, but {len(values)} values")
    levels = _checked_levels(words, trees, len(tests.feature))
    _check_values(values, trees, start.base)
    return Member(start=start, tests=tests, trees=trees, words=words, values=values, levels=levels)


def _checked_levels(words: NDArray[np.int64], trees: int, tests: int) -> NDArray[np.int64]:
    """Check that words are nodes, level by level, and find where levels begin.

    Left children follow each other as their parents do, two nodes apart from behind the roots to the end:
    then every node but the roots has one parent, which stands before it.
    """
    test = words & TEST_MASK
    inner = np.flatnonzero(test)
    if len(words) != trees + 2 * len(inner):
        raise ReleaseError(f"a file of trees: {len(words)} nodes, expected {trees} roots and two children of {len(inner)}")
    child = np.arange(len(words))
    child[inner] = np.arange(trees, len(words), 2)
    wrong = (words >> TEST_BITS) != child
    wrong[inner] |= child[inner] <= inner
    if wrong.any():
        raise ReleaseError(f"a file of trees: node {int(np.argmax(wrong))}: its children are not where they should be")
    if (largest := int(test.max())) > tests:
        raise ReleaseError(f"a file of trees: a node has test {largest} of {tests}")
    levels = [0, trees]
    while levels[-1] < len(words):
        if len(levels) > MOST_LEVELS + 1:
            raise ReleaseError(f"a file of trees: a tree has more than {MOST_LEVELS} levels")
        levels.append(trees + 2 * int(np.searchsorted(inner, levels[-1])))
    return np.array(levels)
