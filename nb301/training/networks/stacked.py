"""Many small networks of different architectures, trained as one.

Alone, a small network leaves a processor idle: every convolution of a few channels costs its call. Here
the same layer of all networks is one batched matrix product. On images of few pixels a depthwise
convolution is a matrix over pixels, too, whatever its kernel and dilation, so that **all convolutions of
all networks whose inputs are ready are one product**, op by op only in how that matrix is filled.

Tensors have shape (rows, channels, pixels, images), a row being one node or edge of one network: images
come last, so that everything else is vectorised over them.

Edges are computed in phases: phase `d` holds the edges of all networks whose source has depth `d`, the
longest way to it from an input of the cell. Nodes of one depth are one tensor, whose rows a phase reads,
and into whose later ones it adds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional

from nb301.cost import NetworkShape as Shape
from nb301.space import NODES, Cell, Edge, Op
from nb301.training.networks.network import CONVOLUTIONS, Logits, Network
from nb301.training.networks.stacked_layers import (
    AuxiliaryHead,
    Depthwise,
    FactorizedReduce,
    Linear,
    PointwiseNorm,
    Pool,
    Views,
    apply,
    entry,
    patches,
    pixel_table,
)

_STEM_MULTIPLIER, _IMAGE_CHANNELS = 3, 3
#: A depthwise convolution as a matrix has pixels^2 entries a channel.
LARGEST_IMAGE = 16


class Stack(nn.Module):
    """Networks of one shape and different architectures; each computes what it would alone.

    Args:
        networks: At least one; their weights are copied.

    Raises:
        ValueError: There is none, their shapes differ, or their images are too large.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        super().__init__()
        self.shape = _common_shape(networks)
        self.size = len(networks)
        self.register_buffer("batches", torch.zeros((), dtype=torch.int64))
        self.batches: Tensor
        shape, k = self.shape, self.size
        views: Views = [{} for _ in networks]
        width, stem = shape.channels, _STEM_MULTIPLIER * shape.channels
        self.stem = PointwiseNorm(k, 9 * _IMAGE_CHANNELS, stem)
        self.stem.bind(views, range(k), ["stem.convolution"], "stem.norm")
        self.cells = nn.ModuleList()
        self.auxiliary: AuxiliaryHead | None = None
        before, last, reduced, height = stem, stem, False, shape.image_size
        for index in range(shape.layers):
            reduces = index in shape.reductions
            width *= 1 + reduces
            cells = [n.genotype.reduce if reduces else n.genotype.normal for n in networks]
            place = _Place(f"cells.{index}", before, last, width, height, reduces, reduced)
            self.cells.append(_StackedCell(cells, place, views))
            before, last, reduced = last, len(NODES) * width, reduces
            height = (height + 1) // 2 if reduces else height
            if shape.auxiliary and index == shape.reductions[1]:
                self.auxiliary = AuxiliaryHead(k, last, shape.classes, views)
        self.classifier = Linear(k, last, shape.classes, views, "classifier")
        self._views = views
        self._shapes = [{name: own.shape for name, own in n.state_dict().items()} for n in networks]
        for one, network in enumerate(networks):
            self.load(one, network.state_dict())

    def forward(self, images: Tensor, drop_path: Tensor | None = None) -> Logits:
        """Logits of each network's own images.

        Args:
            images: Standardised, shape (networks, n, 3, image size, image size).
            drop_path: As `Network.forward` takes it, shape (networks, layers, 8, n).

        Returns:
            Shapes (networks, n, classes).
        """
        if self.training:
            self.batches += 1
        # all that reads a cell's output begins with a ReLU, but for the classifier
        before = last = functional.relu(self.stem(patches(images.permute(0, 2, 3, 4, 1))))
        out, auxiliary = last, None
        for index, cell in enumerate(self.cells):
            out = cell(before, last, None if drop_path is None else drop_path[:, index])
            before, last = last, functional.relu(out)
            if self.training and self.auxiliary is not None and index == self.shape.reductions[1]:
                auxiliary = self.auxiliary(last)
        return Logits(self.classifier(out.mean(2)), auxiliary)

    def state(self, one: int) -> dict[str, Tensor]:
        """Copy the state of one network, as `Network.load_state_dict` takes it."""
        found = self._named(one)
        return {
            name: found[name].detach().reshape(shape).clone() for name, shape in self._shapes[one].items()
        }

    @torch.no_grad()
    def load(self, one: int, state: Mapping[str, Tensor]) -> None:
        """Take over the state of one network."""
        for name, own in self._named(one).items():
            own.copy_(state[name].reshape(own.shape))

    def _named(self, one: int) -> dict[str, Tensor]:
        found = {name: view() for name, view in self._views[one].items()}
        norms = [name.removesuffix("running_var") for name in found if name.endswith("running_var")]
        return {**found, **{f"{norm}num_batches_tracked": self.batches for norm in norms}}


