"""Layers of a stack are torch's own, row by row."""

from __future__ import annotations

import pytest
import torch
from torch import Generator
from torch.nn import functional

from nb301.space import Op
from nb301.training.networks.stacked_layers import (
    PointwiseNorm,
    Pool,
    StackedDepthwise,
    StackedFactorizedReduce,
    StackedLinear,
    apply,
    patches,
    pixel_table,
)

ROWS, CHANNELS, HEIGHT, IMAGES = 2, 3, 6, 4


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=Generator().manual_seed(seed), dtype=torch.float64)


def as_image(row, height=HEIGHT):
    """(channels, pixels, images) as torch's layers take it."""
    return row.view(len(row), height, height, -1).permute(3, 0, 1, 2)


@pytest.mark.parametrize(("kernel", "dilation", "stride"), [(3, 1, 1), (5, 1, 2), (3, 2, 2), (5, 2, 1)])
def test_depthwise_convolutions_and_their_gradients(kernel, dilation, stride):
    """Outputs and gradients of each row are `conv2d`'s."""
    weight = normal(ROWS, CHANNELS, 1, kernel, kernel).requires_grad_()
    x = normal(ROWS, CHANNELS, HEIGHT**2, IMAGES, seed=1).requires_grad_()
    table = pixel_table(kernel, dilation, stride, HEIGHT).double()
    out = apply(StackedDepthwise, x, [table], weight)
    expected = []
    for row in range(ROWS):
        image = functional.conv2d(
            as_image(x[row]), weight[row], None, stride, dilation * (kernel // 2), dilation, CHANNELS
        )
        expected.append(image.permute(1, 2, 3, 0).flatten(1, 2))
    torch.testing.assert_close(out, torch.stack(expected))
    factor = normal(*out.shape, seed=2)
    grads = torch.autograd.grad((out * factor).sum(), [x, weight])
    expected_grads = torch.autograd.grad((torch.stack(expected) * factor).sum(), [x, weight])
    torch.testing.assert_close(grads, expected_grads)


@pytest.mark.parametrize("training", [True, False])
def test_pointwise_convolutions_with_batch_norm(training):
    """Outputs and running statistics are those of a 1x1 convolution and `batch_norm` on each row."""
    layer = PointwiseNorm(ROWS, CHANNELS, 5).double().train(training)
    for seed, tensor in enumerate(layer.state_dict().values()):
        tensor.copy_(normal(*tensor.shape, seed=seed).abs() + 0.5)
    means, variances = layer.mean.clone(), layer.variance.clone()
    x = normal(ROWS, CHANNELS, HEIGHT**2, IMAGES, seed=9)
    out = layer(x)
    for row in range(ROWS):
        image = functional.conv2d(as_image(x[row]), layer.weight[row][:, :, None, None])
        mean, variance = means[row].clone(), variances[row].clone()
        normed = functional.batch_norm(
            image, mean, variance, layer.scale[row], layer.shift[row], training=training
        )
        torch.testing.assert_close(as_image(out[row]), normed)
        torch.testing.assert_close(layer.mean[row], mean)
        torch.testing.assert_close(layer.variance[row], variance)


def test_factorized_reduction_halves_the_height():
    """The second half of the channels sees the image shifted by a pixel."""
    layer = StackedFactorizedReduce(1, CHANNELS, 4).double().eval()
    for tensor in layer.state_dict().values():
        tensor.fill_(1)
    layer.weight.data.copy_(normal(*layer.weight.shape))
    x = normal(1, CHANNELS, HEIGHT**2, IMAGES, seed=1)
    layer.mean.zero_()
    layer.shift.data.zero_()
    out = as_image(layer(x)[0], HEIGHT // 2)
    image = as_image(x[0])
    even = functional.conv2d(image[:, :, ::2, ::2], layer.weight[0][:, :, None, None])
    odd = functional.conv2d(image[:, :, 1::2, 1::2], layer.weight[1][:, :, None, None])
    torch.testing.assert_close(out, torch.cat([even, odd], 1) / (1 + 1e-5) ** 0.5)


@pytest.mark.parametrize("op", [Op.max_pool_3x3, Op.avg_pool_3x3])
@pytest.mark.parametrize("stride", [1, 2])
def test_pools(op, stride):
    """Padding takes no part in means."""
    x = normal(ROWS, CHANNELS, HEIGHT**2, IMAGES)
    out = Pool(op, stride)(x)
    for row in range(ROWS):
        image = as_image(x[row])
        expected = (
            functional.max_pool2d(image, 3, stride, padding=1)
            if op is Op.max_pool_3x3
            else functional.avg_pool2d(image, 3, stride, padding=1, count_include_pad=False)
        )
        torch.testing.assert_close(as_image(out[row], HEIGHT // stride), expected)


def test_linear_layers_enter_their_weights_by_name():
    """Each network finds its own weight and bias, and answers with them."""
    views = [{}, {}]
    layer = StackedLinear(2, CHANNELS, 10, views, "classifier").double()
    for seed, tensor in enumerate(layer.state_dict().values()):
        tensor.copy_(normal(*tensor.shape, seed=seed))
    x = normal(2, CHANNELS, IMAGES, seed=5)
    for k, view in enumerate(views):
        weight, bias = view["classifier.weight"](), view["classifier.bias"]()
        torch.testing.assert_close(layer(x)[k], x[k].T @ weight.T + bias.T)


def test_patches_are_what_a_3x3_kernel_sees():
    """A dense 3x3 convolution of an image is a 1x1 one of its patches."""
    images = normal(1, CHANNELS, HEIGHT, HEIGHT, IMAGES)
    weight = normal(5, CHANNELS, 3, 3, seed=1)
    out = torch.einsum("of,fpn->opn", weight.flatten(1), patches(images)[0])
    expected = functional.conv2d(images[0].permute(3, 0, 1, 2), weight, padding=1)
    torch.testing.assert_close(as_image(out), expected)
