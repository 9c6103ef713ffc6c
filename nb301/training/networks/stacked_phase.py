"""One phase of a stacked cell: edges whose sources have one depth, computed op by op; see `stacked_plan`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional

from nb301.space import Op
from nb301.training.networks.network import CONVOLUTIONS
from nb301.training.networks.stacked_layers import (
    PointwiseNorm,
    Pool,
    StackedDepthwise,
    StackedFactorizedReduce,
    Views,
    apply,
    entry,
    pixel_table,
)
from nb301.training.networks.stacked_plan import Term

#: Ops whose edges are computed together.
_OPS_TOGETHER = (
    (Op.max_pool_3x3,),
    (Op.avg_pool_3x3,),
    (Op.skip_connect,),
    (Op.sep_conv_3x3, Op.sep_conv_5x5),
    (Op.dil_conv_3x3, Op.dil_conv_5x5),
)


class PhaseShape(NamedTuple):
    """What the edges of one phase have in common."""

    #: Name of the cell's module in `Network`.
    cell: str
    channels: int
    #: Of their sources, pixels.
    height: int
    stride: int

    @property
    def height_out(self) -> int:
        """Of their targets, pixels."""
        return (self.height + 1) // 2 if self.stride == 2 else self.height


class Phase(nn.Module):
    """The edges whose sources have one depth: read, computed op by op, added into their targets.

    Args:
        terms: The edges.
        shape: What they have in common.
        views: Where the networks' weights are entered.
    """

    def __init__(self, terms: Sequence[Term], shape: PhaseShape, views: Views) -> None:
        super().__init__()
        self.computed = nn.ModuleList()
        self.groups: list[_TermGroup] = []
        for ops in _OPS_TOGETHER:
            chosen = [term for term in terms if term.edge.op in ops]
            if chosen:
                chosen.sort(key=lambda term: (term.target_depth, term.edge.op))
                self.computed.append(_computed(chosen, shape, views))
                self.groups.append(_TermGroup.of(chosen, shape.stride))
        depths: set[int] = set()
        for group in self.groups:
            depths.update(depth for depth, _ in group.runs)
        self.depths = sorted(depths)

    def forward(self, source: Tensor, sums: list[Tensor], drop_path: Tensor | None) -> None:
        """Read `source` and add to `sums`, the nodes of depths 1-4."""
        terms = []
        sources = apply(_ReadSources, source, self.groups)
        for group, computed, x in zip(self.groups, self.computed, sources, strict=True):
            out = computed(x)
            if drop_path is not None and group.drops:
                out = out * drop_path[group.networks, group.numbers][:, None, None].to(out.dtype)
            terms.append(out)
        # sums that this phase does not touch stay out: others have read them, and keep them for backward
        touched = [sums[depth - 1] for depth in self.depths]
        added = apply(_AddTerms, self.groups, self.depths, *touched, *terms)
        for depth, changed in zip(self.depths, added, strict=True):
            sums[depth - 1] = changed


def _computed(terms: Sequence[Term], shape: PhaseShape, views: Views) -> nn.Module:
    """What edges of ops that go together compute."""
    op = terms[0].edge.op
    if op in CONVOLUTIONS:
        return _convolved(terms, shape, views)
    if op is not Op.skip_connect:
        return Pool(op, shape.stride)
    if shape.stride == 1:
        return nn.Identity()
    reduce = StackedFactorizedReduce(len(terms), shape.channels, shape.channels)
    for row, term in enumerate(terms):
        at = f"{shape.cell}.ops.{term.number}"
        reduce.bind_row(views[term.network], row, [f"{at}.even", f"{at}.odd"], f"{at}.norm")
    return reduce


def _convolved(terms: Sequence[Term], shape: PhaseShape, views: Views) -> nn.Module:
    """Convolutions, which some ops apply twice, the second time with stride 1."""
    first = _Unit(terms, 0, shape, views)
    times = CONVOLUTIONS[terms[0].edge.op][2]
    if times == 1:
        return first
    again = shape._replace(height=shape.height_out, stride=1)
    return nn.Sequential(first, nn.ReLU(), _Unit(terms, 1, again, views))


class _TermGroup(NamedTuple):
    """Edges that are computed together: where they read and add, as indices of shape (edges,)."""

    networks: Tensor
    numbers: Tensor
    sources: Tensor
    #: Runs of edges whose targets have one depth: the depth, and the targets' rows.
    runs: Sequence[tuple[int, Tensor]]
    #: Whether the ops begin with a ReLU, which `_ReadSources` computes.
    activates: bool
    #: Whether DropPath drops them.
    drops: bool

    @classmethod
    def of(cls, terms: Sequence[Term], stride: int) -> _TermGroup:
        op = terms[0].edge.op
        identity = op is Op.skip_connect and stride == 1
        runs = []
        for depth, together in groupby(terms, key=attrgetter("target_depth")):
            runs.append((depth, _indices(together, "target")))
        return cls(
            _indices(terms, "network"),
            _indices(terms, "number"),
            _indices(terms, "source"),
            runs,
            activates=op in CONVOLUTIONS or (op is Op.skip_connect and not identity),
            drops=not identity,
        )


def _indices(terms: Iterable[Term], field: str) -> Tensor:
    return torch.tensor([getattr(term, field) for term in terms])


class _ReadSources(torch.autograd.Function):
    """The sources of each group's edges, after a ReLU where it begins with one.

    One function for all groups, so that their gradients are added up in place.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, source: Tensor, groups: Sequence[_TermGroup]) -> tuple[Tensor, ...]:
        ctx.save_for_backward(source)
        ctx.groups = groups  # type: ignore[attr-defined]
        activated = functional.relu(source)
        sources = []
        for group in groups:
            read_from = activated if group.activates else source
            sources.append(read_from.index_select(0, group.sources))
        return tuple(sources)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, *grads: Tensor) -> tuple[Tensor, None]:
        (source,) = ctx.saved_tensors  # type: ignore[attr-defined]
        groups: Sequence[_TermGroup] = ctx.groups  # type: ignore[attr-defined]
        total = torch.zeros_like(source)
        for activates in (True, False):
            for group, grad in zip(groups, grads, strict=True):
                if group.activates is activates:
                    total.index_add_(0, group.sources, grad)
            if activates:
                total *= source > 0
        return total, None