class _Place(NamedTuple):
    """Where a cell stands in the stack."""

    name: str
    channels_before: int
    channels_last: int
    channels: int
    #: Height of its last input, pixels.
    height: int
    reduces: bool
    reduced: bool

    @property
    def height_out(self) -> int:
        return (self.height + 1) // 2 if self.reduces else self.height


class _Term(NamedTuple):
    """An edge of one network, and the rows that it reads from and adds into, in the tensors of depths."""

    network: int
    number: int
    edge: Edge
    source: int
    target_depth: int
    target: int


class _Plan:
    """The edges of many cells in phases; see the module."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        #: Nodes of each depth, (network, node); inputs are those of depth 0.
        self.nodes: list[list[tuple[int, int]]] = [
            [(k, node) for node in (0, 1) for k in range(len(cells))],
            *([] for _ in NODES),
        ]
        depths = [_depths(cell) for cell in cells]
        for k, depth in enumerate(depths):
            for node in NODES:
                self.nodes[depth[node]].append((k, node))
        rows = [{node: row for row, node in enumerate(nodes)} for nodes in self.nodes]
        self.phases: list[list[_Term]] = [[] for _ in NODES]
        for k, (cell, depth) in enumerate(zip(cells, depths, strict=True)):
            for number, edge in enumerate(cell.edges):
                at, to = depth[edge.source], depth[edge.target]
                source, target = rows[at][k, edge.source], rows[to][k, edge.target]
                self.phases[at].append(_Term(k, number, edge, source, to, target))


def _depths(cell: Cell) -> list[int]:
    depths = [0, 0]
    for first, second in zip(cell.edges[::2], cell.edges[1::2], strict=True):
        depths.append(1 + max(depths[first.source], depths[second.source]))
    return depths


class _StackedCell(nn.Module):
    """One cell of all networks."""

    def __init__(self, cells: Sequence[Cell], place: _Place, views: Views) -> None:
        super().__init__()
        k, plan = len(cells), _Plan(cells)
        self.channels, self.height_out = place.channels, place.height_out
        first = FactorizedReduce if place.reduced else PointwiseNorm
        networks = range(k)
        self.before = first(k, place.channels_before, place.channels)
        self.before.bind(views, networks, *_names(f"{place.name}.inputs.0", place.reduced))
        self.last = PointwiseNorm(k, place.channels_last, place.channels)
        self.last.bind(views, networks, *_names(f"{place.name}.inputs.1", reduces=False))
        self.phases = nn.ModuleList()
        for depth, terms in enumerate(plan.phases):
            stride = 2 if place.reduces and depth == 0 else 1
            height = place.height if depth == 0 else place.height_out
            self.phases.append(_Phase(terms, place.name, place.channels, height, stride, views))
        self.counts = [len(nodes) for nodes in plan.nodes]
        ordered = {node: row for row, node in enumerate(n for nodes in plan.nodes[1:] for n in nodes)}
        order = [ordered[network, node] for network in networks for node in NODES]
        self.register_buffer("order", torch.tensor(order), persistent=False)
        self.order: Tensor

    def forward(self, before: Tensor, last: Tensor, drop_path: Tensor | None) -> Tensor:
        """Of inputs after a ReLU the four nodes, shape (networks, 4 * channels, pixels, images)."""
        inputs = torch.cat([self.before(before), self.last(last)])
        images = inputs.shape[-1]
        sums = [
            inputs.new_zeros(count, self.channels, self.height_out**2, images) for count in self.counts[1:]
        ]
        source = inputs
        for depth, phase in enumerate(self.phases):
            if self.counts[depth]:
                phase(source, sums, drop_path)
            source = sums[depth]
        nodes = torch.cat(sums).index_select(0, self.order)
        return nodes.view(-1, len(NODES) * self.channels, self.height_out**2, images)


class _Phase(nn.Module):
    """The edges whose sources have one depth: read, computed op by op, added into their targets."""

    def __init__(
        self, terms: Sequence[_Term], name: str, channels: int, height: int, stride: int, views: Views
    ) -> None:
        super().__init__()
        self.computed = nn.ModuleList()
        self.groups: list[_Group] = []
        for ops in _OPS_TOGETHER:
            chosen = sorted((t for t in terms if t.edge.op in ops), key=lambda t: (t.target_depth, t.edge.op))
            if chosen:
                self.computed.append(_computed(chosen, name, channels, height, stride, views))
                self.groups.append(_Group.of(chosen, stride))

        self.depths = sorted({depth for group in self.groups for depth, _ in group.runs})

    def forward(self, source: Tensor, sums: list[Tensor], drop_path: Tensor | None) -> None:
        """Read `source` and add to `sums`, the nodes of depths 1-4."""
        terms = []
        for group, computed, x in zip(
            self.groups, self.computed, apply(_Read, source, self.groups), strict=True
        ):
            out = computed(x)
            if drop_path is not None and group.drops:
                out = out * drop_path[group.networks, group.numbers][:, None, None].to(out.dtype)
            terms.append(out)
        # sums that this phase does not touch stay out: others have read them, and keep them for backward
        added = apply(_Add, self.groups, self.depths, *(sums[depth - 1] for depth in self.depths), *terms)
        for depth, changed in zip(self.depths, added, strict=True):
            sums[depth - 1] = changed


#: Ops whose edges are computed together.
_OPS_TOGETHER = (
    (Op.max_pool_3x3,),
    (Op.avg_pool_3x3,),
    (Op.skip_connect,),
    (Op.sep_conv_3x3, Op.sep_conv_5x5),
    (Op.dil_conv_3x3, Op.dil_conv_5x5),
)


def _computed(
    terms: Sequence[_Term], name: str, channels: int, height: int, stride: int, views: Views
) -> nn.Module:
    """What edges of ops that go together compute."""
    op = terms[0].edge.op
    if op in CONVOLUTIONS:
        times = CONVOLUTIONS[op][2]
        height_out = (height + 1) // 2 if stride == 2 else height
        units = [_Unit(terms, name, 0, channels, height, stride, views)]
        if times == 2:
            units.append(_Unit(terms, name, 1, channels, height_out, 1, views))
        return units[0] if times == 1 else nn.Sequential(units[0], nn.ReLU(), units[1])
    if op is not Op.skip_connect:
        return Pool(op, stride)
    if stride == 1:
        return nn.Identity()
    reduce = FactorizedReduce(len(terms), channels, channels)
    for row, term in enumerate(terms):
        at = f"{name}.ops.{term.number}"
        reduce.bind_row(views[term.network], row, [f"{at}.even", f"{at}.odd"], f"{at}.norm")
    return reduce


class _Group(NamedTuple):
    """Where edges that are computed together read and add; indices of shape (edges,)."""

    networks: Tensor
    numbers: Tensor
    sources: Tensor
    #: Runs of edges that are added into nodes of one depth: the depth and the rows.
    runs: Sequence[tuple[int, Tensor]]
    #: Whether the ops begin with a ReLU, which is the reader's.
    activates: bool
    #: Whether DropPath drops them.
    drops: bool

    @classmethod
    def of(cls, terms: Sequence[_Term], stride: int) -> _Group:
        op = terms[0].edge.op
        identity = op is Op.skip_connect and stride == 1
        return cls(
            torch.tensor([term.network for term in terms]),
            torch.tensor([term.number for term in terms]),
            torch.tensor([term.source for term in terms]),
            [(depth, torch.tensor(to)) for depth, to in _runs([(t.target_depth, t.target) for t in terms])],
            activates=op in CONVOLUTIONS or (op is Op.skip_connect and not identity),
            drops=not identity,
        )


def _runs(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, list[int]]]:
    """Group neighbours with equal first entry."""
    found: list[tuple[int, list[int]]] = []
    for first, second in pairs:
        if not found or found[-1][0] != first:
            found.append((first, []))
        found[-1][1].append(second)
    return found


class _Read(torch.autograd.Function):
    """The sources of each group's edges, after a ReLU where it begins with one.

    One function for all groups, so that their gradients are added up in place.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, source: Tensor, groups: Sequence[_Group]) -> tuple[Tensor, ...]:
        ctx.save_for_backward(source)
        ctx.groups = groups  # type: ignore[attr-defined]
        activated = functional.relu(source)
        return tuple((activated if g.activates else source).index_select(0, g.sources) for g in groups)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, *grads: Tensor) -> tuple[Tensor, None]:
        (source,) = ctx.saved_tensors  # type: ignore[attr-defined]
        groups: Sequence[_Group] = ctx.groups  # type: ignore[attr-defined]
        total = torch.zeros_like(source)
        for activates in (True, False):
            for group, grad in zip(groups, grads, strict=True):
                if group.activates is activates:
                    total.index_add_(0, group.sources, grad)
            if activates:
                total *= source > 0
        return total, None


