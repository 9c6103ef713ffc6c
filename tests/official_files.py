"""Files as the official package's libraries wrote them, made byte by byte, and how these libraries answer.

Pickles are put together opcode by opcode; no library is asked.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
class Call:
    """What REDUCE makes of a global and arguments, with entries that are set, and a state."""

    name: str
    arguments: tuple[Any, ...] = ()
    entries: dict[str, Any] = field(default_factory=dict)
    state: Any = None
    #: `REDUCE` or `NEWOBJ`.
    how: bytes = b"R"


@dataclass(frozen=True)
class Named:
    """A global."""

    name: str


@dataclass(frozen=True)
class Outside:
    """A persistent id."""

    identity: tuple[Any, ...]


@dataclass(frozen=True)
class Code:
    """Opcodes as they are."""

    opcodes: bytes


def pickled(value, protocol=3):
    """A pickle of protocol 2, 3 or 4."""
    body = _code(value, protocol) + b"."
    frame = b"\x95" + struct.pack("<Q", len(body)) if protocol == 4 else b""
    return b"\x80" + bytes([protocol]) + frame + body


def _code(value, protocol):  # noqa: PLR0912 - a case for each kind
    match value:
        case Code(opcodes):
            return opcodes
        case None:
            return b"N"
        case bool():
            return b"\x88" if value else b"\x89"
        case int() if 0 <= value < 256:
            return b"K" + bytes([value])
        case int() if abs(value) < 2**31:
            return b"J" + struct.pack("<i", value)
        case int():
            size = value.bit_length() // 8 + 1
            return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)
        case float():
            return b"G" + struct.pack(">d", value)
        case str() if protocol == 4 and len(value.encode()) < 256:
            return b"\x8c" + bytes([len(value.encode())]) + value.encode()
        case str():
            return b"X" + struct.pack("<I", len(value.encode())) + value.encode()
        case bytes() if protocol == 2:
            return _code(Call("_codecs encode", (value.decode("latin-1"), "latin1")), 2)
        case bytes():
            return b"B" + struct.pack("<I", len(value)) + value
        case list():
            return b"](" + b"".join(_code(part, protocol) for part in value) + b"e"
        case tuple():
            return b"(" + b"".join(_code(part, protocol) for part in value) + b"t"
        case dict():
            return b"}" + _entries(value, protocol)
        case Named(name):
            return _name(name, protocol)
        case Outside(identity):
            return _code(identity, protocol) + b"Q"
        case Call():
            code = _name(value.name, protocol) + _code(value.arguments, protocol) + value.how
            code += _entries(value.entries, protocol) if value.entries else b""
            return code + (b"" if value.state is None else _code(value.state, protocol) + b"b")
    raise TypeError(value)


def _entries(entries, protocol):
    code = b"("
    for number, (key, entry) in enumerate(entries.items()):
        # every key is remembered, as Python's own pickler does, too
        remembered = b"\x94" if protocol == 4 else b"q" + bytes([number % 256])
        code += _code(key, protocol) + remembered + _code(entry, protocol)
    return code + b"u"


def _name(name, protocol):
    module, _, attribute = name.partition(" ")
    if protocol == 4:
        return _code(module, 4) + _code(attribute, 4) + b"\x93"
    return f"c{module}\n{attribute}\n".encode()


def xgboost_pickle(handle, protocol=3, **more):
    """A pickled `Booster` of XGBoost."""
    if protocol == 2:
        array = Call("__builtin__ bytearray", (handle.decode("latin-1"), "latin-1"))
    else:
        array = Call("builtins bytearray", (handle,))
    names = [f"f{number}" for number in range(3)]
    state = {"feature_names": names, "feature_types": None, "handle": array, "best_score": 0.5, **more}
    return pickled(Call("xgboost.core Booster", (), {}, state, b"\x81"), protocol)


def lightgbm_pickle(text, protocol=3, **more):
    """A pickled `Booster` of LightGBM, with the numpy scalar that it has, too."""
    dtype = Call("numpy dtype", ("f8", 0, 1), {}, (3, "<", None, None, None, -1, -1, 0))
    score = Call("numpy.core.multiarray scalar", (dtype, struct.pack("<d", 6.5)))
    entries = {"rmse": score}
    best = Call("collections defaultdict", (Named("collections OrderedDict"),), {"valid_0": entries})
    state = {"handle": text, "best_score": best, "params": {"seed": 7, "deep": [1.5, (True, None)]}, **more}
    return pickled(Call("lightgbm.basic Booster", (), {}, state, b"\x81"), protocol)


@dataclass(frozen=True)
class Model:
    """A small model; a tree is a list of nodes (left, right, feature, value, default left)."""

    trees: tuple[tuple[tuple[int, int, int, float, bool], ...], ...]
    base: float = 0.5
    weights: tuple[float, ...] | None = None

    def with_node(self, **changes):
        """The model with another root of its second tree."""
        names = ("left", "right", "feature", "value", "default")
        node = tuple({**dict(zip(names, self.trees[1][0], strict=True)), **changes}.values())
        return replace(self, trees=(self.trees[0], (node, *self.trees[1][1:]), *self.trees[2:]))


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


#: Storages of a small state dict by their keys, and its entries: (key, first element, shape, strides).
STORAGES = {
    "7001": np.arange(12, dtype="<f4") / 4,
    "7002": np.array([2**40 + 1], "<i8"),
    "7000": np.arange(3, dtype="<f4") - 1,
}
ENTRIES = {
    "encoder.weight": ("7001", 0, (3, 4), (4, 1)),
    "again.weight": ("7001", 0, (3, 4), (4, 1)),
    "transposed": ("7001", 4, (4, 2), (1, 4)),
    "batches": ("7002", 0, (), ()),
    "bias": ("7000", 0, (3,), (1,)),
}
_STORAGE_NAMES = {"f": Named("torch FloatStorage"), "i": Named("torch LongStorage")}


def state(entries=None, storages=None, *, zipped=False):
    """A state dict as torch pickles it."""
    storages = STORAGES if storages is None else storages
    tensors = {}
    for name, (key, first, shape, strides) in (ENTRIES if entries is None else entries).items():
        storage = storages[key]
        view = () if zipped else (None,)
        outside = Outside(("storage", _STORAGE_NAMES[storage.dtype.kind], key, "cpu", storage.size, *view))
        more = (False, Call("collections OrderedDict"))
        tensors[name] = Call("torch._utils _rebuild_tensor_v2", (outside, first, shape, strides, *more))
    return Call("collections OrderedDict", (), tensors, {"_metadata": Call("collections OrderedDict")})


def torch_legacy(pickled_state=None, *, keys=None, storages=None, magic=0x1950A86A20F9469CFC6C, little=True):
    """A state dict in the format of torch 1.5."""
    storages = STORAGES if storages is None else storages
    machine = {
        "protocol_version": 1001,
        "little_endian": little,
        "type_sizes": {"short": 2, "int": 4, "long": 4},
    }
    parts = [magic, 1001, machine, state() if pickled_state is None else pickled_state]
    parts.append(sorted(storages) if keys is None else keys)
    data = b"".join(pickled(part, 2) for part in parts)
    for key in sorted(storages):
        data += struct.pack("<q", storages[key].size) + storages[key].tobytes()
    return data


def torch_zip(pickled_state=None, *, left_out=(), order=b"little", compression=zipfile.ZIP_STORED):
    """A state dict in torch's newer format."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        entries = {"data.pkl": pickled(state(zipped=True) if pickled_state is None else pickled_state, 2)}
        entries |= {"byteorder": order, "version": b"3\n"}
        for key, storage in STORAGES.items():
            entries[f"data/{key}"] = storage.tobytes()
        for name in entries.keys() - set(left_out):
            archive.writestr(f"archive/{name}", entries[name])
    return file.getvalue()


def state_arrays():
    """What the small state dict holds."""
    arrays = {}
    for name, (key, first, shape, strides) in ENTRIES.items():
        storage = STORAGES[key]
        steps = [stride * storage.itemsize for stride in strides]
        arrays[name] = np.lib.stride_tricks.as_strided(storage[first:], shape, steps)
    return arrays


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