class _AddTerms(torch.autograd.Function):
    """Add each group's terms into the nodes of their depths, in place."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, groups: Sequence[_TermGroup], depths: Sequence[int], *tensors: Tensor
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
        groups: Sequence[_TermGroup] = ctx.groups  # type: ignore[attr-defined]
        depths: Sequence[int] = ctx.depths  # type: ignore[attr-defined]
        term_grads = []
        for group in groups:
            term_grad = grads[0].new_empty(len(group.sources), *grads[0].shape[1:])
            start = 0
            for depth, targets in group.runs:
                part = term_grad[start : start + len(targets)]
                torch.index_select(grads[depths.index(depth)], 0, targets, out=part)
                start += len(targets)
            term_grads.append(term_grad)
        return None, None, *grads, *term_grads


class _Unit(nn.Module):
    """Depthwise convolution, pointwise convolution, batch norm; each row has its own.

    The ReLU before them is the caller's.

    Args:
        terms: The rows; those of one op that go to one depth are neighbours.
        number: Which of the op's units it is, from 0.
        shape: What the terms have in common.
        views: Where the networks' weights are entered.
    """

    def __init__(self, terms: Sequence[Term], number: int, shape: PhaseShape, views: Views) -> None:
        super().__init__()
        self.weights = nn.ParameterList()
        self.tables = []
        self.pointwise = PointwiseNorm(len(terms), shape.channels, shape.channels)
        start = 0
        for op, neighbours in groupby(terms, key=lambda term: term.edge.op):
            together = [*neighbours]
            kernel, dilation, _ = CONVOLUTIONS[op]
            weight = nn.Parameter(torch.empty(len(together), shape.channels, 1, kernel, kernel))
            self.weights.append(weight)
            self.tables.append(pixel_table(kernel, dilation, shape.stride, shape.height))
            for at, term in enumerate(together):
                name = f"{shape.cell}.ops.{term.number}.{number}"
                view = views[term.network]
                view[f"{name}.depthwise.weight"] = partial(entry, weight, at)
                self.pointwise.bind_row(view, start + at, [f"{name}.pointwise"], f"{name}.norm")
            start += len(together)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, pixels, images), ReLU applied, to (rows, channels, pixels out, images)."""
        tables = [table.to(x.dtype) for table in self.tables]
        out: Tensor = self.pointwise(apply(StackedDepthwise, x, tables, *self.weights))
        return out
