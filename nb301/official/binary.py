"""XGBoost's own binary models, of versions up to 1.2 (official_facts F37)."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, one_line
from nb301.official.levels import MOST_NODES, MOST_TREES, Nodes, XGBoostModel

_LEARNER = struct.Struct("<fIiiiII108x")  # base score, features, classes, attributes, metrics, version
_FOREST = struct.Struct("<i12xqii128x")  # trees, roots, outputs, leaf vectors
_TREE = struct.Struct("<6i124x")  # roots, nodes, deleted nodes, depth, features, leaf vectors
_COUNT = struct.Struct("<Q")
_NODE = np.dtype(
    [("parent", "<i4"), ("left", "<i4"), ("right", "<i4"), ("test", "<u4"), ("value", "<f4")],
)
#: Bytes of statistics for each node.
_STATISTICS = 16
_LONGEST_NAME = 1_000


class _Body:
    """Where a walk through a model is."""

    def __init__(self, data: memoryview) -> None:
        self.at = 0
        self.data = data

    def take(self, n: int, what: str) -> memoryview:
        """The next bytes."""
        if not 0 <= n <= len(self.data) - self.at:
            left = len(self.data) - self.at
            raise ReleaseError(
                f"model, byte {self.at:,}: {what} takes {n:,} bytes, of which {left:,} are there"
            )
        self.at += n
        return self.data[self.at - n : self.at]

    def numbers(self, layout: struct.Struct, what: str) -> tuple[Any, ...]:
        """Numbers of a fixed layout."""
        return layout.unpack(self.take(layout.size, what))

    def text(self, what: str) -> str:
        """A text with its length before it."""
        [length] = self.numbers(_COUNT, what)
        return str(self.take(length, what), "utf-8", "replace")

    def name(self, what: str) -> str:
        """A short text."""
        return one_line(self.text(what)[:_LONGEST_NAME])


def read(data: bytes | memoryview) -> XGBoostModel:
    """Read a model as XGBoost 0.90 to 1.2 wrote it, with `binf` before it or without.

    Raises:
        ReleaseError: It is cut short or garbled, or bytes are left over; has the place.
    """
    body = _Body(memoryview(data))
    if bytes(body.data[:4]) == b"binf":
        body.at = 4
    base, features, classes, attributes, metrics, *version = body.numbers(_LEARNER, "the model's head")
    objective, booster = body.name("the objective's name"), body.name("the booster's name")
    trees, _, outputs, vectors = body.numbers(_FOREST, "the head of all trees")
    if classes not in {0, 1} or outputs not in {0, 1} or vectors != 0:
        raise ReleaseError(f"model: {classes} classes, {outputs} outputs, expected one number")
    if not 1 <= trees <= MOST_TREES:
        raise ReleaseError(f"model: {trees:,} trees, expected 1..{MOST_TREES:,}")
    nodes = _nodes(body, trees)
    if np.frombuffer(body.take(4 * trees, "the trees' outputs"), "<i4").any():
        raise ReleaseError("model: trees of more than one output")
    weights = _weights(body, trees) if booster == "dart" else None
    _pass_over(body, attributes=bool(attributes), metrics=bool(metrics))
    if body.at != len(body.data):
        raise ReleaseError(f"model, byte {body.at:,}: {len(body.data) - body.at:,} bytes are left over")
    return XGBoostModel(
        nodes=nodes,
        weights=weights,
        base=base,
        n_features=features,
        objective=objective,
        booster=booster,
        version=(version[0], version[1]),
    )


def _pass_over(body: _Body, *, attributes: bool, metrics: bool) -> None:
    """Pass over what no prediction needs: attributes, pairs of texts, and the metrics' names."""
    if attributes:
        [count] = body.numbers(_COUNT, "the number of attributes")
        _pass_over_texts(body, 2 * count, "an attribute")
    if metrics and body.at < len(body.data):  # version 1.0 says that there are, and does not write them
        [count] = body.numbers(_COUNT, "the number of metrics")
        _pass_over_texts(body, count, "a metric's name")


def _pass_over_texts(body: _Body, count: int, what: str) -> None:
    for _ in range(count):
        [length] = body.numbers(_COUNT, what)
        body.take(length, what)  # ends with the data, however many there should be


def _weights(body: _Body, trees: int) -> NDArray[np.float32]:
    [count] = body.numbers(_COUNT, "the number of weights")
    if count != trees:
        raise ReleaseError(
            f"model, byte {body.at:,}: {count:,} weights, expected one for each of {trees:,} trees"
        )
    return np.frombuffer(body.take(4 * trees, "the trees' weights"), "<f4").copy()


def _nodes(body: _Body, trees: int) -> Nodes:
    """All trees' nodes: first where they are, then what they hold."""
    starts, sizes = [], []
    for tree in range(trees):
        roots, size, _, _, _, vectors = body.numbers(_TREE, f"the head of tree {tree}")
        if roots != 1 or size < 1 or vectors != 0:
            raise ReleaseError(
                f"tree {tree}: {roots} roots, {size} nodes, leaves of {vectors} numbers, expected one root, "
                "nodes and single numbers"
            )
        starts.append(body.at)
        sizes.append(size)
        body.take(size * (_NODE.itemsize + _STATISTICS), f"tree {tree} of {size:,} nodes")
    total = sum(sizes)
    if total > MOST_NODES:
        raise ReleaseError(f"model: {total:,} nodes, expected at most {MOST_NODES:,}")
    read = np.empty(total, dtype=_NODE)
    at = 0
    for start, size in zip(starts, sizes, strict=True):
        read[at : at + size] = np.frombuffer(body.data, _NODE, size, start)
        at += size
    test = read["test"]
    return Nodes(
        sizes=np.array(sizes),
        left=read["left"],
        right=read["right"],
        feature=(test & 0x7FFFFFFF).astype(np.int32),
        threshold=read["value"],
        value=read["value"],
        default_left=(test >> 31).astype(np.bool_),
    )
