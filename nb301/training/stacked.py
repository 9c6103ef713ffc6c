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

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional

from nb301.cost import Network as Shape
from nb301.space import NODES, Cell, Edge, Op
from nb301.training.network import CONVOLUTIONS, Logits, Network

_EPSILON, _MOMENTUM = 1e-5, 0.1  # of batch norm, torch's defaults
#: Numbers of a tensor that are worked on at a time.
_CHUNK = 2**19
_STEM_MULTIPLIER, _IMAGE_CHANNELS = 3, 3
#: A depthwise convolution as a matrix has pixels^2 entries a channel.
LARGEST_IMAGE = 16

#: A network's state by the names of `Network.state_dict`, each found in the stack's own tensors.
_View = dict[str, Callable[[], Tensor]]
_Views = list[_View]


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
        views: _Views = [{} for _ in networks]
        width, stem = shape.channels, _STEM_MULTIPLIER * shape.channels
        self.stem = _PointwiseNorm(k, 9 * _IMAGE_CHANNELS, stem)
        self.stem.bind(views, range(k), ["stem.convolution"], "stem.norm")
        self.cells = nn.ModuleList()
        self.auxiliary: _AuxiliaryHead | None = None
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
                self.auxiliary = _AuxiliaryHead(k, last, shape.classes, views)
        self.classifier = _Linear(k, last, shape.classes, views, "classifier")
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
        before = last = functional.relu(self.stem(_patches(images.permute(0, 2, 3, 4, 1))))
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


def _entry(parameter: Tensor, index: int | slice) -> Tensor:
    return parameter.data[index]


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

    def __init__(self, cells: Sequence[Cell], place: _Place, views: _Views) -> None:
        super().__init__()
        k, plan = len(cells), _Plan(cells)
        self.channels, self.height_out = place.channels, place.height_out
        first = _FactorizedReduce if place.reduced else _PointwiseNorm
        networks = range(k)
        self.before = first(k, place.channels_before, place.channels)
        self.before.bind(views, networks, *_names(f"{place.name}.inputs.0", place.reduced))
        self.last = _PointwiseNorm(k, place.channels_last, place.channels)
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
        self, terms: Sequence[_Term], name: str, channels: int, height: int, stride: int, views: _Views
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
            self.groups, self.computed, _apply(_Read, source, self.groups), strict=True
        ):
            out = computed(x)
            if drop_path is not None and group.drops:
                out = out * drop_path[group.networks, group.numbers][:, None, None].to(out.dtype)
            terms.append(out)
        # sums that this phase does not touch stay out: others have read them, and keep them for backward
        added = _apply(_Add, self.groups, self.depths, *(sums[depth - 1] for depth in self.depths), *terms)
        for depth, changed in zip(self.depths, added, strict=True):
            sums[depth - 1] = changed


def _apply(function: type[torch.autograd.Function], *arguments: Any) -> Any:
    """`function.apply`, which torch leaves untyped."""
    return function.apply(*arguments)  # type: ignore[no-untyped-call]


#: Ops whose edges are computed together.
_OPS_TOGETHER = (
    (Op.max_pool_3x3,),
    (Op.avg_pool_3x3,),
    (Op.skip_connect,),
    (Op.sep_conv_3x3, Op.sep_conv_5x5),
    (Op.dil_conv_3x3, Op.dil_conv_5x5),
)


