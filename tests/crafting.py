"""Files of members without the libraries that fit them, and files that nobody would write who means well."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from safetensors.numpy import load, save

from nb301.encodings import PATH_BITS
from nb301.errors import Nb301Error
from nb301.surrogates.families.gin import file
from nb301.surrogates.members import deep_pack
from nb301.surrogates.members.arrays import pack
from nb301.surrogates.members.deep_file import Start
from nb301.surrogates.members.trees import Trees

NUMBERS = (0, 1, -1, 7, 34, 64, 65, 255, 2**15, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63))
WORDS = (
    "nan",
    "inf",
    "-inf",
    "1e999",
    "1e300",
    "-1",
    "0",
    "0.5",
    "2000000000",
    "9" * 400,
    "",
    "x",
    "\u0661",
    "1_0",
)


def forest(rng):
    """Two trees of three leaves."""
    return pack(
        {
            "feature": np.tile(np.array([3, 255, 5, 255, 255], np.uint8), 2),
            "threshold": np.tile(np.array([2, 0, 1, 0, 0], np.int8), 2),
            "right": np.array([2, 0, 4, 0, 0, 7, 0, 9, 0, 0], np.int32),
            "value": rng.uniform(85, 95, 6).astype(np.float32),
            "root": np.array([0, 5], np.int32),
        }
    )


def ngboost(rng):
    """The same trees as NGBoost's."""
    return pack(
        {
            "size": np.array([5, 5], np.int32),
            "feature": np.tile(np.array([3, -1, 5, -1, -1], np.int8), 2),
            "threshold": np.tile(np.array([2, 0, 1, 0, 0], np.int8), 2),
            "left": np.tile(np.array([1, -1, 3, -1, -1], np.int8), 2),
            "right": np.tile(np.array([2, -1, 4, -1, -1], np.int8), 2),
            "value": rng.uniform(-1, 1, 10),
            "base": np.float64(90),
        }
    )


def network(rng):
    """Three layers of four."""
    shapes = {"first": (PATH_BITS, 4), "hidden": (2, 4, 4), "bias": (3, 4), "last": (4,), "last_bias": ()}
    arrays = {name: np.asarray(rng.normal(size=shape), np.float32) for name, shape in shapes.items()}
    return pack({**arrays, "without_last_edge": np.array(0, bool)})


def machine(kernel):
    """Five support vectors."""

    def write(rng):
        arrays = {"support": rng.integers(0, 211, (5, 34)).astype(np.int16), "dual": rng.normal(size=5)}
        arrays |= {"intercept": np.float64(90), "gamma": np.float64(0.1), "coef0": np.float64(0.2)}
        kinds = {"unit": np.int16(210), "kernel": np.uint8(kernel), "degree": np.int16(3)}
        return pack({**arrays, **kinds})

    return write


def graph_network(rng):
    """Two layers of four."""
    return _graph_network(rng, file.Edges.own)


def official_graph_network(rng):
    """The same on official edges."""
    return _graph_network(rng, file.Edges.official)


def _graph_network(rng, edges):
    config = file.Config(num_layers=2, hidden_dim=4)
    tensors = {
        name: rng.uniform(0.1, 1, shape).astype(np.float32) for name, shape in file.shapes(config).items()
    }
    return file.write_member(config, tensors, edges)


def official_trees(library):
    """A member of official trees, which answers between 0 and 100."""

    def make(rng):
        feature = rng.integers(10, 56, 4).astype(np.int32)
        trees = Trees(
            sizes=np.array([3, 3, 3, 3]),
            feature=np.stack([feature, *[np.full(4, -1, np.int32)] * 2], axis=1).ravel(),
            threshold=np.tile([1.5, 0, 0], 4),
            left=np.tile([1, -1, -1], 4),
            right=np.tile([2, -1, -1], 4),
            value=rng.uniform(0, 10, 12) * np.tile([0, 1, 1], 4),
        )
        return deep_pack.pack(trees, np.ones(12, bool), Start(library=library, base=50.0), features=56)

    return make