class _Add(torch.autograd.Function):
    """Add each group's terms into the nodes of their depths, in place."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, groups: Sequence[_Group], depths: Sequence[int], *tensors: Tensor
    ) -> tuple[Tensor, ...]:
        sums, terms = tensors[: len(depths)], tensors[len(depths) :]
        for group, term in zip(groups, terms, strict=True):
            parts = torch.split(term, [len(targets) for _, targets in group.runs])
            for part, (depth, targets) in zip(parts, group.runs, strict=True):
                sums[depths.index(depth)].index_add_(0, targets, part)
        ctx.groups, ctx.depths = groups, depths  # type: ignore[attr-defined]
        ctx.mark_dirty(*sums)
        return sums

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, *grads: Tensor) -> tuple[Tensor | None, ...]:
        groups: Sequence[_Group] = ctx.groups  # type: ignore[attr-defined]
        depths: Sequence[int] = ctx.depths  # type: ignore[attr-defined]
        of_terms = []
        for group in groups:
            grad = grads[0].new_empty(len(group.sources), *grads[0].shape[1:])
            start = 0
            for depth, targets in group.runs:
                part = grad[start : start + len(targets)]
                torch.index_select(grads[depths.index(depth)], 0, targets, out=part)
                start += len(targets)
            of_terms.append(grad)
        return None, None, *grads, *of_terms


class _Unit(nn.Module):
    """ReLU, depthwise convolution, pointwise convolution, batch norm; of each row its own.

    The ReLU is the caller's.
    """

    def __init__(
        self,
        terms: Sequence[_Term],
        name: str,
        unit: int,
        channels: int,
        height: int,
        stride: int,
        views: Views,
    ) -> None:
        super().__init__()
        self.weights = nn.ParameterList()
        self.tables = []
        self.pointwise = PointwiseNorm(len(terms), channels, channels)
        for op, rows in _runs([(term.edge.op, row) for row, term in enumerate(terms)]):
            kernel, dilation, _ = CONVOLUTIONS[Op(op)]
            weight = nn.Parameter(torch.empty(len(rows), channels, 1, kernel, kernel))
            self.weights.append(weight)
            self.tables.append(pixel_table(kernel, dilation, stride, height))
            for at, row in enumerate(rows):
                where = f"{name}.ops.{terms[row].number}.{unit}"
                of_network = views[terms[row].network]
                of_network[f"{where}.depthwise.weight"] = partial(entry, weight, at)
                self.pointwise.bind_row(of_network, row, [f"{where}.pointwise"], f"{where}.norm")

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, pixels, images), ReLU applied, to (rows, channels, pixels out, images)."""
        tables = [table.to(x.dtype) for table in self.tables]
        out: Tensor = self.pointwise(apply(Depthwise, x, tables, *self.weights))
        return out


def _names(name: str, reduces: bool) -> tuple[list[str], str]:  # noqa: FBT001
    """Names of a cell input's convolutions and batch norm."""
    convolutions = [f"{name}.even", f"{name}.odd"] if reduces else [f"{name}.convolution"]
    return convolutions, f"{name}.norm"


def _common_shape(networks: Sequence[Network]) -> Shape:
    shapes = {network.shape for network in networks}
    if len(shapes) != 1:
        raise ValueError(f"a stack needs networks of one shape, got {len(networks)} of {len(shapes)} shapes")
    (shape,) = shapes
    if shape.image_size > LARGEST_IMAGE:
        raise ValueError(
            f"images of {shape.image_size} pixels are too large for a stack, at most {LARGEST_IMAGE}: "
            "train such networks one by one"
        )
    return shape