def _computed(
    terms: Sequence[_Term], name: str, channels: int, height: int, stride: int, views: _Views
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
        return _Pool(op, stride)
    if stride == 1:
        return nn.Identity()
    reduce = _FactorizedReduce(len(terms), channels, channels)
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
        views: _Views,
    ) -> None:
        super().__init__()
        self.weights = nn.ParameterList()
        self.tables = []
        self.pointwise = _PointwiseNorm(len(terms), channels, channels)
        for op, rows in _runs([(term.edge.op, row) for row, term in enumerate(terms)]):
            kernel, dilation, _ = CONVOLUTIONS[Op(op)]
            weight = nn.Parameter(torch.empty(len(rows), channels, 1, kernel, kernel))
            self.weights.append(weight)
            self.tables.append(_pixel_table(kernel, dilation, stride, height))
            for at, row in enumerate(rows):
                where = f"{name}.ops.{terms[row].number}.{unit}"
                of_network = views[terms[row].network]
                of_network[f"{where}.depthwise.weight"] = partial(_entry, weight, at)
                self.pointwise.bind_row(of_network, row, [f"{where}.pointwise"], f"{where}.norm")

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, pixels, images), ReLU applied, to (rows, channels, pixels out, images)."""
        tables = [table.to(x.dtype) for table in self.tables]
        out: Tensor = self.pointwise(_apply(_Depthwise, x, tables, *self.weights))
        return out


class _Depthwise(torch.autograd.Function):
    """Depthwise convolutions of any kernels as batched matrix products over pixels."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, tables: Sequence[Tensor], *weights: Tensor) -> Tensor:
        """Convolve.

        Args:
            ctx: torch's.
            x: Shape (rows, channels, pixels, images).
            tables: For each of `weights` its `_pixel_table`.
            weights: Kernels of consecutive rows, each shape (some rows, channels, 1, kernel, kernel).

        Returns:
            Shape (rows, channels, pixels out, images).
        """
        ctx.save_for_backward(x, *weights)
        ctx.tables = tables  # type: ignore[attr-defined]
        pixels = x.shape[2]
        out = x.new_empty(*x.shape[:2], tables[0].shape[1] // pixels, x.shape[3])
        for weight, table, rows in _parts(weights, tables, x):
            torch.bmm(_matrices(weight, table, pixels), x[rows].flatten(0, 1), out=out[rows].flatten(0, 1))
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, *weights = ctx.saved_tensors  # type: ignore[attr-defined]
        tables: Sequence[Tensor] = ctx.tables  # type: ignore[attr-defined]
        grad_x, grads = torch.empty_like(x), [torch.empty_like(weight) for weight in weights]
        parts = zip(_parts(weights, tables, x), _parts(grads, tables, x), strict=True)
        for (weight, table, rows), (grad_weight, _, _) in parts:
            part, grad_part = x[rows].flatten(0, 1), grad[rows].flatten(0, 1)
            # cheaper to make again than to keep
            matrices = _matrices(weight, table, x.shape[2])
            torch.bmm(matrices.transpose(1, 2), grad_part, out=grad_x[rows].flatten(0, 1))
            grad_matrices = torch.bmm(grad_part, part.transpose(1, 2))
            torch.mm(grad_matrices.flatten(1), table.T, out=grad_weight.view(-1, len(table)))
        return grad_x, None, *grads


def _parts(
    weights: Sequence[Tensor], tables: Sequence[Tensor], x: Tensor
) -> Iterator[tuple[Tensor, Tensor, slice]]:
    """Weights, their table and their rows of `x`, a few rows at a time."""
    start = 0
    for weight, table in zip(weights, tables, strict=True):
        for rows in _chunks(len(weight), x[0].numel()):
            yield weight[rows], table, slice(start + rows.start, start + rows.stop)
        start += len(weight)


def _chunks(rows: int, size: int) -> Iterator[slice]:
    """Few enough rows of `size` numbers at a time that all that is made of them stays in the cache."""
    step = max(1, _CHUNK // size)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def _matrices(weight: Tensor, table: Tensor, pixels: int) -> Tensor:
    """Kernels as matrices over pixels, shape (rows * channels, pixels out, pixels)."""
    matrices = weight.view(-1, len(table)) @ table
    return matrices.view(len(matrices), -1, pixels)


@lru_cache(maxsize=64)
def _pixel_table(kernel: int, dilation: int, stride: int, height: int) -> Tensor:
    """Which entry of a kernel takes which pixel to which.

    Returns:
        Zeros and ones, shape (kernel^2, pixels out * pixels): a flat kernel times it is the matrix of
        the convolution of a square image with zero padding.
    """
    eye = torch.eye(kernel**2).view(kernel**2, 1, kernel, kernel)
    pixels = torch.eye(height**2).view(-1, 1, height, height)
    out = functional.conv2d(pixels, eye, None, stride, dilation * (kernel // 2), dilation)
    return out.flatten(2).permute(1, 2, 0).reshape(kernel**2, -1).contiguous()


class _PointwiseNorm(nn.Module):
    """A 1x1 convolution without bias and batch norm, of each row its own."""

    def __init__(self, rows: int, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(rows, channels_out, channels_in))
        self.scale = nn.Parameter(torch.empty(rows, channels_out))
        self.shift = nn.Parameter(torch.empty(rows, channels_out))
        self.register_buffer("mean", torch.empty(rows, channels_out))
        self.register_buffer("variance", torch.empty(rows, channels_out))
        self.mean: Tensor
        self.variance: Tensor

    def bind(self, views: _Views, networks: Sequence[int], convolutions: Sequence[str], norm: str) -> None:
        """Name the state of all rows, one a network."""
        for row in networks:
            self.bind_row(views[row], row, convolutions, norm)

    def bind_row(self, view: _View, row: int, convolutions: Sequence[str], norm: str) -> None:
        """Name a row's state after the layers of `Network` that it stands for.

        With several convolutions, whose outputs are one after the other, each is a row here.
        """
        n = len(convolutions)
        for at, name in enumerate(convolutions):
            view[f"{name}.weight"] = partial(_entry, self.weight, n * row + at)
        rows = slice(n * row, n * (row + 1))
        view[f"{norm}.weight"] = partial(_entry, self.scale, rows)
        view[f"{norm}.bias"] = partial(_entry, self.shift, rows)
        # batch norm's buffers are other tensors after a conversion
        view[f"{norm}.running_mean"] = lambda: self.mean[rows]
        view[f"{norm}.running_var"] = lambda: self.variance[rows]

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels in, pixels, images) to (rows, channels out, pixels, images)."""
        flat = x.reshape(len(self.weight), -1, x.shape[-2] * x.shape[-1])
        if self.training:
            out, mean, variance = _apply(_PointwiseNormFunction, flat, self.weight, self.scale, self.shift)
            count = flat.shape[-1]
            self.mean.lerp_(mean, _MOMENTUM)
            self.variance.lerp_(variance * (count / (count - 1)), _MOMENTUM)
        else:
            scale = self.scale * (self.variance + _EPSILON).rsqrt()
            shift = self.shift - self.mean * scale
            out = torch.baddbmm(shift[..., None], self.weight * scale[..., None], flat)
        shaped: Tensor = out.view(len(x), -1, *x.shape[2:])
        return shaped


class _PointwiseNormFunction(torch.autograd.Function):
    """A batched matrix product, then batch norm."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, x: Tensor, weight: Tensor, scale: Tensor, shift: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Shapes (rows, in, n), (rows, out, in), (rows, out) and (rows, out).

        Returns:
            Output, shape (rows, out, n); mean and variance over n, shape (rows, out).
        """
        centred = x.new_empty(*weight.shape[:2], x.shape[2])
        out, mean, variance = torch.empty_like(centred), torch.empty_like(scale), torch.empty_like(scale)
        for rows in _chunks(len(x), centred[0].numel()):
            part = torch.bmm(weight[rows], x[rows], out=centred[rows])
            part -= torch.mean(part, -1, out=mean[rows])[..., None]
            torch.div(torch.linalg.vector_norm(part, dim=-1).square_(), x.shape[2], out=variance[rows])
            factor = scale[rows] * (variance[rows] + _EPSILON).rsqrt()
            # two products with a number a row are faster than torch.addcmul
            torch.mul(part, factor[..., None], out=out[rows]).add_(shift[rows, :, None])
        ctx.save_for_backward(x, weight, scale, centred, variance)
        ctx.mark_non_differentiable(mean, variance)
        return out, mean, variance

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, grad: Tensor, *_: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, scale, centred, variance = ctx.saved_tensors  # type: ignore[attr-defined]
        n = x.shape[2]
        inverse = (variance + _EPSILON).rsqrt()
        factor = scale * inverse
        grad_x, grad_weight = torch.empty_like(x), torch.empty_like(weight)
        grad_scale, grad_shift = torch.empty_like(scale), torch.empty_like(scale)
        for rows in _chunks(len(x), centred[0].numel()):
            part, grad_part = centred[rows], grad[rows]
            torch.sum(grad_part, -1, out=grad_shift[rows])
            torch.mul((grad_part * part).sum(-1), inverse[rows], out=grad_scale[rows])
            # (scale / std) * (grad - mean of grad - normed * mean of grad * normed)
            inner = part * (grad_scale[rows] * inverse[rows] / -n)[..., None]
            inner -= (grad_shift[rows] / n)[..., None]
            inner += grad_part
            inner *= factor[rows][..., None]
            if ctx.needs_input_grad[0]:  # type: ignore[attr-defined]
                torch.bmm(weight[rows].transpose(1, 2), inner, out=grad_x[rows])
            torch.bmm(inner, x[rows].transpose(1, 2), out=grad_weight[rows])
        return grad_x if ctx.needs_input_grad[0] else None, grad_weight, grad_scale, grad_shift  # type: ignore[attr-defined]


class _FactorizedReduce(_PointwiseNorm):
    """Two 1x1 convolutions of stride 2, one shifted by a pixel: two rows for each of `rows`."""

    def __init__(self, rows: int, channels_in: int, channels_out: int) -> None:
        super().__init__(2 * rows, channels_in, channels_out // 2)

    def forward(self, x: Tensor) -> Tensor:
        height = round(x.shape[2] ** 0.5)
        image = x.reshape(*x.shape[:2], height, height, -1)
        halves = torch.stack([image[:, :, ::2, ::2], image[:, :, 1::2, 1::2]], dim=1)
        out = super().forward(halves.flatten(0, 1).flatten(2, 3))
        return out.view(len(x), -1, *out.shape[2:])


class _Pool(nn.Module):
    """Pooling over 3x3 pixels."""

    def __init__(self, op: Op, stride: int) -> None:
        super().__init__()
        self.op, self.stride = op, stride

    def forward(self, x: Tensor) -> Tensor:
        image = _as_images(x)
        if self.op is Op.max_pool_3x3:
            image = functional.max_pool2d(image, 3, self.stride, padding=1)
        else:
            image = functional.avg_pool2d(image, 3, self.stride, padding=1, count_include_pad=False)
        return _as_rows(image, x)


class _AuxiliaryHead(nn.Module):
    """As in `Network`; a convolution that leaves one pixel is a 1x1 one of more channels."""

    def __init__(self, networks: int, channels: int, classes: int, views: _Views) -> None:
        super().__init__()
        every = range(networks)
        first, second = 128, 768
        self.first = _PointwiseNorm(networks, channels, first)
        self.first.bind(views, every, ["auxiliary.first.convolution"], "auxiliary.first.norm")
        self.second = _PointwiseNorm(networks, 4 * first, second)
        self.second.bind(views, every, ["auxiliary.second"], "auxiliary.norm")
        self.classifier = _Linear(networks, second, classes, views, "auxiliary.classifier")

    def forward(self, x: Tensor) -> Tensor:
        image = _as_images(x)
        image = (
            functional.avg_pool2d(image, 5, 3)
            if image.shape[-1] == 8
            else functional.adaptive_avg_pool2d(image, 2)
        )
        x = functional.relu(self.first(_as_rows(image, x)))
        x = functional.relu(self.second(x.flatten(1, 2)[:, :, None]))
        logits: Tensor = self.classifier(x[:, :, 0])
        return logits


class _Linear(nn.Module):
    """A linear layer for each network."""

    def __init__(self, networks: int, channels: int, classes: int, views: _Views, name: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(networks, classes, channels))
        self.bias = nn.Parameter(torch.empty(networks, classes, 1))
        for k, view in enumerate(views):
            view[f"{name}.weight"] = partial(_entry, self.weight, k)
            view[f"{name}.bias"] = partial(_entry, self.bias, k)

    def forward(self, x: Tensor) -> Tensor:
        """(networks, channels, images) to (networks, images, classes)."""
        return torch.baddbmm(self.bias, self.weight, x).transpose(1, 2)


def _names(name: str, reduces: bool) -> tuple[list[str], str]:  # noqa: FBT001
    """Names of a cell input's convolutions and batch norm."""
    convolutions = [f"{name}.even", f"{name}.odd"] if reduces else [f"{name}.convolution"]
    return convolutions, f"{name}.norm"


def _as_images(x: Tensor) -> Tensor:
    """(rows, channels, pixels, images) as a channels-last batch whose channels are the images."""
    rows, channels, pixels, images = x.shape
    height = round(pixels**0.5)
    return x.reshape(rows * channels, height, height, images).permute(0, 3, 1, 2)


def _as_rows(image: Tensor, like: Tensor) -> Tensor:
    """Undo `_as_images`."""
    return image.permute(0, 2, 3, 1).reshape(*like.shape[:2], -1, like.shape[-1])


def _patches(images: Tensor) -> Tensor:
    """The 3x3 surroundings of each pixel, as channels: (k, c, h, w, n) to (k, 9 c, h * w, n)."""
    height, width = images.shape[2:4]
    padded = functional.pad(images, (0, 0, 1, 1, 1, 1))
    shifted = [padded[:, :, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return torch.stack(shifted, dim=2).flatten(3, 4).flatten(1, 2)


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