#: Small members by their family.
MAKERS = {
    "rf": forest,
    "ngb": ngboost,
    "mlp": network,
    "eps_svr": machine(1),
    "nu_svr": machine(2),
    "gin": graph_network,
    "official-gin": official_graph_network,
    "official-xgb": official_trees("xgboost"),
    "official-lgb": official_trees("lightgbm"),
}


def array_of(name, values, kind="l", form=">i4"):
    """A typed array of UBJSON, as XGBoost writes it."""
    packed = np.asarray(values, form).tobytes()
    key = b"L" + struct.pack(">q", len(name)) + name.encode()
    return key + b"[$" + kind.encode() + b"#L" + struct.pack(">q", len(values)) + packed


def boosted(times=1, base="[5E-1]", **arrays):
    """XGBoost's UBJSON of equal trees, of three nodes each where no other arrays are given."""
    nodes = {"left": (1, -1, -1), "right": (2, -1, -1), "feature": (3, 0, 0), "value": (2.0, 90.0, 91.0)}
    nodes |= arrays
    tree = array_of("left_children", nodes["left"]) + array_of("right_children", nodes["right"])
    tree += array_of("split_indices", nodes["feature"])
    tree += array_of("split_conditions", nodes["value"], "d", ">f4")
    key = b"L" + struct.pack(">q", 10) + b"base_scoreSL" + struct.pack(">q", len(base))
    return b"{" + tree * times + key + base.encode() + b"}"


def light(**entries):
    """LightGBM's text of one tree of two leaves."""
    lines = {
        "num_leaves": "2",
        "num_cat": "0",
        "split_feature": "3",
        "threshold": "1.5",
        "left_child": "-1",
        "right_child": "-2",
        "leaf_value": "90 91",
        "is_linear": "0",
    }
    text = "\n".join(f"{key}={value}" for key, value in {**lines, **entries}.items())
    return f"tree\n\nTree=0\n{text}\n\nend of trees\n".encode()


def with_arrays(family, **arrays):
    """A small member with other arrays."""
    return pack({**load(MAKERS[family](np.random.default_rng(0))), **arrays})


def chain(levels):
    """A forest of one tree that goes right at every level."""
    right = np.zeros(2 * levels + 1, np.int32)
    right[: 2 * levels : 2] = np.arange(2, 2 * levels + 2, 2)
    return with_arrays(
        "rf",
        feature=np.array([0, 255] * levels + [255], np.uint8),
        threshold=np.zeros(2 * levels + 1, np.int8),
        right=right,
        value=np.zeros(levels + 1, np.float32),
        root=np.zeros(1, np.int32),
    )


def graph_network_with(tensors=None, **about):
    """A small GIN with other tensors or metadata."""
    own = file.read_member(graph_network(np.random.default_rng(0))).tensors
    entry = {"format": 2, "hyperparameters": {"num_layers": 2, "hidden_dim": 4}} | about
    return save({**own, **(tensors or {})}, {"gin": json.dumps(entry)})


def nested(depth):
    """Lists inside each other, as text."""
    return "[" * depth + "]" * depth


def changed_bytes(rng, data):
    """Some bytes of a file changed, cut, repeated or put in."""
    data, at = bytearray(data), int(rng.integers(len(data)))
    kind = rng.integers(6)
    if kind == 0:
        data[at] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        number = int(rng.choice(NUMBERS))
        form = rng.choice([">q", "<q", ">i", "<i", "<h", "b"])
        packed = struct.pack("<q", number) if form in ("<i", "<h", "b") else struct.pack(">q", number)
        packed = (
            packed[: struct.calcsize(form)]
            if form[0] == "<" or form == "b"
            else packed[-struct.calcsize(form) :]
        )
        data[at : at + len(packed)] = packed
    elif kind == 2:
        packed = struct.pack(
            str(rng.choice([">f", "<f", ">d", "<d"])), rng.choice([np.nan, np.inf, -1e30, 1e30])
        )
        data[at : at + len(packed)] = packed
    elif kind == 3:
        del data[at : at + int(rng.integers(1, 200))]
    elif kind == 4:
        end = at + int(rng.integers(1, 2000))
        data[at:at] = data[at:end] * int(rng.integers(1, 20))
    else:
        data[at:at] = rng.bytes(int(rng.integers(1, 60)))
    return bytes(data)


