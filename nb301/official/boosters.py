"""Members of boosted trees: XGBoost's handles in every form that it pickled, and LightGBM's texts.

XGBoost pickled raw binary (0.90), `CONFIG-offset:` before it and a configuration behind (1.0 to 1.2), JSON
(1.3 to 1.5), UBJSON (from 1.6); which one it is, the first bytes say (official_facts F37).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, one_line, shown
from nb301.official import binary, documents
from nb301.official.levels import Nodes, XGBoostModel, in_levels
from nb301.official.pickles import PickledBooster
from nb301.surrogates.members.lightgbm_text import decision_types, read_nodes
from nb301.surrogates.members.trees import Trees

#: Numbers of the official vector (F1).
OFFICIAL_FEATURES = 56
_CONFIG = b"CONFIG-offset:"
_LENGTH = struct.Struct("<q")
#: Objectives whose predictions are the sums of leaves themselves.
_XGB_OBJECTIVES = frozenset({"reg:squarederror", "reg:linear"})
#: XGBoost adds the base score behind the leaves, or from this version on before them (F37; measured with
#: 0.90 to 1.7.6, where a query for one row and for many are alike).
_BASE_FIRST = {"gbtree": (1, 3), "dart": (1, 4)}
#: Most leaves that LightGBM gives a tree.
_MOST_LEAVES = 131_072
#: Bits of a `decision_type`: it splits by category; a missing value goes left; what counts as missing.
_BY_CATEGORY, _MISSING_LEFT, _MISSING = 0b1, 0b10, 0b1100
_ZERO_IS_MISSING = 0b0100
_LARGEST_BASE = 1e15


@dataclass(frozen=True, slots=True)
class BoostedMember:
    """One member: it predicts by summing what its trees' leaves hold, in the type of `trees.value`.

    A row's features are compared as the type of `trees.threshold`: float32 or float64. With weights, what
    is added up is each leaf times its tree's weight, rounded to float32.
    """

    #: On the official vector; nodes level by level, a right child directly behind the left one.
    trees: Trees
    #: Whether rows where the feature is missing (NaN) go left, shape (nodes,); official vectors miss none.
    default_left: NDArray[np.bool_]
    #: What each tree's leaves are multiplied by, shape (trees,), None but for `dart`.
    weights: NDArray[np.float32] | None
    base: float
    #: Whether the sum starts from the base; otherwise from 0, and the base is added at the end.
    base_first: bool
    n_features: int
    #: `xgboost` or `lightgbm`.
    library: str
    #: What wrote it, such as `1.1` or LightGBM's `v3`.
    version: str


def read(booster: PickledBooster) -> BoostedMember:
    """Read a member's handle.

    Raises:
        ReleaseError: It is cut short or garbled, does not predict one number as the official members do, or
            its nodes do not make up trees.
    """
    if isinstance(booster.handle, str):
        return read_lightgbm(booster.handle)
    return read_xgboost(booster.handle)


def read_xgboost(handle: bytes) -> BoostedMember:
    """Read XGBoost's handle, whichever form it has.

    Raises:
        ReleaseError: See `read`.
    """
    model = documents.read(handle) if handle[:1] == b"{" else binary.read(_body(handle))
    if model.objective not in _XGB_OBJECTIVES or model.booster not in {"gbtree", "dart"}:
        raise ReleaseError(
            f"model: {shown(model.booster)} with objective {shown(model.objective)}, expected gbtree or dart "
            "with reg:squarederror"
        )
    if not abs(model.base) <= _LARGEST_BASE:
        raise ReleaseError(f"model: base score {model.base}, expected a finite number")
    return _member(model)


def _body(handle: bytes) -> memoryview:
    """The model without the configuration behind it, which no prediction needs."""
    data = memoryview(handle)
    if handle[: len(_CONFIG)] != _CONFIG:
        return data
    start = len(_CONFIG) + _LENGTH.size
    [length] = _LENGTH.unpack(data[len(_CONFIG) : start]) if len(data) >= start else [-1]
    if not 0 <= length <= len(data) - start:
        raise ReleaseError(
            f"model: a body of {length:,} bytes, of which {max(len(data) - start, 0):,} are there"
        )
    return data[start : start + length]


def _member(model: XGBoostModel) -> BoostedMember:
    _check_features(model.n_features)
    leveled = in_levels(model.nodes, model.n_features)
    if model.weights is not None and not np.isfinite(model.weights).all():
        raise ReleaseError("model: weights of trees that are not finite")
    return BoostedMember(
        trees=leveled.trees,
        default_left=leveled.default_left,
        weights=model.weights,
        base=model.base,
        base_first=model.version >= _BASE_FIRST[model.booster],
        n_features=model.n_features,
        library="xgboost",
        version="before 1.0" if model.version == (0, 0) else ".".join(map(str, model.version)),
    )


def _check_features(n_features: int) -> None:
    if n_features != OFFICIAL_FEATURES:
        raise ReleaseError(
            f"model: {n_features} features, expected the {OFFICIAL_FEATURES} of the official vector"
        )


def read_lightgbm(text: str) -> BoostedMember:
    """Read LightGBM's text (F38).

    Raises:
        ReleaseError: See `read`.
    """
    try:
        head = _head(text)
        nodes = read_nodes(text, n_features=OFFICIAL_FEATURES, most_leaves=_MOST_LEAVES)
        types = decision_types(text)
    except ValueError as error:
        raise ReleaseError(f"model: {one_line(str(error))}") from None
    if np.any(types & _BY_CATEGORY) or np.any((types & _MISSING) == _ZERO_IS_MISSING):
        raise ReleaseError(
            "model: trees that split by category or take zeros as missing, which none does officially"
        )
    default_left = np.zeros(len(nodes.left), dtype=np.bool_)
    default_left[nodes.left >= 0] = (types & _MISSING_LEFT) > 0
    # `x <= threshold` is `x < the next number`
    with np.errstate(over="ignore"):  # of the largest one is refused as not finite
        threshold = np.nextafter(nodes.threshold, np.inf)
    raw = Nodes(nodes.sizes, nodes.left, nodes.right, nodes.feature, threshold, nodes.value, default_left)
    leveled = in_levels(raw, OFFICIAL_FEATURES)
    return BoostedMember(
        trees=leveled.trees,
        default_left=leveled.default_left,
        weights=None,
        base=0.0,
        base_first=True,
        n_features=OFFICIAL_FEATURES,
        library="lightgbm",
        version=one_line(head.get("version", "unknown"), 20),
    )


def _head(text: str) -> dict[str, str]:
    """Entries before the first tree; checks that the model predicts one number, by sums."""
    head: dict[str, str] = {}
    for line in text.partition("\nTree=")[0].split("\n"):
        key, _, value = line.partition("=")
        head[key] = value
    if "tree" not in head or "average_output" in head:
        raise ValueError("not LightGBM's text, or one whose trees are averaged")
    for key, expected in (("num_class", "1"), ("num_tree_per_iteration", "1"), ("objective", "regression")):
        if head.get(key) != expected:
            raise ValueError(f"{key} is {shown(head.get(key))}, expected {expected}")
    largest = head.get("max_feature_idx", "")
    _check_features(int(largest) + 1 if largest.isascii() and largest.isdigit() and len(largest) < 9 else -1)
    if "\nend of trees" not in text:
        raise ValueError("cut short: it has no end of trees")
    return head
