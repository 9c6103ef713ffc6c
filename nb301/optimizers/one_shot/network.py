"""The weight-sharing supernet of the DARTS cells (Liu et al., 2019b), small and fast on a CPU.

All edges that leave a node see the same input, so their ops are computed together, stacked along
channels: a convolution of 4-8 channels costs little more than its call. A depthwise convolution and
the pointwise one behind it are one linear map and are applied as one dense convolution. Each op ends
in a batch norm without affine parameters, so that its architecture weight can stand for the scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from nb301.optimizers.one_shot.discretisation import OpSet, edge_numbers
from nb301.space import NODES, Op

#: (kernel size, dilation) of the convolutions; separable ones are applied twice.
_CONVOLUTIONS = {
    Op.sep_conv_3x3: (3, 1),
    Op.sep_conv_5x5: (5, 1),
    Op.dil_conv_3x3: (3, 2),
    Op.dil_conv_5x5: (5, 2),
}
_SEPARABLE = (Op.sep_conv_3x3, Op.sep_conv_5x5)
_STEM_MULTIPLIER = 3


class Mixture(NamedTuple):
    """What a forward pass weighs the ops with; index 0 is the normal cell, 1 the reduction cell."""

    #: Weight of each op on each edge, shape (2, 14, ops).
    ops: Tensor
    #: Weight of each edge (PC-DARTS' edge normalisation), shape (2, 14); ones elsewhere.
    edges: Tensor


class Supernet(nn.Module):
    """A stem, a few cells that mix all ops on all edges, and a linear classifier.

    Batch norm always uses the batch's statistics, as architectures change from step to step.

    Args:
        ops: Candidate ops of every edge.
        cells: One letter a cell, `n` for normal and `r` for reduction, such as "nr".
        channels: Of each node in the first cells; reduction cells double them.
        image_channels: 1 or 3.
        classes: Number of classes.
        partial: Only one in so many channels passes through the ops (K of PC-DARTS, Xu et al.,
            2020); 1 for all.
        generator: Where the initial weights are drawn from.

    Raises:
        ValueError: There is no cell, a letter is another, or `partial` does not divide `channels`.
    """

    def __init__(
        self,
        ops: OpSet,
        cells: str,
        channels: int,
        image_channels: int,
        classes: int,
        generator: Generator,
        partial: int = 1,
    ) -> None:
        super().__init__()
        if not cells or set(cells) - set("nr"):
            raise ValueError(f"cells are {cells!r}, expected letters n (normal) and r (reduction)")
        if channels % partial:
            raise ValueError(f"{channels} channels cannot be split into {partial} equal parts")
        width = _STEM_MULTIPLIER * channels
        self.stem = _weights((width, image_channels, 3, 3), generator)
        self.cells = nn.ModuleList()
        before, last, reduced = width, width, False
        for cell in cells:
            reduces = cell == "r"
            channels *= 1 + reduces
            self.cells.append(
                _MixedCell(ops, before, last, channels, partial, generator, reduces=reduces, reduced=reduced)
            )
            before, last, reduced = last, len(NODES) * channels, reduces
        self.classifier = _weights((classes, last), generator)
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, images: Tensor, mixture: Mixture) -> Tensor:
        """Logits, shape (n, classes), of images, shape (n, channels, height, width)."""
        images = images.contiguous(memory_format=torch.channels_last)
        before = last = _batch_norm(functional.conv2d(images, self.stem, padding=1))
        for cell in self.cells:
            before, last = last, cell(before, last, mixture)
        return functional.linear(last.mean(dim=(2, 3)), self.classifier, self.bias)


class _MixedCell(nn.Module):
    def __init__(
        self,
        ops: OpSet,
        before: int,
        last: int,
        channels: int,
        partial: int,
        generator: Generator,
        *,
        reduces: bool,
        reduced: bool,
    ) -> None:
        super().__init__()
        self.kind = int(reduces)
        self.inputs = nn.ModuleList(
            [
                _Pointwise(before, channels, 2 if reduced else 1, generator),
                _Pointwise(last, channels, 1, generator),
            ]
        )
        self.sources = nn.ModuleList()
        for source in range(NODES[-1]):
            stride = 2 if reduces and source < 2 else 1
            self.sources.append(_MixedEdges(ops, source, channels, stride, partial, generator))

    def forward(self, before: Tensor, last: Tensor, mixture: Mixture) -> Tensor:
        states = [self.inputs[0](before), self.inputs[1](last)]
        sums: dict[int, Tensor] = {}
        for source, edges in enumerate(self.sources):
            targets = [node for node in NODES if node > source]
            for target, term in zip(targets, edges(states[source], mixture, self.kind), strict=True):
                sums[target] = sums[target] + term if target in sums else term
            if source >= 1:
                states.append(sums[source + 1])
        return torch.cat(states[2:], dim=1)


class _MixedEdges(nn.Module):
    """All edges that leave one node, each a weighted sum of all ops."""

    def __init__(
        self, ops: OpSet, source: int, channels: int, stride: int, partial: int, generator: Generator
    ) -> None:
        super().__init__()
        self.numbers = edge_numbers(source)
        self.stride, self.partial = stride, partial
        self.active = channels // partial
        # ops in the order in which their outputs are stacked; a skip connection that does not
        # reduce has no batch norm and stands apart, and `none` adds nothing
        self.convolutions = [op for op in ops if op in _CONVOLUTIONS]
        self.pools = [op for op in (Op.max_pool_3x3, Op.avg_pool_3x3) if op in ops]
        self.skip = ops.index(Op.skip_connect) if Op.skip_connect in ops else None
        self.columns = [ops.index(op) for op in (*self.convolutions, *self.pools)]
        n = len(self.numbers)
        self.stacks, self.repeats = nn.ModuleList(), nn.ModuleList()
        for op in self.convolutions:
            self.stacks.append(_StackedConvolutions(op, n, self.active, stride, generator))
        for op in self.convolutions:
            if op in _SEPARABLE:
                self.repeats.append(_StackedConvolutions(op, n, self.active, 1, generator, own_input=True))
        if self.skip is not None and stride == 2:
            self.skips = _Pointwise(self.active, n * self.active, 2, generator)

    def forward(self, x: Tensor, mixture: Mixture, kind: int) -> Sequence[Tensor]:
        """One (n, channels, height, width) a leaving edge, by target."""
        edges = mixture.edges[kind, self.numbers]
        weights = mixture.ops[kind, self.numbers] * edges[:, None]
        mixed = self._mix(x[:, : self.active], weights)
        if self.partial == 1:
            return mixed
        rest = x[:, self.active :]
        rest = functional.max_pool2d(rest, 2) if self.stride == 2 else rest
        outputs = []
        for term, edge in zip(mixed, edges, strict=True):
            both = torch.cat([term, rest * edge], dim=1)
            outputs.append(functional.channel_shuffle(both, self.partial))
        return outputs

    def _mix(self, x: Tensor, weights: Tensor) -> Sequence[Tensor]:
        """The ops on the active channels, shape (n, active, height, width), by (edges, ops) weights."""
        outputs = [self._convolved(functional.relu(x))] if self.convolutions else []
        outputs += [_pool(op, x, self.stride).repeat(1, len(self.numbers), 1, 1) for op in self.pools]
        columns = list(self.columns)
        if self.skip is not None and self.stride == 2:
            # its own batch norm makes the second one, here, the identity
            outputs.append(self.skips(x))
            columns.append(self.skip)
        scale = weights[:, columns].t().repeat_interleave(self.active)
        normed = _batch_norm(torch.cat(outputs, dim=1), scale)
        n, _, height, width = normed.shape
        total = normed.view(n, len(columns), -1, height, width).sum(1)
        if self.skip is not None and self.stride == 1:
            share = weights[:, self.skip].repeat_interleave(self.active)[:, None, None]
            total = total + x.repeat(1, len(self.numbers), 1, 1) * share
        return torch.split(total, self.active, dim=1)

    def _convolved(self, x: Tensor) -> Tensor:
        """Outputs of the convolutions before their last batch norm, stacked by op, then edge."""
        hidden = [stack(x) for stack in self.stacks]
        n = len(self.repeats)  # separable ones come first, as in `Op`
        if n:
            twice = functional.relu(_batch_norm(torch.cat(hidden[:n], dim=1))).chunk(n, dim=1)
            hidden[:n] = [repeat(part) for repeat, part in zip(self.repeats, twice, strict=True)]
        return torch.cat(hidden, dim=1)


class _StackedConvolutions(nn.Module):
    """A depthwise and a pointwise convolution for each of `n` edges.

    Edges share their input, or with `own_input` each has its own channels of it.
    """

    def __init__(
        self,
        op: Op,
        n: int,
        channels: int,
        stride: int,
        generator: Generator,
        *,
        own_input: bool = False,
    ) -> None:
        super().__init__()
        kernel, dilation = _CONVOLUTIONS[op]
        self.n, self.own_input = n, own_input
        self.stride, self.dilation, self.padding = stride, dilation, dilation * (kernel // 2)
        self.depthwise = _weights((n * channels, 1, kernel, kernel), generator)
        self.pointwise = _weights((n * channels, channels, 1, 1), generator)

    def forward(self, x: Tensor) -> Tensor:
        if self.own_input:
            depthwise = functional.conv2d(x, self.depthwise, padding=self.padding, groups=x.shape[1])
            return functional.conv2d(depthwise, self.pointwise, groups=self.n)
        channels = self.pointwise.shape[1]
        size = self.depthwise.shape[-1]
        spatial = self.depthwise.view(self.n, 1, channels, size, size)
        kernel = (self.pointwise.view(self.n, channels, channels, 1, 1) * spatial).flatten(0, 1)
        return functional.conv2d(x, kernel, None, self.stride, self.padding, self.dilation)


class _Pointwise(nn.Module):
    """ReLU, 1x1 convolution, batch norm; with stride 2 two convolutions, one shifted by a pixel."""

    def __init__(self, channels_in: int, channels_out: int, stride: int, generator: Generator) -> None:
        super().__init__()
        self.stride = stride
        self.weight = _weights((channels_out, channels_in, 1, 1), generator)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(x)
        if self.stride == 1:
            return _batch_norm(functional.conv2d(x, self.weight))
        # alternate outputs, so that each of several edges' skip connections has half of each kind
        even = functional.conv2d(x, self.weight[::2], stride=2)
        odd = functional.conv2d(x[:, :, 1:, 1:], self.weight[1::2], stride=2)
        return _batch_norm(torch.stack([even, odd], dim=2).flatten(1, 2))


def _pool(op: Op, x: Tensor, stride: int) -> Tensor:
    if op is Op.max_pool_3x3:
        return functional.max_pool2d(x, 3, stride, padding=1)
    return functional.avg_pool2d(x, 3, stride, padding=1, count_include_pad=False)


def _batch_norm(x: Tensor, scale: Tensor | None = None) -> Tensor:
    return functional.batch_norm(x, None, None, scale, training=True)


def _weights(shape: tuple[int, ...], generator: Generator) -> nn.Parameter:
    """Uniform with a bound of 1/sqrt(fan-in), torch's default for its own layers."""
    bound = 1 / math.sqrt(math.prod(shape[1:]))
    return nn.Parameter(torch.empty(shape).uniform_(-bound, bound, generator=generator))
