"""The network that an architecture is trained in: a stem, stacked DARTS cells, a linear classifier (F22).

It has exactly the parameters and multiply-adds that `nb301.cost` counts. Nothing in it is random:
initial weights come from a generator, and DropPath's choices come in with the images.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional
from torch.nn.utils import skip_init

from nb301.cost import CIFAR10_NETWORK, cost
from nb301.cost import NetworkShape as Shape
from nb301.space import NODES, Cell, Edge, Genotype, Op

#: (kernel size, dilation, how many times the pair of convolutions is applied).
CONVOLUTIONS = {
    Op.sep_conv_3x3: (3, 1, 2),
    Op.sep_conv_5x5: (5, 1, 2),
    Op.dil_conv_3x3: (3, 2, 1),
    Op.dil_conv_5x5: (5, 2, 1),
}
#: Edges of a cell.
EDGES = 8
STEM_MULTIPLIER, IMAGE_CHANNELS = 3, 3
#: Channels of the auxiliary head's two convolutions.
AUXILIARY_CHANNELS = (128, 768)


class Logits(NamedTuple):
    """What a network answers; each has classes in its last dimension."""

    main: Tensor
    #: Of the auxiliary head; only in training, and only where there is one.
    auxiliary: Tensor | None


class Network(nn.Module):
    """An architecture's network.

    Args:
        genotype: The two cells.
        generator: Where the initial weights are drawn from.
        shape: Channels, layers, image size, classes, auxiliary head.

    Raises:
        CostError: The image size cannot be halved where the cells do.
    """

    def __init__(self, genotype: Genotype, generator: Generator, shape: Shape = CIFAR10_NETWORK) -> None:
        super().__init__()
        cost(genotype, shape)  # refuses what cannot be built
        self.genotype, self.shape = genotype, shape
        width, stem = shape.channels, STEM_MULTIPLIER * shape.channels
        self.stem = _ConvolutionNorm(IMAGE_CHANNELS, stem, 3)
        self.cells = nn.ModuleList()
        self.auxiliary: _AuxiliaryHead | None = None
        before, last, reduced = stem, stem, False
        for index in range(shape.layers):
            reduces = index in shape.reductions
            width *= 1 + reduces
            cell = genotype.reduce if reduces else genotype.normal
            self.cells.append(_CellModule(cell, before, last, width, reduces=reduces, reduced=reduced))
            before, last, reduced = last, len(NODES) * width, reduces
            if shape.auxiliary and index == shape.reductions[1]:
                self.auxiliary = _AuxiliaryHead(last, shape.classes)
        self.classifier = _linear(last, shape.classes)
        _initialise(self, generator)

    def forward(self, images: Tensor, drop_path: Tensor | None = None) -> Logits:
        """Logits of images.

        Args:
            images: Standardised, shape (n, 3, image size, image size).
            drop_path: What each edge's output is multiplied by, 0 or 1 / (share that is kept), shape
                (layers, 8, n); edges in the order of `Cell.edges`. Skip connections of stride 1 are
                left whole, as in DARTS. None for no DropPath.

        Returns:
            Shapes (n, classes).
        """
        before = last = self.stem(images)
        auxiliary = None
        for index, cell in enumerate(self.cells):
            before, last = last, cell(before, last, None if drop_path is None else drop_path[index])
            if self.training and self.auxiliary is not None and index == self.shape.reductions[1]:
                auxiliary = self.auxiliary(last)
        return Logits(self.classifier(last.mean(dim=(2, 3))), auxiliary)


class _CellModule(nn.Module):
    """One cell's layers."""

    def __init__(
        self, cell: Cell, before: int, last: int, channels: int, *, reduces: bool, reduced: bool
    ) -> None:
        super().__init__()
        first = _FactorizedReduce(before, channels) if reduced else _ReluConvolutionNorm(before, channels)
        self.inputs = nn.ModuleList([first, _ReluConvolutionNorm(last, channels)])
        self.edges = cell.edges
        self.ops = nn.ModuleList(
            _op(edge, channels, 2 if reduces and edge.source < 2 else 1) for edge in cell.edges
        )

    def forward(self, before: Tensor, last: Tensor, drop_path: Tensor | None) -> Tensor:
        """The four nodes' channels, (n, 4 * channels, height, width)."""
        nodes = [self.inputs[0](before), self.inputs[1](last)]
        for index, (edge, op) in enumerate(zip(self.edges, self.ops, strict=True)):
            term = op(nodes[edge.source])
            if drop_path is not None and not isinstance(op, nn.Identity):
                term = term * drop_path[index, :, None, None, None].to(term.dtype)
            if edge.target < len(nodes):
                nodes[edge.target] = nodes[edge.target] + term
            else:
                nodes.append(term)
        return torch.cat(nodes[2:], dim=1)


