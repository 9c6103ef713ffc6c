"""Layers of stacked networks: each row has its own weights, and all rows are computed at once.

Tensors have shape (rows, channels, pixels, images), see `stacked`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional

from nb301.space import Op
from nb301.training.networks.network import AUXILIARY_CHANNELS

_EPSILON, _MOMENTUM = 1e-5, 0.1  # of batch norm, torch's defaults
#: Numbers of a tensor that are computed at a time.
_CHUNK = 2**19

#: A network's state by the names of `Network.state_dict`, each found in the stack's own tensors.
View = dict[str, Callable[[], Tensor]]
Views = list[View]


def entry(parameter: Tensor, index: int | slice) -> Tensor:
    """A view of one network's part of a parameter."""
    return parameter.data[index]


def apply(function: type[torch.autograd.Function], *arguments: Any) -> Any:
    """`function.apply`, which torch leaves untyped."""
    return function.apply(*arguments)  # type: ignore[no-untyped-call]


class StackedDepthwise(torch.autograd.Function):
    """Depthwise convolutions of any kernels as batched matrix products over pixels."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, tables: Sequence[Tensor], *weights: Tensor) -> Tensor:
        """Convolve.

        Args:
            ctx: torch's.
            x: Shape (rows, channels, pixels, images).
            tables: For each of `weights` its `pixel_table`.
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
        """Gradients of `x` and of the weights."""
        x, *weights = ctx.saved_tensors  # type: ignore[attr-defined]
        tables: Sequence[Tensor] = ctx.tables  # type: ignore[attr-defined]
        grad_x, grads = torch.empty_like(x), [torch.empty_like(weight) for weight in weights]
        parts = zip(_parts(weights, tables, x), _parts(grads, tables, x), strict=True)
        for (weight, table, rows), (grad_weight, _, _) in parts:
            part, grad_part = x[rows].flatten(0, 1), grad[rows].flatten(0, 1)
            # cheaper to compute again than to keep
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
    """Rows of `size` numbers, few enough at a time that all results of them stay in the cache."""
    step = max(1, _CHUNK // size)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


def _matrices(weight: Tensor, table: Tensor, pixels: int) -> Tensor:
    """Kernels as matrices over pixels, shape (rows * channels, pixels out, pixels)."""
    matrices = weight.view(-1, len(table)) @ table
    return matrices.view(len(matrices), -1, pixels)


@lru_cache(maxsize=64)
def pixel_table(kernel: int, dilation: int, stride: int, height: int) -> Tensor:
    """Tell which entry of a kernel takes which pixel to which.

    Returns:
        Zeros and ones, shape (kernel^2, pixels out * pixels): a flat kernel times it is the matrix of
        the convolution of a square image with zero padding.
    """
    eye = torch.eye(kernel**2).view(kernel**2, 1, kernel, kernel)
    pixels = torch.eye(height**2).view(-1, 1, height, height)
    out = functional.conv2d(pixels, eye, None, stride, dilation * (kernel // 2), dilation)
    return out.flatten(2).permute(1, 2, 0).reshape(kernel**2, -1).contiguous()


class PointwiseNorm(nn.Module):
    """A 1x1 convolution without bias, then batch norm; each row has its own."""

    def __init__(self, rows: int, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(rows, channels_out, channels_in))
        self.scale = nn.Parameter(torch.empty(rows, channels_out))
        self.shift = nn.Parameter(torch.empty(rows, channels_out))
        self.register_buffer("mean", torch.empty(rows, channels_out))
        self.register_buffer("variance", torch.empty(rows, channels_out))
        self.mean: Tensor
        self.variance: Tensor

    def bind(self, views: Views, networks: Sequence[int], convolutions: Sequence[str], norm: str) -> None:
        """Name the state of all rows, one a network."""
        for row in networks:
            self.bind_row(views[row], row, convolutions, norm)

    def bind_row(self, view: View, row: int, convolutions: Sequence[str], norm: str) -> None:
        """Name a row's state after the layers of `Network` that it stands for.

        With several convolutions, whose outputs are one after the other, each is a row here.
        """
        n = len(convolutions)
        for at, name in enumerate(convolutions):
            view[f"{name}.weight"] = partial(entry, self.weight, n * row + at)
        rows = slice(n * row, n * (row + 1))
        view[f"{norm}.weight"] = partial(entry, self.scale, rows)
        view[f"{norm}.bias"] = partial(entry, self.shift, rows)
        # batch norm's buffers are other tensors after a conversion
        view[f"{norm}.running_mean"] = lambda: self.mean[rows]
        view[f"{norm}.running_var"] = lambda: self.variance[rows]

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels in, pixels, images) to (rows, channels out, pixels, images)."""
        flat = x.reshape(len(self.weight), -1, x.shape[-2] * x.shape[-1])
        if self.training:
            out, mean, variance = apply(_PointwiseNormFunction, flat, self.weight, self.scale, self.shift)
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


class StackedFactorizedReduce(PointwiseNorm):
    """Two 1x1 convolutions of stride 2, one shifted by a pixel: two rows for each of `rows`."""

    def __init__(self, rows: int, channels_in: int, channels_out: int) -> None:
        super().__init__(2 * rows, channels_in, channels_out // 2)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels in, pixels, images) to (rows, channels out, pixels / 4, images)."""
        height = round(x.shape[2] ** 0.5)
        image = x.reshape(*x.shape[:2], height, height, -1)
        halves = torch.stack([image[:, :, ::2, ::2], image[:, :, 1::2, 1::2]], dim=1)
        out = super().forward(halves.flatten(0, 1).flatten(2, 3))
        return out.view(len(x), -1, *out.shape[2:])


class Pool(nn.Module):
    """Pooling over 3x3 pixels."""

    def __init__(self, op: Op, stride: int) -> None:
        super().__init__()
        self.op, self.stride = op, stride

    def forward(self, x: Tensor) -> Tensor:
        """(rows, channels, pixels, images) to the same, or a quarter of the pixels with stride 2."""
        image = _as_images(x)
        if self.op is Op.max_pool_3x3:
            image = functional.max_pool2d(image, 3, self.stride, padding=1)
        else:
            image = functional.avg_pool2d(image, 3, self.stride, padding=1, count_include_pad=False)
        return _as_rows(image, x)


class StackedAuxiliaryHead(nn.Module):
    """As in `Network`; a convolution that leaves one pixel is a 1x1 one of more channels."""

    def __init__(self, networks: int, channels: int, classes: int, views: Views) -> None:
        super().__init__()
        rows = range(networks)
        first, second = AUXILIARY_CHANNELS
        self.first = PointwiseNorm(networks, channels, first)
        self.first.bind(views, rows, ["auxiliary.first.convolution"], "auxiliary.first.norm")
        self.second = PointwiseNorm(networks, 4 * first, second)
        self.second.bind(views, rows, ["auxiliary.second"], "auxiliary.norm")
        self.classifier = StackedLinear(networks, second, classes, views, "auxiliary.classifier")

    def forward(self, x: Tensor) -> Tensor:
        """(networks, channels, pixels, images) to logits, (networks, images, classes)."""
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


class StackedLinear(nn.Module):
    """A linear layer for each network."""

    def __init__(self, networks: int, channels: int, classes: int, views: Views, name: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(networks, classes, channels))
        self.bias = nn.Parameter(torch.empty(networks, classes, 1))
        for k, view in enumerate(views):
            view[f"{name}.weight"] = partial(entry, self.weight, k)
            view[f"{name}.bias"] = partial(entry, self.bias, k)

    def forward(self, x: Tensor) -> Tensor:
        """(networks, channels, images) to (networks, images, classes)."""
        return torch.baddbmm(self.bias, self.weight, x).transpose(1, 2)


def _as_images(x: Tensor) -> Tensor:
    """(rows, channels, pixels, images) as a channels-last batch whose channels are the images."""
    rows, channels, pixels, images = x.shape
    height = round(pixels**0.5)
    return x.reshape(rows * channels, height, height, images).permute(0, 3, 1, 2)


def _as_rows(image: Tensor, like: Tensor) -> Tensor:
    """Undo `_as_images`."""
    return image.permute(0, 2, 3, 1).reshape(*like.shape[:2], -1, like.shape[-1])


def patches(images: Tensor) -> Tensor:
    """The 3x3 surroundings of each pixel, as channels: (k, c, h, w, n) to (k, 9 c, h * w, n)."""
    height, width = images.shape[2:4]
    padded = functional.pad(images, (0, 0, 1, 1, 1, 1))
    shifted = [padded[:, :, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return torch.stack(shifted, dim=2).flatten(3, 4).flatten(1, 2)
