"""Fitted GINs in numpy alone, on a grid of numbers that makes answers equal on every processor (`grid`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.encodings import (
    CELL_NODES,
    FIRST_INTERMEDIATE,
    GRAPH_NODES,
    NODE_TYPES,
    OP_TARGETS,
    Graphs,
    graph,
)
from nb301.errors import ReleaseError
from nb301.surrogates.families.gin.file import NORM_EPS, Edges, Member, read_member
from nb301.surrogates.families.gin.graphs import GRAPHS
from nb301.surrogates.members.base import read_members
from nb301.surrogates.members.grid import Grid, Map, rounded_columns, to_integers
from nb301.surrogates.members.loops import answered

#: Graphs that are evaluated together: enough to amortise the calls, few enough to stay in the cache.
_CHUNK = 16
#: Values up to 256 in steps of 1/32, hidden ones up to 64 in steps of 1/128; those seen are up to 152 and 18.
#: The weights of a column share 2^11 steps. docs/processors.md has what that costs.
_COARSE = Grid(np.float32, capacity=2.0**24, limit=2.0**13, unit=2.0**-5)
#: Values up to 2048 in steps of 2^-17, hidden ones up to 512 in steps of 2^-19; a column shares 2^25 steps.
#: For networks of more weights, to which float32 leaves too few steps.
_FINE = Grid(np.float64, capacity=2.0**53, limit=2.0**28, unit=2.0**-17)
_WIDEST_COARSE = 32
#: Values up to 4096 in steps of 2^-26, hidden ones up to 1024 in steps of 2^-28; a column shares 2^15 steps,
#: three times over. For weights that others have fitted, whose answers are to be kept: the fixtures' values
#: are up to 101, hidden ones up to 26, and answers are within 4e-7 of those without a grid, fractions.
_FINEST = Grid(np.float64, capacity=2.0**53, limit=2.0**38, unit=2.0**-26, parts=3)
#: Between the two maps of an MLP values are smaller, and steps finer by this factor.
_HIDDEN = 0.25


def _fixed_degrees() -> NDArray[np.intp]:
    """Degrees of nodes without the op edges that leave them; see `encodings.graph`."""
    encoded = graph(np.zeros((1, 2, 8, 2), dtype=np.uint8))
    leaving = np.bincount(encoded.sources[0], minlength=GRAPH_NODES)
    degrees: NDArray[np.intp] = encoded.degrees[0] - leaving
    return degrees


_FIXED_DEGREES = _fixed_degrees()


class _MLP(NamedTuple):
    """Two maps, each with what follows it."""

    first: Map
    second: Map


class _Layer(NamedTuple):
    ops: NDArray[Any]  # (8, members * d)
    identity: NDArray[Any]  # (members, d)
    scale: NDArray[Any]  # 1 + eps, (members, d)
    nodes: _MLP
    virtual: _MLP | None  # None in the last layer, of whose nodes only the first map is applied


class GINSurrogate:
    """The members' networks, evaluated together on a grid: equal to the last bit on every processor.

    Values lie node first, (nodes, n, members, d), so that numpy's inner loops run over many numbers.

    Args:
        files: The members' files, as `fit` returned them.
        fine: Whether in float64, to 1e-6 of the weights' own predictions, fractions, or in float32, to 2e-3
            and twice as fast; by default as the width of the network needs. Official networks are always
            in float64, to 1e-6.

    Raises:
        ReleaseError: There is no file, one is broken (names the member), or members differ in their shapes
            or edges.
    """

    def __init__(self, files: Sequence[bytes], *, fine: bool | None = None) -> None:
        members = read_members(files, read_member)
        stacked, edges = _stacked(members), _edges(members)
        self._members, self._width = stacked["virtual_start"].shape
        self._graph = GRAPHS[edges]
        self._grid = grid = _grid(self._width, edges, fine=fine)
        types, degrees = stacked["type"].swapaxes(0, 1), stacked["degree"].swapaxes(0, 1)
        self._virtual_start = grid.units(stacked["virtual_start"])
        # (14 * 8, members * d), by node and degree
        start = grid.units(types[NODE_TYPES, None] + degrees) + self._virtual_start
        self._start = start.reshape(GRAPH_NODES * len(degrees), -1)
        self._first_start = np.arange(GRAPH_NODES)[:, None] * len(degrees)
        self._layers = _layers(stacked, grid)
        self._head, self._head_bias = _head(stacked, grid)
        self._hidden_unit = grid.finer(_HIDDEN).unit

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, shape (members, n); see `base.Surrogate`."""
        if self._grid.parts > 1:  # several parts of a sum round, in their own order
            return self._predict(codes, None)
        return answered("families.gin.compiled", len(codes), lambda loops: self._predict(codes, loops))

    def _predict(self, codes: NDArray[np.uint8], loops: Any) -> NDArray[np.float64]:
        predicted = np.empty((self._members, len(codes)))
        chunks = [slice(start, start + _CHUNK) for start in range(0, len(codes), _CHUNK)]
        if loops is not None:
            for rows in chunks:
                predicted[:, rows] = self._read_out(self._summed_by(loops, codes[rows])).T
            return predicted
        encoded, memory = self._graph(codes), None
        for rows in chunks:
            graphs = Graphs(encoded.sources[rows], encoded.ops[rows], encoded.degrees[rows])
            if memory is None or memory.n != len(graphs.ops):
                memory = _Memory(len(graphs.ops), self._members, self._width, self._grid.dtype)
            predicted[:, rows] = self._read_out(self._summed(graphs, memory)).T
        return predicted

    def _summed(self, graphs: Graphs, memory: _Memory) -> NDArray[Any]:
        """The last hidden values, summed over nodes, shape (n, members, 2d)."""
        limit = self._grid.limit
        # by edge and graph, rows of `memory.rows`
        sources = memory.n * graphs.sources.T + np.arange(memory.n)
        ops = graphs.ops.T
        # with the virtual node in it
        start = self._first_start + graphs.degrees.T
        self._start.take(
            start.ravel(), axis=0, out=memory.rows, mode="clip"
        )  # without a mode it copies twice
        x, virtual = memory.x, self._virtual_start
        for layer in self._layers:
            if layer.virtual is not None:
                pooled = x.sum(axis=0) + virtual
                pooled.clip(-limit, limit, out=pooled)
                hidden = layer.virtual.first(pooled, memory.hidden[: memory.n])
                virtual = layer.virtual.second(hidden, pooled)
            _receive(sources, ops, layer, memory)
            x *= layer.scale
            x += memory.received
            layer.nodes.first(to_integers(memory.flat, -limit, limit), memory.hidden)
            if layer.virtual is not None:
                layer.nodes.second(memory.hidden, memory.flat)
                x += virtual
        summed: NDArray[Any] = memory.hidden.reshape(GRAPH_NODES, memory.n, *self._head.shape).sum(axis=0)
        return summed

    def _summed_by(self, loops: Any, codes: NDArray[np.uint8]) -> NDArray[Any]:
        """What `_summed` gives of genotypes as `space.to_codes` packs them, by compiled loops."""
        n, dtype, (members, wide) = len(codes), self._grid.dtype, self._head.shape
        limit, width = dtype(self._grid.limit), self._members * self._width
        x, moved = np.empty((2, GRAPH_NODES, n, width), dtype)
        hidden = np.empty((GRAPH_NODES, n, members * wide), dtype)
        # by member, as products of matrices take them
        x_by, moved_by = (
            values.reshape(GRAPH_NODES * n, members, -1).swapaxes(0, 1) for values in (x, moved)
        )
        hidden_by = hidden.reshape(GRAPH_NODES * n, members, wide).swapaxes(0, 1)
        sources, ops = np.empty((2, n, len(OP_TARGETS)), np.intp)
        rows = np.ascontiguousarray(codes).reshape(n, 2 * len(OP_TARGETS))
        loops.begin(rows, self._start, _FIXED_DEGREES, sources, ops, x)
        virtual = np.empty((n, width), dtype)
        virtual[:] = self._virtual_start.reshape(-1)
        for layer in self._layers:
            if layer.virtual is not None:
                first, second = layer.virtual
                loops.move_virtual(x, virtual, first.weight, first.bias, second.weight, second.bias, limit)
            loops.pass_messages(x, sources, ops, layer.ops, layer.scale.reshape(-1), limit, moved)
            first, second = layer.nodes
            np.matmul(moved_by, first.weight, out=hidden_by)
            if layer.virtual is not None:
                loops.finish(hidden.reshape(GRAPH_NODES * n, -1), first.bias.reshape(-1), limit)
                np.matmul(hidden_by, second.weight, out=x_by)
                loops.finish_with_virtual(x, second.bias.reshape(-1), virtual, limit)
        summed = np.empty((n, members * wide), dtype)
        loops.finish_and_sum(hidden, self._layers[-1].nodes.first.bias.reshape(-1), limit, summed)
        return summed.reshape(n, members, wide)

    def _read_out(self, summed: NDArray[Any]) -> NDArray[np.float64]:
        """Predictions, shape (n, members), of what `_summed` gives.

        What follows the last hidden values is linear: the second map, the mean over nodes, the head.
        """
        products = summed * self._head
        # sums of one part are exact in any order, and then this one takes less time
        logits = products.sum(axis=-1) if self._grid.parts == 1 else exact.total(products)
        return exact.logistic(logits * self._hidden_unit + self._head_bias)


