"""Models as the official libraries wrote them, made byte by byte, and how these libraries answer."""

from __future__ import annotations

import json
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.pickling import lightgbm_pickle, xgboost_pickle
from tests.torch_files import torch_legacy, torch_zip

#: Numbers of the official vector.
FEATURES = 56
#: Ends of XGBoost's forms: (name, version).
FORMS = {
    "raw": (0, 0),
    "config": (1, 0),
    "config-binf": (1, 2),
    "json": (1, 3),
    "ubjson": (1, 6),
}


def shared(*parts):
    """A path of `shared`, which is beside the checkout or in `NB301_SHARED`; skips where it is not there."""
    root = os.environ.get("NB301_SHARED") or Path(__file__).resolve().parents[2] / "shared"
    path = Path(root).joinpath("official_fixtures", *parts)
    if not path.exists():
        pytest.skip(f"the official layout's fixtures are not here: no {path}")
    return path


@dataclass(frozen=True)
class Model:
    """A small model; a tree is a list of nodes (left, right, feature, value, default left)."""

    trees: tuple[tuple[tuple[int, int, int, float, bool], ...], ...]
    base: float = 0.5
    weights: tuple[float, ...] | None = None


#: A node that XGBoost has deleted.
DELETED = (-1, -1, 0x7FFFFFFF, 0.0, True)


def a_model(seed=0, trees=12, *, dart=False, base=0.5):
    """Random trees: single leaves, deleted nodes, children before their parents."""
    rng = np.random.default_rng(seed)
    weights = tuple(rng.uniform(0.2, 1, trees).astype(np.float32).tolist()) if dart else None
    return Model(tuple(_a_tree(rng, int(rng.integers(0, 8))) for _ in range(trees)), base, weights)


def _a_tree(rng, splits):
    nodes, leaves = [[-1, -1, 0, 0.0, False]], [0]
    for _ in range(splits):
        split = leaves.pop(int(rng.integers(len(leaves))))
        children = [len(nodes), len(nodes) + 1]
        nodes[split] = [
            *children,
            int(rng.integers(10, FEATURES)),
            int(rng.integers(-1, 12)) / 2,
            bool(rng.integers(2)),
        ]
        for child in children:
            nodes.append([-1, -1, 0, 0.0, False])
            leaves.append(child)
    for leaf in leaves:
        nodes[leaf][3] = float(np.float32(rng.normal()))
    # the root stays first; the others, and two that are deleted, stand anywhere
    nodes += [list(DELETED), list(DELETED)]
    place = [0, *(1 + rng.permutation(len(nodes) - 1)).tolist()]
    moved = [()] * len(nodes)
    for node, to in zip(nodes, place, strict=True):
        left, right = (place[child] if child >= 0 else -1 for child in node[:2])
        moved[to] = (left, right, *node[2:])
    return tuple(moved)


def answers(model, rows, *, base_first, dtype=np.float32):
    """What the library answers, walked and summed as plainly as can be."""
    found = []
    for row in rows.astype(dtype):
        total = dtype(model.base) if base_first else dtype(0)
        for number, tree in enumerate(model.trees):
            node = tree[0]
            while node[0] != -1:
                value = row[node[2]]
                left = node[4] if np.isnan(value) else value < dtype(node[3])
                node = tree[node[0] if left else node[1]]
            weight = 1.0 if model.weights is None else model.weights[number]
            total = total + dtype(node[3]) * dtype(weight)
        found.append(total if base_first else total + dtype(model.base))
    return np.array(found)


def member_answers(member, rows):
    """What a member that was read answers, by a plain walk of its arrays."""
    trees, dtype = member.trees, member.trees.value.dtype
    rows = rows.astype(trees.threshold.dtype)
    roots = np.cumsum(trees.sizes) - trees.sizes
    at = np.tile(roots, (len(rows), 1))
    while (inner := trees.left[at] >= 0).any():
        value = np.take_along_axis(rows, np.where(inner, trees.feature[at], 0), axis=1)
        left = np.where(np.isnan(value), member.default_left[at], value < trees.threshold[at])
        child = np.where(left, trees.left[at], trees.right[at]) + roots
        at = np.where(inner, child, at)
    leaves = trees.value[at] if member.weights is None else trees.value[at] * member.weights
    base = np.full((len(rows), 1), member.base, dtype)
    if member.base_first:
        return np.cumsum(np.hstack([base, leaves]), axis=1, dtype=dtype)[:, -1]
    return np.cumsum(leaves, axis=1, dtype=dtype)[:, -1] + base[:, 0]