class _ConvolutionNorm(nn.Module):
    """A dense convolution, then batch norm."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int) -> None:
        super().__init__()
        self.convolution = _convolution(channels_in, channels_out, kernel, padding=kernel // 2)
        self.norm = nn.BatchNorm2d(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.convolution(x))
        return normed


class _ReluConvolutionNorm(_ConvolutionNorm):
    """ReLU, 1x1 convolution, batch norm."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(functional.relu(x))


class _FactorizedReduce(nn.Module):
    """ReLU, two 1x1 convolutions of stride 2, one shifted by a pixel, each to half the channels."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        # every other pixel is taken before, not by a stride: oneDNN's gradient of a channels-last 1x1
        # convolution with stride 2 writes past its memory for fewer than 8 channels (oneDNN issue 6035)
        self.even = _convolution(channels_in, channels_out // 2, 1)
        self.odd = _convolution(channels_in, channels_out // 2, 1)
        self.norm = nn.BatchNorm2d(channels_out)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(x)
        normed: Tensor = self.norm(
            torch.cat([self.even(x[:, :, ::2, ::2]), self.odd(x[:, :, 1::2, 1::2])], dim=1)
        )
        return normed


class _SeparableConvolution(nn.Module):
    """ReLU, depthwise convolution, pointwise convolution, batch norm."""

    def __init__(self, channels: int, kernel: int, dilation: int, stride: int) -> None:
        super().__init__()
        self.depthwise = _convolution(
            channels, channels, kernel, stride, dilation * (kernel // 2), dilation, groups=channels
        )
        self.pointwise = _convolution(channels, channels, 1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        normed: Tensor = self.norm(self.pointwise(self.depthwise(functional.relu(x))))
        return normed


class _AuxiliaryHead(nn.Module):
    """A second classifier, behind the last reduction cell (Szegedy et al., 2015).

    On the 8x8 pixels that 32x32 images have there it averages over 5x5 pixels as DARTS does; on other
    sizes over quarters, so that four pixels are left here, too.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        first, second = AUXILIARY_CHANNELS
        self.first = _ConvolutionNorm(channels, first, 1)
        self.second = _convolution(first, second, 2)
        self.norm = nn.BatchNorm2d(second)
        self.classifier = _linear(second, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(x)
        x = functional.avg_pool2d(x, 5, 3) if x.shape[-1] == 8 else functional.adaptive_avg_pool2d(x, 2)
        x = self.norm(self.second(functional.relu(self.first(x))))
        logits: Tensor = self.classifier(functional.relu(x).flatten(1))
        return logits


def _op(edge: Edge, channels: int, stride: int) -> nn.Module:
    if edge.op is Op.max_pool_3x3:
        return nn.MaxPool2d(3, stride, padding=1)
    if edge.op is Op.avg_pool_3x3:
        return nn.AvgPool2d(3, stride, padding=1, count_include_pad=False)
    if edge.op is Op.skip_connect:
        return nn.Identity() if stride == 1 else _FactorizedReduce(channels, channels)
    kernel, dilation, times = CONVOLUTIONS[edge.op]
    units = [_SeparableConvolution(channels, kernel, dilation, stride)]
    if times == 2:
        units.append(_SeparableConvolution(channels, kernel, dilation, stride=1))
    return nn.Sequential(*units)


def _convolution(
    channels_in: int,
    channels_out: int,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> nn.Conv2d:
    # skip_init: torch's own initialisation would draw from the global generator
    made: nn.Conv2d = skip_init(  # type: ignore[no-untyped-call]
        nn.Conv2d,
        channels_in,
        channels_out,
        kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        bias=False,
    )
    return made


def _linear(channels_in: int, channels_out: int) -> nn.Linear:
    made: nn.Linear = skip_init(nn.Linear, channels_in, channels_out)  # type: ignore[no-untyped-call]
    return made


@torch.no_grad()
def _initialise(network: nn.Module, generator: Generator) -> None:
    """Draw weights and biases uniformly with a bound of 1/sqrt(fan-in), torch's default for its layers."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            bound = 1 / math.sqrt(math.prod(module.weight.shape[1:]))
            for parameter in module.parameters():
                parameter.uniform_(-bound, bound, generator=generator)