class _Memory:
    """Where the values of n graphs go, one chunk's after the other's: fresh memory takes longer."""

    def __init__(self, n: int, members: int, d: int, dtype: type[np.floating[Any]]) -> None:
        shape, edges = (n, members, d), len(OP_TARGETS)
        self.n = n
        #: Of the nodes, then as rows of two kinds, and by cell.
        self.x = np.empty((GRAPH_NODES, *shape), dtype)
        self.flat = self.x.reshape(-1, members, d)
        self.rows = self.x.reshape(-1, members * d)
        self.cells = self.x.reshape(2, CELL_NODES, *shape)
        self.hidden = np.empty((GRAPH_NODES * n, members, 2 * d), dtype)
        #: Along the op edges, and by cell, target and the target's edge.
        self.messages = np.empty((edges * n, members * d), dtype)
        self.by_target = self.messages.reshape(2, edges // 4, 2, *shape)
        self.ops = np.empty_like(self.messages)
        #: From the nodes that identity edges leave: intermediate ones and outputs.
        self.onward = np.empty((2, CELL_NODES - FIRST_INTERMEDIATE, *shape), dtype)
        self.received = np.empty_like(self.x)
        self.received_cells = self.received.reshape(self.cells.shape)
        #: A maximum with them takes half the time of one with the number.
        self.zeros = np.zeros_like(self.messages)
        self.zeros_onward = self.zeros.ravel()[: self.onward.size].reshape(self.onward.shape)


def _receive(sources: NDArray[np.intp], ops: NDArray[np.intp], layer: _Layer, memory: _Memory) -> None:
    """Sum the messages ReLU(source + op) into each node, into `memory.received` (F7, F10)."""
    messages, onward, received = memory.messages, memory.onward, memory.received_cells
    memory.rows.take(sources.ravel(), axis=0, out=messages, mode="clip")
    layer.ops.take(ops.ravel(), axis=0, out=memory.ops, mode="clip")
    messages += memory.ops
    np.maximum(messages, memory.zeros, out=messages)
    np.add(memory.cells[:, FIRST_INTERMEDIATE:], layer.identity, out=onward)
    np.maximum(onward, memory.zeros_onward, out=onward)
    received[:, :FIRST_INTERMEDIATE] = onward[::-1, -1:]  # the other cell's output
    np.add(memory.by_target[:, :, 0], memory.by_target[:, :, 1], out=received[:, FIRST_INTERMEDIATE:-1])
    np.add.reduce(onward[:, :-1], axis=1, out=received[:, -1])
    received[0, -1] += onward[0, -1]  # the normal cell's output reads itself


def _grid(width: int, edges: Edges, *, fine: bool | None) -> Grid:
    if edges is Edges.official:
        return _FINEST
    return _FINE if (width > _WIDEST_COARSE if fine is None else fine) else _COARSE


def _edges(members: Sequence[Member]) -> Edges:
    """The edges of all members."""
    [edges, *others] = {member.edges for member in members}
    if others:
        raise ReleaseError("members need one kind of edges, got own and official ones")
    return edges


def _stacked(members: Sequence[Member]) -> dict[str, NDArray[np.float64]]:
    """The members' tensors as float64, with a first axis of members."""
    sizes = {member.tensors["layer.ops"].shape for member in members}
    if len(sizes) != 1:
        raise ReleaseError(f"members need one shape (layers, ops, dim), got {sorted(sizes)}")
    stacked = {}
    for name in members[0].tensors:
        stacked[name] = np.stack([member.tensors[name] for member in members]).astype(np.float64)
    return stacked


def _layers(stacked: Mapping[str, NDArray[np.float64]], grid: Grid) -> list[_Layer]:
    width = stacked["virtual_start"].shape[-1]
    # as wide as the values, or numpy's inner loops would be short
    scale = np.repeat(1 + stacked["layer.eps"].T[..., None], width, axis=-1).astype(grid.dtype)
    ops = np.ascontiguousarray(grid.units(stacked["layer.ops"].transpose(1, 2, 0, 3)))
    nodes = _folded(stacked, "layer", grid)
    virtual = [*_folded(stacked, "virtual", grid), None]
    parts = zip(ops, scale, nodes, virtual, strict=True)
    return [_Layer(op.reshape(len(op), -1), op[0], size, mlp, after) for op, size, mlp, after in parts]


def _folded(stacked: Mapping[str, NDArray[np.float64]], part: str, grid: Grid) -> list[_MLP]:
    """The MLP of each layer."""
    hidden = grid.finer(_HIDDEN)
    first, first_bias = _with_norm(stacked, f"{part}.first")
    second, second_bias = _with_norm(stacked, f"{part}.second")
    layers = []
    for k in range(first.shape[1]):
        to_hidden = hidden.map(first[:, k], first_bias[:, k], grid.unit)
        layers.append(_MLP(to_hidden, grid.map(second[:, k], second_bias[:, k], hidden.unit)))
    return layers


def _with_norm(
    stacked: Mapping[str, NDArray[np.float64]], name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (members, layers, in, out) and bias (members, layers, out) of linear maps and batch norms.

    Batch norms, constant after the fit, become part of the maps.
    """
    scale = stacked[f"{name}_norm.weight"] / np.sqrt(stacked[f"{name}_norm.variance"] + NORM_EPS)
    bias = (stacked[f"{name}.bias"] - stacked[f"{name}_norm.mean"]) * scale + stacked[f"{name}_norm.bias"]
    return (stacked[f"{name}.weight"] * scale[..., None]).swapaxes(-1, -2), bias


def _head(
    stacked: Mapping[str, NDArray[np.float64]], grid: Grid
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the sum of the last hidden values over nodes is multiplied by, (members, 2d), and the bias.

    On a grid of several parts it is left as it is, since its steps would be too few; see `_predict`.
    """
    weight, bias = _with_norm(stacked, "layer.second")
    head = stacked["head.weight"]
    through = exact.total(weight[:, -1] * head[:, None]) / GRAPH_NODES
    bias = exact.total(bias[:, -1] * head) + stacked["head.bias"][:, 0]
    if grid.parts > 1:
        return through, bias
    # float64 holds sums of these products exactly
    rounded = rounded_columns(through[..., None], _FINE.capacity / (GRAPH_NODES * grid.limit))[..., 0]
    return rounded, bias
