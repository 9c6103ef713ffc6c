"""XGBoost's models as JSON text, which versions 1.3 to 1.5 pickle, and as UBJSON, from 1.6 (F37)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nb301.errors import ReleaseError, one_line, shown
from nb301.official.levels import MOST_NODES, MOST_TREES, Nodes, XGBoostModel
from nb301.surrogates.members import ubjson

#: Bytes of JSON: a member of 4 million nodes has some 300 million; what is read of a tree is kept as arrays.
_LONGEST_JSON = 2**29
#: Lists and objects of JSON: twelve for each tree.
_MOST_BRACKETS = 20 * MOST_TREES
#: A tree's arrays, and what they become: a leaf's value stands in the place of its threshold.
_ARRAYS: Mapping[str, type[np.generic]] = {
    "left_children": np.int32,
    "right_children": np.int32,
    "split_indices": np.int32,
    "split_conditions": np.float32,
    "default_left": np.bool_,
}


def read(data: bytes) -> XGBoostModel:
    """Read a model that XGBoost 1.3 or later wrote, alone or with its configuration.

    Raises:
        ReleaseError: It is garbled, nested too deep, lacks an entry, or an entry is something else.
    """
    try:
        document = ubjson.document(data, _kept) if data[1:2] == b"L" else _json(data)
    except (ValueError, OverflowError) as error:
        raise ReleaseError(f"model: {one_line(str(error))}") from None
    except RecursionError:
        raise ReleaseError("model: JSON that is nested too deep") from None
    model = document.get("Model", document)
    learner = _entry(model, "learner", dict)
    parameters = _entry(learner, "learner_model_param", dict)
    booster = _entry(learner, "gradient_booster", dict)
    name = _entry(booster, "name", str)
    for parameter, known in (("num_class", ("0", "1")), ("num_target", ("1",))):
        if parameters.get(parameter, "1") not in known:
            raise ReleaseError(f"model: {parameter} is {shown(parameters[parameter])}, expected one number")
    forest = _entry(_entry(booster, "gbtree", dict) if name == "dart" else booster, "model", dict)
    trees = _entry(forest, "trees", list)
    features = _entry(parameters, "num_feature", str)
    nodes = _nodes(trees)
    if _row("tree_info", forest.get("tree_info"), len(trees)).any():
        raise ReleaseError("model: trees of more than one output")
    return XGBoostModel(
        nodes=nodes,
        weights=_weights(booster, len(trees)) if name == "dart" else None,
        base=_number(_entry(parameters, "base_score", str).strip("[]")),
        n_features=int(features) if features.isascii() and features.isdigit() and len(features) < 9 else -1,
        objective=_entry(_entry(learner, "objective", dict), "name", str),
        booster=name,
        version=_version(model),
    )


def _json(data: bytes) -> dict[str, Any]:
    if len(data) > _LONGEST_JSON or data.count(b"[") + data.count(b"{") > _MOST_BRACKETS:
        raise ValueError(f"JSON of {len(data):,} bytes or of more lists and objects than any model has")
    document = json.loads(data, object_pairs_hook=_object)
    if not isinstance(document, dict):
        raise ValueError("JSON that is no object")  # noqa: TRY004 - of the text
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("a key is there twice in one object")
    return _kept(entries)


def _kept(entries: dict[str, Any]) -> dict[str, Any]:
    """A tree as its arrays, so that no more is kept of it; any other object as it is."""
    if "split_conditions" not in entries:
        return entries
    tree: dict[str, Any] = {}
    for name, dtype in _ARRAYS.items():
        tree[name] = _array(name, entries.get(name), dtype)
    types = entries.get("split_type")
    if types is not None and _array("split_type", types, np.int32).any():
        raise ValueError("a tree that splits by category")
    return tree


def _array(name: str, values: Any, dtype: type[np.generic]) -> NDArray[Any]:
    """An array of the kind of numbers that a tree's should be.

    Floats are read as double precision and rounded: XGBoost writes them with so few digits that this is the
    same float.
    """
    if not isinstance(values, list | np.ndarray):
        raise ValueError(f"a tree without {name}")  # noqa: TRY004 - of the text
    array = np.asarray(values)
    if not array.size:
        raise ValueError(f"a tree whose {name} are empty")
    kinds = {np.float32: "fiu", np.int32: "iu", np.bool_: "biu"}[dtype]
    bounds = np.iinfo(np.int32)
    if array.ndim != 1 or array.dtype.kind not in kinds:
        raise ValueError(f"a tree whose {name} are {shown(array.dtype.name)}")
    if array.dtype.kind in "iu" and not (bounds.min <= array.min() and array.max() <= bounds.max):
        raise ValueError(f"a tree whose {name} are not of 32 bits")
    with np.errstate(over="ignore"):  # what is too large is refused as not finite
        return array.astype(dtype)


def _nodes(trees: list[Any]) -> Nodes:
    if not 1 <= len(trees) <= MOST_TREES or not all(isinstance(tree, dict) for tree in trees):
        raise ReleaseError(f"model: {len(trees):,} trees, expected 1..{MOST_TREES:,}")
    sizes: list[int] = []
    for number, tree in enumerate(trees):
        lengths = [len(tree[name]) for name in _ARRAYS if isinstance(tree.get(name), np.ndarray)]
        if len(lengths) != len(_ARRAYS) or len({*lengths}) != 1:
            raise ReleaseError(
                f"tree {number}: arrays of lengths {lengths}, expected {len(_ARRAYS)} equal ones"
            )
        sizes.append(lengths[0])
    if sum(sizes) > MOST_NODES:
        raise ReleaseError(f"model: {sum(sizes):,} nodes, expected at most {MOST_NODES:,}")
    joined = {}
    for name in _ARRAYS:
        joined[name] = np.concatenate([tree.pop(name) for tree in trees])
    return Nodes(
        sizes=np.array(sizes),
        left=joined["left_children"],
        right=joined["right_children"],
        feature=joined["split_indices"],
        threshold=joined["split_conditions"],
        value=joined["split_conditions"],
        default_left=joined["default_left"],
    )


def _weights(booster: Mapping[str, Any], trees: int) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # what is too large is refused as not finite
        return _row("weight_drop", booster.get("weight_drop"), trees).astype(np.float32)


def _version(model: Mapping[str, Any]) -> tuple[int, int]:
    version = _row("version", model.get("version"), 3)
    return int(version[0]), int(version[1])


def _row(name: str, values: Any, n: int) -> NDArray[Any]:
    """Numbers of a list or array, as many as there should be."""
    try:
        row = np.asarray(values)
    except (ValueError, OverflowError):  # of lists of different lengths
        row = np.asarray(None)
    if row.shape != (n,) or row.dtype.kind not in "fiu" or not np.isfinite(row).all():
        raise ReleaseError(f"model: {name} is {shown(values)}, expected {n:,} numbers")
    return row


def _number(text: str) -> float:
    try:
        with np.errstate(over="ignore"):  # what is too large is refused as not finite
            return float(np.float32(text))
    except ValueError:
        raise ReleaseError(f"model: {shown(text)}, expected a number") from None


def _entry(entries: Any, name: str, kind: type[Any]) -> Any:
    """An entry of an object, of the kind that it should be."""
    value = entries.get(name) if isinstance(entries, dict) else None
    if not isinstance(value, kind):
        raise ReleaseError(f"model: {name} is {shown(value)}, expected {kind.__name__}")
    return value