def binary(model, *, binf=True, version=(1, 1), objective="reg:squarederror", **more):
    """A model in XGBoost's own binary form; `more` are numbers of its heads that are wrong."""
    attributes, metrics = {"best_iteration": "59"}, ["rmse"]
    number = {"features": FEATURES, "trees": len(model.trees), "weights": len(model.trees), **more}
    body = b"binf" if binf else b""
    head = (model.base, number["features"], number.get("classes", 0), 1, 1, *version)
    body += struct.pack("<fIiiiII108x", *head)
    for text in (objective, "dart" if model.weights else "gbtree"):
        body += _long(text)
    body += struct.pack("<i12xqii128x", number["trees"], 0, number.get("outputs", 1), 0)
    for tree in model.trees:
        deleted = tree.count(DELETED)
        body += struct.pack("<6i124x", 1, number.get("nodes", len(tree)), deleted, 3, FEATURES, 0)
        for left, right, feature, value, default in tree:
            test = (feature & 0x7FFFFFFF) | default << 31
            body += struct.pack("<iiiIf", 0, left, right, test, value)
        body += bytes(16 * len(tree))
    body += struct.pack(f"<{len(model.trees)}i", *[0] * len(model.trees))
    if model.weights:
        body += struct.pack(f"<Q{len(model.weights)}f", number["weights"], *model.weights)
    body += struct.pack("<Q", len(attributes))
    for key, value in attributes.items():
        body += _long(key) + _long(value)
    return body + struct.pack("<Q", len(metrics)) + b"".join(map(_long, metrics))


def _long(text):
    return struct.pack("<Q", len(text)) + text.encode()


def with_config(body, length=None):
    """A binary model as versions 1.0 to 1.2 pickle it."""
    config = json.dumps({"learner": {"generic_param": {"seed": "6"}}, "version": [1, 1, 0]})
    length = len(body) if length is None else length
    return b"CONFIG-offset:" + struct.pack("<q", length) + body + config.encode()


def document(model, version=(1, 3, 3), **more):
    """A model as JSON; `more` replaces entries of every tree."""
    trees = []
    for number, tree in enumerate(model.trees):
        left, right, feature, value, default = zip(*tree, strict=True)
        arrays = {
            "default_left": list(default),
            "id": number,
            "left_children": list(left),
            "right_children": list(right),
            "split_conditions": [float(np.float32(number)) for number in value],
            "split_indices": list(feature),
            "split_type": [0] * len(tree),
            "sum_hessian": [1.0] * len(tree),
            "tree_param": {"num_deleted": str(tree.count(DELETED)), "num_nodes": str(len(tree))},
        }
        trees.append({**arrays, **more})
    forest = {"gbtree_model_param": {}, "tree_info": [0] * len(trees), "trees": trees}
    gbtree = {"model": forest, "name": "gbtree"}
    dart = {"gbtree": gbtree, "name": "dart", "weight_drop": list(model.weights or ())}
    learner = {
        "attributes": {"best_iteration": "59"},
        "gradient_booster": dart if model.weights else gbtree,
        "learner_model_param": {
            "base_score": f"{model.base:E}",
            "num_class": "0",
            "num_feature": str(FEATURES),
        },
        "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
    }
    config = {"learner": {"learner_model_param": {"base_score": "9E1"}}, "version": list(version)}
    return {"Config": config, "Model": {"learner": learner, "version": list(version)}}


#: Arrays with a type in UBJSON: (marker, numpy's).
_TYPED = {
    "default_left": (b"U", ">u1"),
    "left_children": (b"l", ">i4"),
    "right_children": (b"l", ">i4"),
    "split_conditions": (b"d", ">f4"),
    "split_indices": (b"l", ">i4"),
    "split_type": (b"U", ">u1"),
    "sum_hessian": (b"d", ">f4"),
}


def ubjson(value, key=""):
    """UBJSON as XGBoost writes it."""
    match value:
        case dict():
            entries = b"".join(_ubjson_text(name) + ubjson(entry, name) for name, entry in value.items())
            return b"{" + entries + b"}"
        case list() if key in _TYPED:
            marker, dtype = _TYPED[key]
            return b"[$" + marker + b"#L" + struct.pack(">q", len(value)) + np.array(value, dtype).tobytes()
        case list():
            return b"[#L" + struct.pack(">q", len(value)) + b"".join(map(ubjson, value))
        case str():
            return b"S" + _ubjson_text(value)
        case bool():
            return b"T" if value else b"F"
        case int():
            return b"L" + struct.pack(">q", value)
        case float():
            return b"d" + struct.pack(">f", value)
    raise TypeError(value)


