"""GIN (Xu et al., 2019a) with a virtual node on the graph encoding (Appendix D.2, official_facts F6-F14).

Torch fits it (`gin_training`); here the members' files are read and evaluated in numpy alone. The
same network in the words of torch-geometric is `gin_geometric.PlainGIN`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import CELL_NODES, FIRST_INTERMEDIATE, GRAPH_NODES, MAX_DEGREE, NODE_TYPES, Graphs, graph
from nb301.errors import MissingExtra, ReleaseError
from nb301.space import Op
from nb301.surrogates.base import Domain, Examples, Family, Hyperparameters, Range, Report

Array = NDArray[np.float32]

_FORMAT = 1
_EDGE_OPS = 1 + len(Op)  # 0 is the identity (F7)
NORM_EPS = 1e-5  # torch's default
#: Graphs that are evaluated together: enough to amortise the calls, few enough to stay in the cache.
_CHUNK = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The network and how it is fitted; names and values of Table 7, but where noted.

    Raises:
        ValueError: Names the value that cannot be.
    """

    hidden_dim: int = 24
    #: 8 there, which is no more accurate and takes twice as long to fit and to query. R2 and sKT of single
    #: models on the test rows of `emulated-v1.0`: 0.944 and 0.849 with 4 or 8 layers, 0.943 and 0.847 with
    #: 5, 0.945 and 0.849 with 6; 0.944 and 0.847 with 4 of width 32.
    num_layers: int = 4
    #: 0.035 there, which made no clear difference in 12 epochs.
    dropout_prob: float = 0.0
    #: The highest; falls to 0 along a cosine. 0.0777 there, outside the range it is searched in (F12).
    learning_rate: float = 0.03
    #: 51 there; larger ones take fewer, faster steps. Few examples are cut into 16 batches or more.
    batch_size: int = 256
    #: 128 officially (F12); on 29,000 examples of the emulated truth, R2 is 0.935 with 12, 0.937 with 20.
    epochs: int = 20
    #: Few examples are fitted for more epochs, until there are as many steps.
    least_steps: int = 1000
    #: Share of the steps in which the learning rate rises to the highest; 0 officially.
    warm_up: float = 0.1
    #: Epochs without a lower error on the stop set before the fit ends (F14).
    patience: int = 30
    #: Whether errors are those of ln(1 - accuracy), not of the accuracy (F13).
    loss_log_transform: bool = True
    pairwise_ranking_loss: bool = True
    #: Of the ranking loss, a fraction: 0.1 is 10 points, which nearly no pair is apart (F13).
    ranking_margin: float = 0.1
    #: Whether each epoch has batches of its own; the official loader's are fixed (F14).
    shuffle: bool = True
    #: Whether the weights of the best epoch on the stop set are kept; officially the last ones (F14).
    restore_best: bool = True

    def __post_init__(self) -> None:
        for name, least in (
            ("hidden_dim", 1),
            ("num_layers", 1),
            ("batch_size", 2),
            ("epochs", 1),
            ("least_steps", 0),
        ):
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} is {value!r}, expected an integer of at least {least}")
        for name in ("dropout_prob", "warm_up"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected at least 0 and less than 1")


HYPERPARAMETERS: Hyperparameters = MappingProxyType(asdict(Config()))
#: Table 7, without undirected graphs and self-loops: both are off by default, and need a scatter.
SEARCH_SPACE: Mapping[str, Domain] = MappingProxyType(
    {
        "hidden_dim": Range(16, 256, log=True),
        "num_layers": Range(2, 10),
        "dropout_prob": Range(0.0, 0.99),  # to 1 there, which leaves nothing
        "learning_rate": Range(1e-3, 1e-1, log=True),  # to 1e-2 there; the official code's (F12)
        "pairwise_ranking_loss": (True, False),
        "loss_log_transform": (True, False),
    }
)


def fit(
    train: Examples,
    stop: Examples,
    seed: int,
    hyperparameters: Hyperparameters,
    report: Report | None = None,
) -> bytes:
    """Fit one member; reports the mean error of ln(1 - accuracy) on `stop` after each epoch.

    Returns:
        Safetensors: the tensors of `shapes`, and the hyperparameters.

    Raises:
        ValueError: A hyperparameter is unknown or out of range.
        MissingExtra: Torch is not installed.
    """
    config = read_config(hyperparameters)
    try:
        from nb301.surrogates import gin_training
    except ModuleNotFoundError as error:
        raise MissingExtra("torch, which fits GINs, is not installed: pip install 'nb301[torch]'") from error
    return gin_training.fit(train, stop, seed, config, report)


def read_config(values: Mapping[str, object]) -> Config:
    """A configuration from values by name; the others are the defaults.

    Raises:
        ValueError: A name is unknown, or a value is of another type or out of range.
    """
    types = {field.name: type(field.default) for field in fields(Config)}
    for name, value in values.items():
        if name not in types:
            raise ValueError(f"GIN has no hyperparameter {name!r}, only {', '.join(types)}")
        whole_number = types[name] is float and type(value) is int
        if type(value) is not types[name] and not whole_number:
            raise ValueError(f"{name} is {value!r}, expected {types[name].__name__}")
    return Config(**values)  # type: ignore[arg-type]


def shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a member's tensors; layers of a kind are stacked along the first axis.

    `layer` is what every layer applies to nodes, `virtual` what every layer but the last applies to
    the virtual node. Either ends in an MLP: linear, batch norm, ReLU, linear, batch norm (F10, F11).
    """
    d, layers = config.hidden_dim, config.num_layers
    found: dict[str, tuple[int, ...]] = {
        "type": (int(NODE_TYPES.max()) + 1, d),
        "degree": (MAX_DEGREE + 1, d),
        "virtual_start": (d,),
        "layer.ops": (layers, _EDGE_OPS, d),
        "layer.eps": (layers,),
        "head.weight": (d,),
        "head.bias": (1,),
    }
    for part, k in (("layer", layers), ("virtual", layers - 1)):
        for name, width_in, width in (("first", d, 2 * d), ("second", 2 * d, d)):
            found |= {f"{part}.{name}.weight": (k, width, width_in), f"{part}.{name}.bias": (k, width)}
            for kind in ("weight", "bias", "mean", "variance"):
                found[f"{part}.{name}_norm.{kind}"] = (k, width)
    return found


def write_member(config: Config, tensors: Mapping[str, Array]) -> bytes:
    """A member's file; equal arguments give equal bytes."""
    import safetensors.numpy

    # one entry: safetensors writes several in any order
    about = json.dumps({"format": _FORMAT, "hyperparameters": asdict(config)})
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    return safetensors.numpy.save(contiguous, {"gin": about})


def read_member(data: bytes) -> tuple[Config, dict[str, Array]]:
    """Read what `write_member` wrote.

    Raises:
        ReleaseError: It is truncated or no such file, or of a newer format; names what is wrong.
    """
    import safetensors
    import safetensors.numpy

    try:
        tensors = safetensors.numpy.load(data)
    except safetensors.SafetensorError as error:
        raise ReleaseError(f"a GIN's file is no whole safetensors file ({error})") from None
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    try:
        about = json.loads(header["__metadata__"]["gin"])
        newest, hyperparameters = int(about["format"]), dict(about["hyperparameters"])
    except (KeyError, TypeError, ValueError):
        raise ReleaseError("a safetensors file, but no GIN: no metadata 'gin', or garbled") from None
    if newest > _FORMAT:
        raise ReleaseError(f"GIN format {newest} is newer than {_FORMAT}: upgrade nb301")
    try:
        config = read_config(hyperparameters)
    except ValueError as error:
        raise ReleaseError(f"a GIN's file: {error}") from None
    expected = shapes(config)
    for name in sorted(expected.keys() | tensors.keys()):
        found = (tensors[name].dtype.name, tensors[name].shape) if name in tensors else None
        wanted = ("float32", expected[name]) if name in expected else None
        if found != wanted:
            raise ReleaseError(f"a GIN's file: tensor {name} is {found}, expected {wanted}")
    return config, tensors


class _MLP(NamedTuple):
    """Two linear maps of all members, each with the batch norm that follows it.

    ReLU(a + b) is max(a, -b) + b, so no bias is added to the large arrays: the first one's part passes
    through the second map, and what uses the result adds the second one's where it adds something anyway.
    """

    first: Array  # (members, d, 2d)
    first_floor: Array  # minus the first bias, (members, 2d)
    second: Array  # (members, 2d, d)
    bias: Array  # of the second map, and the first bias through it, (members, d)

    def __call__(self, x: Array) -> Array:
        """ReLU of both maps less `bias`: shape (rows, n, members, d)."""
        applied = _linear(self.hidden(x), self.second)
        return np.maximum(applied, -self.bias, out=applied)

    def hidden(self, x: Array) -> Array:
        """ReLU of the first map less its bias: shape (rows, n, members, d) to (..., 2d)."""
        hidden = _linear(x, self.first)
        return np.maximum(hidden, self.first_floor, out=hidden)


def _linear(x: Array, weight: Array) -> Array:
    """Apply to shape (rows, n, members, width), each member its own map.

    One product of matrices for each graph and member: whatever else is asked for, its sums are the
    same, which those of a larger product need not be.
    """
    applied = np.empty((*x.shape[:-1], weight.shape[-1]), dtype=x.dtype)
    np.matmul(x.transpose(1, 2, 0, 3), weight, out=applied.transpose(1, 2, 0, 3))
    return applied


class _Layer(NamedTuple):
    ops: Array  # (8, members * d)
    identity: Array  # (members, d)
    scale: Array  # 1 + eps, (members, 1)
    nodes: _MLP
    virtual: _MLP | None  # None in the last layer, of whose nodes only the first map is applied


class GINSurrogate:
    """The members' networks, evaluated together.

    Values lie node first, (nodes, n, members, d), so that numpy's inner loops run over many numbers.

    Args:
        files: The members' files, as `fit` returned them.

    Raises:
        ReleaseError: A file is broken; names the member.
        ValueError: There is no file, or members differ in their shapes.
    """

    def __init__(self, files: Sequence[bytes]) -> None:
        stacked = _stacked(files)
        self._members = len(files)
        types, degrees = (stacked[name].swapaxes(0, 1) for name in ("type", "degree"))
        # (14 * 8, members * d), by node and degree
        start = types[NODE_TYPES, None] + degrees + stacked["virtual_start"]
        self._start = start.reshape(GRAPH_NODES * len(degrees), -1)
        self._first_start = np.arange(GRAPH_NODES)[:, None] * len(degrees)
        self._virtual_start = stacked["virtual_start"]
        scale = 1 + stacked["layer.eps"].T[..., None]
        ops = np.ascontiguousarray(stacked["layer.ops"].transpose(1, 2, 0, 3))  # (layers, 8, members, d)
        nodes, virtual = (_folded(stacked, part) for part in ("layer", "virtual"))
        self._layers = [
            _Layer(ops[k].reshape(len(ops[k]), -1), ops[k, 0], scale[k], nodes[k], after)
            for k, after in enumerate([*virtual, None])
        ]
        # (members, 2d) and (members,)
        head, last = stacked["head.weight"], nodes[-1]
        self._head = (last.second @ head[..., None])[..., 0] / np.float32(GRAPH_NODES)
        self._head_bias = (last.bias * head).sum(axis=-1) + stacked["head.bias"][:, 0]

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, shape (members, n); see `base.Surrogate`."""
        encoded = graph(codes)
        predicted = np.empty((self._members, len(codes)))
        for start in range(0, len(codes), _CHUNK):
            rows = slice(start, start + _CHUNK)
            predicted[:, rows] = self._predict(Graphs(*(part[rows] for part in encoded))).T
        return predicted

    def _predict(self, graphs: Graphs) -> NDArray[np.float64]:
        """Predict shape (n, members)."""
        n = len(graphs.ops)
        # rows of (14 * n, members * d), by edge and graph
        sources = n * graphs.sources.T + np.arange(n)
        # `take` always lays out its result alike; other indexing, and with it the sums below, need not
        started = self._start.take(self._first_start + graphs.degrees.T, axis=0)
        # with the virtual node in it
        x: Array = started.reshape(GRAPH_NODES, n, *self._virtual_start.shape)
        virtual = np.broadcast_to(self._virtual_start, (1, *x.shape[1:]))
        for layer in self._layers:
            if layer.virtual is not None:
                virtual = layer.virtual(x.sum(axis=0, keepdims=True) + virtual) + layer.virtual.bias
            received = _received(x, sources, graphs.ops.T, layer)
            x *= layer.scale
            x += received
            if layer.virtual is not None:
                x = layer.nodes(x)
                x += virtual + layer.nodes.bias
        # what follows the last hidden values is linear: the second map, the mean over nodes, the head
        hidden = self._layers[-1].nodes.hidden(x).sum(axis=0)
        logits = (hidden * self._head).sum(axis=-1) + self._head_bias
        # the logistic function, written so that nothing overflows
        accuracies: NDArray[np.float64] = (1 + np.tanh(logits.astype(np.float64) / 2)) / 2
        return accuracies


def _received(x: Array, sources: NDArray[np.intp], ops: NDArray[np.intp], layer: _Layer) -> Array:
    """Sum of the messages ReLU(source + op) into each node, shaped like `x` (F7, F10)."""
    _, *shape = x.shape
    messages = x.reshape(-1, layer.ops.shape[1]).take(sources, axis=0)
    messages += layer.ops.take(ops, axis=0)
    np.maximum(messages, 0, out=messages)
    by_target = messages.reshape(2, -1, 2, *shape)
    cells = x.reshape(2, CELL_NODES, *shape)
    onward = np.maximum(cells[:, FIRST_INTERMEDIATE:] + layer.identity, 0)
    received = np.empty_like(cells)
    received[:, :FIRST_INTERMEDIATE] = onward[::-1, -1:]  # the other cell's output
    np.add(by_target[:, :, 0], by_target[:, :, 1], out=received[:, FIRST_INTERMEDIATE:-1])
    onward[:, :-1].sum(axis=1, out=received[:, -1])
    received[0, -1] += onward[0, -1]  # the normal cell's output reads itself
    return received.reshape(x.shape)


def _stacked(files: Sequence[bytes]) -> dict[str, Array]:
    """The members' tensors, with a first axis of members."""
    members = []
    for number, data in enumerate(files):
        try:
            members.append(read_member(data)[1])
        except ReleaseError as error:
            raise ReleaseError(f"member {number}: {error}") from None
    sizes = {tensors["layer.ops"].shape for tensors in members}
    if len(sizes) != 1:
        raise ValueError(f"members need one shape (layers, ops, dim), got {sorted(sizes)}")
    return {name: np.stack([tensors[name] for tensors in members]) for name in members[0]}


def _folded(stacked: Mapping[str, Array], part: str) -> list[_MLP]:
    """The MLP of each layer; batch norms, constant after the fit, become part of the linear maps."""
    weights, biases = [], []
    for name in ("first", "second"):
        linear, norm = f"{part}.{name}", f"{part}.{name}_norm"
        scale = stacked[f"{norm}.weight"] / np.sqrt(stacked[f"{norm}.variance"] + np.float32(NORM_EPS))
        biases.append((stacked[f"{linear}.bias"] - stacked[f"{norm}.mean"]) * scale + stacked[f"{norm}.bias"])
        weights.append((stacked[f"{linear}.weight"] * scale[..., None]).swapaxes(-1, -2))
    through = (biases[0][..., None, :] @ weights[1])[..., 0, :] + biases[1]
    parts = [np.ascontiguousarray(part) for part in (weights[0], -biases[0], weights[1], through)]
    return [_MLP(*(part[:, k] for part in parts)) for k in range(through.shape[1])]


FAMILY = Family(
    fit=fit,
    load=GINSurrogate,
    suffix=".safetensors",
    hyperparameters=HYPERPARAMETERS,
    search_space=SEARCH_SPACE,
    libraries=("torch", "safetensors", "numpy"),
)
