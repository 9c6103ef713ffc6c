"""The network: exactly what `cost` counts, and nothing random of its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator, nn

from nb301.cost import NetworkShape as Shape
from nb301.cost import cost
from nb301.errors import CostError
from nb301.space import NODES, Cell, Genotype, Op, sample
from nb301.training.networks.network import Network

SHAPES = st.builds(
    Shape,
    channels=st.integers(1, 5),
    layers=st.integers(1, 6),
    image_size=st.sampled_from([8, 12, 16]),
    classes=st.integers(2, 11),
    auxiliary=st.booleans(),
)


def build(genotype, shape, seed=0):
    return Network(genotype, Generator().manual_seed(seed), shape)


def counted(network, image_size):
    """Multiply-adds of one image, by hooks on all convolutions and linear layers."""
    total = 0

    def count(module, _, out):
        nonlocal total
        weights = module.weight.numel() // module.weight.shape[0]
        total += weights * out[0].numel()

    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(count)
    network.eval()
    with torch.no_grad():
        network(torch.zeros(1, 3, image_size, image_size))
    return total


@settings(max_examples=10)
@given(st.from_type(Genotype), SHAPES)
def test_parameters_and_multiply_adds_are_those_that_cost_counts(genotype, shape):
    """Trainable parameters, and multiply-adds counted by hooks, are exact for any network."""
    network = build(genotype, shape)
    expected = cost(genotype, shape)
    assert sum(parameter.numel() for parameter in network.parameters()) == expected.parameters
    assert counted(network, shape.image_size) == expected.multiply_adds


def test_the_papers_network_is_exact():
    """So are they for the network of the paper, on 32x32 images."""
    genotype = sample(np.random.default_rng(1))
    network = build(genotype, Shape())
    parameters = sum(parameter.numel() for parameter in network.parameters())
    assert (parameters, counted(network, 32)) == cost(genotype)


@pytest.mark.parametrize("size", [8, 16, 32])
def test_auxiliary_head_answers_in_training_only(size):
    """The auxiliary head gives logits of its own in training, on any size of images."""
    network = build(sample(np.random.default_rng(0)), Shape(2, 3, size, classes=7))
    images = torch.randn(4, 3, size, size, generator=Generator().manual_seed(0))
    main, auxiliary = network(images)
    assert main.shape == auxiliary.shape == (4, 7)
    assert network.eval()(images).auxiliary is None


def test_weights_come_from_the_generator_alone():
    """Equal seeds give equal weights, others other ones; the global generator is not touched."""
    genotype, shape = sample(np.random.default_rng(0)), Shape(2, 3, 8)
    before = torch.random.get_rng_state()
    first, again, other = (build(genotype, shape, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["stem.convolution.weight"], other["stem.convolution.weight"])
    assert all(torch.isfinite(value).all() for value in first.values())


def test_dropped_edges_add_nothing_and_skip_connections_are_never_dropped():
    """With all edges dropped a node is the sum of its skip connections, so of none it is zero."""
    edges = [(source, node, Op.max_pool_3x3) for node in NODES for source in (0, 1)]
    pools, skips = Cell.from_edges(edges), Cell.from_edges((s, n, Op.skip_connect) for s, n, _ in edges)
    images, shape = torch.randn(4, 3, 8, 8, generator=Generator().manual_seed(0)), Shape(2, 3, 8)
    dropped = torch.zeros(3, 8, 4)
    outputs = {}
    for name, cell in (("pools", pools), ("skips", skips)):
        network = build(Genotype(cell, skips), shape).eval()
        network.cells[1].register_forward_hook(
            lambda _, inputs, __, name=name: outputs.update({name: inputs})
        )
        network(images, dropped)
    # what the second cell is given last is what the first one, a normal cell, gave
    assert not outputs["pools"][1].any()
    assert outputs["skips"][1].any()


def test_odd_images_are_refused():
    """A network that would halve an odd height is refused as `cost` refuses it."""
    with pytest.raises(CostError, match="cannot halve an odd height"):
        build(sample(np.random.default_rng(0)), Shape(image_size=10))