def _ubjson_text(text):
    return b"L" + struct.pack(">q", len(text.encode())) + text.encode()


def handle(model, form):
    """A model in one of `FORMS`."""
    version = FORMS[form]
    if form in {"json", "ubjson"}:
        made = document(model, (*version, 0))
        return json.dumps(made, separators=(",", ":")).encode() if form == "json" else ubjson(made)
    body = binary(model, binf=form == "config-binf", version=version)
    return body if form == "raw" else with_config(body)


def lightgbm_text(model, *, most=55, objective="regression", decision=2, **more):
    """A model as LightGBM's text; `more` replaces entries of every tree."""
    lines = ["tree", "version=v3", "num_class=1", "num_tree_per_iteration=1", "label_index=0"]
    lines += [f"max_feature_idx={most}", f"objective={objective}", "feature_names=a b", ""]
    for number, tree in enumerate(model.trees):
        entries = {**_lightgbm_tree(tree, decision), **more}
        lines += [f"Tree={number}", *(f"{key}={value}" for key, value in entries.items()), "", ""]
    return "\n".join([*lines, "end of trees", "", "parameters:", ""])


def _lightgbm_tree(tree, decision):
    inner = [number for number, node in enumerate(tree) if node[0] != -1]
    leaves = [number for number, node in enumerate(tree) if node[0] == -1 and node != DELETED]
    numbers = {node: number for number, node in enumerate(inner)}
    numbers |= {node: -number - 1 for number, node in enumerate(leaves)}
    texts = [[], [], [], []]
    for number in inner:
        left, right, feature, value, _ = tree[number]
        for texts_of, entry in zip(texts, (numbers[left], numbers[right], feature, repr(value)), strict=True):
            texts_of.append(str(entry))
    return {
        "num_leaves": len(leaves),
        "num_cat": 0,
        "split_feature": " ".join(texts[2]),
        "threshold": " ".join(texts[3]),
        "decision_type": " ".join([str(decision)] * len(inner)),
        "left_child": " ".join(texts[0]),
        "right_child": " ".join(texts[1]),
        "leaf_value": " ".join(repr(tree[number][3]) for number in leaves),
        "shrinkage": 1,
    }


def rows(n=50, seed=1):
    """Vectors of the official kind, with a value missing here and there."""
    made = np.random.default_rng(seed).integers(-1, 7, size=(n, FEATURES)).astype(np.float64)
    made[::7, ::5] = np.nan
    return made


def every_form():
    """A small member's file in every form, by its name."""
    files = {}
    for form in FORMS:
        for protocol in (2, 3, 4):
            files[f"{form}-p{protocol}"] = xgboost_pickle(handle(a_model(), form), protocol)
        files[f"{form}-dart"] = xgboost_pickle(handle(a_model(dart=True), form))
    for protocol in (2, 3, 4):
        files[f"lightgbm-p{protocol}"] = lightgbm_pickle(lightgbm_text(a_model()), protocol)
    files["torch-legacy"] = torch_legacy()
    files["torch-zip"] = torch_zip()
    return files


def damaged(data, seed):
    """A file with one to four bytes changed, cut short, or with a part left out or repeated."""
    rng = np.random.default_rng(seed)
    changed = bytearray(data)
    kind = int(rng.integers(8))
    start, end = sorted(rng.integers(0, len(data) + 1, 2).tolist())
    if kind == 0:
        del changed[start:]
    elif kind == 1:
        del changed[start : min(end, start + 64)]
    elif kind == 2:
        changed[start:start] = changed[start : min(end, start + 64)]
    elif kind < 5:
        # other digits, where there is text
        digits = np.flatnonzero(np.isin(np.frombuffer(data, np.uint8), list(b"0123456789-.")))
        for place in digits[rng.integers(0, len(digits), int(rng.integers(1, 5)))]:
            changed[place] = b"0123456789-."[int(rng.integers(12))]
    else:
        for place in rng.integers(0, len(data), int(rng.integers(1, 5))):
            changed[place] = (0, 255, 127, 128, int(rng.integers(256)))[int(rng.integers(5))]
    return bytes(changed)