def changed_words(rng, data):
    """A number of a text replaced."""
    words = data.decode("latin-1").split(" ")
    at = int(rng.integers(len(words)))
    before, equals, _ = words[at].rpartition("=")
    words[at] = before + equals + str(rng.choice(WORDS))
    return " ".join(words).encode("utf-8")


def changed_arrays(rng, data):
    """An entry, the type, the shape or the name of an array changed."""
    arrays = {name: array.copy() for name, array in load(data).items()}
    about = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")]).get("__metadata__")
    name = str(rng.choice(sorted(arrays)))
    array = arrays[name]
    kind = rng.integers(6)
    if kind <= 2 and array.size:
        values = [np.nan, np.inf, -np.inf, 1e300, -1.0, 1e38] if array.dtype.kind == "f" else NUMBERS
        entry = rng.integers(array.size, size=1 if kind == 0 else max(1, array.size // 3))
        with np.errstate(all="ignore"):
            array.reshape(-1)[entry] = np.array(rng.choice(values)).astype(array.dtype)
    elif kind == 3:
        with np.errstate(all="ignore"):
            arrays[name] = array.astype(rng.choice([np.float64, np.int8, np.float16, np.uint64]))
    elif kind == 4:
        shapes = [(0,) * array.ndim, (*array.shape[:-1], 0), (1, *array.shape), (2**40, 0), (0, 2**40), ()]
        shape = shapes[int(rng.integers(len(shapes)))]
        arrays[name] = np.resize(array, shape) if array.size or not np.prod(shape) else array
    else:
        arrays[f"{name}\u202e\n"] = arrays.pop(name)
    return save(arrays, about)


def changed_header(rng, data):
    """A number or a word of a safetensors file's header replaced."""
    length = int.from_bytes(data[:8], "little")
    words = data[8 : 8 + length].decode().split(",")
    at = int(rng.integers(len(words)))
    before, sign, _ = words[at].rpartition(str(rng.choice([":", "["])))
    new = [
        "1e3",
        "[" * 200,
        '"F8_E4M3"',
        '"BF16"',
        '"F64"',
        "null",
        "-1",
        "1099511627776",
        "0",
        "[0,0]",
        "9" * 400,
    ]
    words[at] = before + sign + str(rng.choice(new)) + "]" * int(rng.integers(2))
    header = ",".join(words).encode()
    return len(header).to_bytes(8, "little") + header + data[8 + length :]


#: Texts that are no JSON and no TOML of ours, or not at all.
BROKEN_JSON = [
    "",
    "[]",
    nested(100_000),
    '{"a":' * 200 + "1" + "}" * 200,
    "1" * 5000,
    '{"format": 1' + "0" * 999 + "}",
]
BROKEN_JSON += ["\udcff", '{"format": 2, "releases": NaN}', '{"a\\n": "\\u202e"}']
BROKEN_TOML = [
    "a = ",
    "a = " + "[" * 5000,
    "a = 0x" + "f" * 4000,
    "a = " + "1" * 5000,
    ".".join("a" * 9000) + " = 1",
]
BROKEN_TOML += ["\udcff", "a = 1", "[a]\nb\u202e = 1"]


def refusal(read, path):
    """Assert that a file is refused in one line that begins with its path."""
    with pytest.raises(Nb301Error) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).isprintable()
