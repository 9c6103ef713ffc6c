"""Files of members with many large trees: memory-mapped, shared between processes, checked when opened.

All trees of a member are numbered level by level: first all roots, then the children of all roots in their
order, and so on, so that the first levels, which every query reads, lie together. The two children of a
node are neighbours, and a node is one word of 8 bytes: the number of its left child, and the number of its
test in a table of distinct tests, of which ensembles of 20,000 trees have a few hundred. A leaf is its own
child, and has the test 0, which sends everything left: a walk that has come to its end stays there.
`deep_pack` writes them.
"""

from __future__ import annotations

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
METADATA = "deep_trees"  # entry of the metadata that holds what is no array
FORMAT = 1
_LONGEST_HEADER = 4096
#: What a library compares and sums in.
FLOATS = {"xgboost": np.float32, "lightgbm": np.float64}
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


def mapped(path: Path) -> mmap.mmap:
    """Map a file into memory.

    Pages are read when they are first needed, and shared by all processes that map the file. It must not be
    changed while it is mapped: what is to be replaced is replaced by another file.

    Raises:
        OSError: It cannot be read.
        ReleaseError: It is empty.
    """
    with path.open("rb") as file:
        try:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # of no bytes
            raise ReleaseError("a file of trees: it is empty") from None


def open_member(file: Path | bytes | mmap.mmap, features: int) -> Member:
    """Check all of a member's file.

    Args:
        file: What `pack` wrote, which stays where it is: a path, which is `mapped` here, or contents.
        features: Features that rows have.

    Raises:
        OSError: It cannot be read.
        ReleaseError: It is truncated or no such file, of a newer format, or its nodes make up no trees.
    """
    arrays, about = _mapped_arrays(mapped(file) if isinstance(file, Path) else file)
    start, trees = _about(about, features)
    dtype = np.dtype(FLOATS[start.library])
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


def _mapped_arrays(mapped: bytes | mmap.mmap) -> tuple[dict[str, NDArray[Any]], Mapping[str, Any]]:
    """Views of the arrays of a safetensors file, which its library would copy, and its entry of metadata."""
    length = int.from_bytes(mapped[:8], "little")
    begin = 8 + length
    if length > _LONGEST_HEADER or begin > len(mapped):
        raise ReleaseError(
            f"a file of trees: {len(mapped)} bytes with a header of {length} are none, or cut short"
        )
    try:
        header = parse_object(mapped[8:begin])
        about = parse_object(header.pop("__metadata__")[METADATA])
        arrays, end = {}, begin
        for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"][0]):
            dtype = np.dtype(_DTYPES[entry["dtype"]])
            (size,) = entry["shape"]
            first, last = entry["data_offsets"]
            if (
                type(size) is not int
                or size < 0
                or (begin + first, last - first) != (end, size * dtype.itemsize)
            ):
                raise ValueError(f"array {name} is not where it should be")  # noqa: TRY301 - said once, below
            if begin + last > len(mapped):
                raise ValueError(f"it ends before array {name} does")  # noqa: TRY301
            arrays[name] = np.frombuffer(mapped, dtype=dtype, count=size, offset=end)
            end = begin + last
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        reason = one_line(str(error), 100)
        raise ReleaseError(
            f"a file of trees: its header is garbled, or it is another file ({reason})"
        ) from None
    if end != len(mapped):
        raise ReleaseError(f"a file of trees: {len(mapped)} bytes, expected {end}")
    return arrays, about


def _about(about: Mapping[str, Any], features: int) -> tuple[Start, int]:
    """What a file's metadata says, checked."""
    written = about.get("format")
    if written != FORMAT:
        raise ReleaseError(f"a file of trees: format {shown(written)}, not {FORMAT}: import the release anew")
    library, base, base_first = (about.get(key) for key in ("library", "base", "base_first"))
    if library not in [*FLOATS]:
        raise ReleaseError(f"a file of trees: library {shown(library)}, expected {' or '.join(FLOATS)}")
    if (
        not isinstance(base, int | float)
        or type(base) is bool
        or not abs(base) <= _LARGEST_SUM
        or type(base_first) is not bool
    ):
        raise ReleaseError(
            f"a file of trees: base {shown(base)}, first {shown(base_first)}: no number, or no bool"
        )
    if about.get("features") != features:
        raise ReleaseError(
            f"a file of trees: tests {shown(about.get('features'))} features, expected {features}"
        )
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
        raise ReleaseError(
            f"a file of trees: arrays of tests have {sorted(lengths)} entries, expected as many each"
        )
    if (tests.feature >= features).any() or not np.isfinite(tests.threshold).all():
        raise ReleaseError(f"a file of trees: a test is not of a feature in 0..{features - 1}, or not finite")
    words, values = arrays["words"], arrays["values"]
    if len(values) != len(words):
        raise ReleaseError(f"a file of trees: {len(words)} nodes, but {len(values)} values")
    levels = _checked_levels(words, trees, len(tests.feature))
    check_values(values, trees, start.base)
    return Member(start=start, tests=tests, trees=trees, words=words, values=values, levels=levels)


def _checked_levels(words: NDArray[np.int64], trees: int, tests: int) -> NDArray[np.int64]:
    """Check that words are nodes, level by level, and find where levels begin.

    Left children follow each other as their parents do, two nodes apart from behind the roots to the end:
    then every node but the roots has one parent, which stands before it.
    """
    test = words & TEST_MASK
    inner = np.flatnonzero(test)
    if len(words) != trees + 2 * len(inner):
        raise ReleaseError(
            f"a file of trees: {len(words)} nodes, expected {trees} roots and two children of {len(inner)}"
        )
    child = np.arange(len(words))
    child[inner] = np.arange(trees, len(words), 2)
    wrong = (words >> TEST_BITS) != child
    wrong[inner] |= child[inner] <= inner
    if wrong.any():
        raise ReleaseError(
            f"a file of trees: node {int(np.argmax(wrong))}: its children are not where they should be"
        )
    if (largest := int(test.max())) > tests:
        raise ReleaseError(f"a file of trees: a node has test {largest} of {tests}")
    levels = [0, trees]
    while levels[-1] < len(words):
        if len(levels) > MOST_LEVELS + 1:
            raise ReleaseError(f"a file of trees: a tree has more than {MOST_LEVELS} levels")
        levels.append(trees + 2 * int(np.searchsorted(inner, levels[-1])))
    return np.array(levels)


def check_values(values: NDArray[np.floating], trees: int, base: float) -> None:
    """Check that leaves, and what they sum up to, are finite."""
    # the largest of what holds a NaN is NaN; without a copy of 4 million magnitudes
    largest = float(np.maximum(values.max(), -values.min()))
    if not abs(base) + largest * trees <= _LARGEST_SUM:
        raise ReleaseError(
            f"{trees} trees with leaves of up to {largest:g} and base {base:g} may sum up to more than "
            f"{_LARGEST_SUM:g}"
        )
