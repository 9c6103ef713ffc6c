"""The stack: each network computes and learns what it would alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Generator
from torch.nn import functional

from nb301.cost import NetworkShape as Shape
from nb301.space import NODES, Cell, Genotype, Op, sample_many
from nb301.training.networks.network import Network
from nb301.training.networks.stacked import LARGEST_IMAGE, Stack

IMAGES = 6


def networks(genotypes, shape):
    """One network for each, in double precision, with weights of its own."""
    return [Network(g, Generator().manual_seed(k), shape).double() for k, g in enumerate(genotypes)]


def stacked(alone):
    stack = Stack(alone).double()
    for k, network in enumerate(alone):
        stack.load(k, network.state_dict())
    return stack


def inputs(n, shape, seed=0, images=IMAGES):
    """Images, labels and DropPath's choices of n networks."""
    generator = Generator().manual_seed(seed)
    size = shape.image_size
    pixels = torch.randn(n, images, 3, size, size, generator=generator, dtype=torch.float64)
    labels = torch.randint(shape.classes, (n, images), generator=generator)
    keep = (torch.rand(n, shape.layers, 8, images, generator=generator) < 0.7).double() / 0.7
    return pixels, labels, keep


def descend(module, loss):
    """Move all weights that the loss depends on against their gradient."""
    torch.optim.SGD(module.parameters(), 0.01).zero_grad()
    loss.backward()
    torch.optim.SGD(module.parameters(), 0.01).step()


@settings(max_examples=6)
@given(
    st.lists(st.from_type(Genotype), min_size=1, max_size=4),
    st.builds(
        Shape,
        channels=st.integers(1, 3),
        layers=st.integers(1, 4),
        image_size=st.sampled_from([8, 12]),
        auxiliary=st.booleans(),
    ),
    st.booleans(),
)
def test_answers_and_gradients_are_those_of_each_network_alone(genotypes, shape, drops):
    """Logits of both heads, gradients and batch norm's statistics are equal, for any architectures."""
    alone = networks(genotypes, shape)
    stack = stacked(alone)
    pixels, labels, keep = inputs(len(alone), shape)
    together = stack(pixels, keep if drops else None)
    loss = functional.cross_entropy(together.main.flatten(0, 1), labels.flatten(), reduction="sum")
    descend(stack, loss)
    for k, network in enumerate(alone):
        answer = network(pixels[k], keep[k] if drops else None)
        torch.testing.assert_close(together.main[k], answer.main)
        if shape.auxiliary:
            torch.testing.assert_close(together.auxiliary[k], answer.auxiliary)
        descend(network, functional.cross_entropy(answer.main, labels[k], reduction="sum"))
        assert_states_equal(stack.state(k), network.state_dict())


def assert_states_equal(state, expected):
    assert set(state) == set(expected)
    for name, tensor in expected.items():
        torch.testing.assert_close(state[name], tensor, msg=lambda text, name=name: f"{name}: {text}")


def test_fifty_steps_of_sgd_are_those_of_each_network_alone():
    """Losses, weights, and answers in evaluation stay equal over 50 steps with momentum and decay."""
    shape = Shape(channels=2, layers=3, image_size=8, auxiliary=False)
    alone = networks(sample_many(np.random.default_rng(3), 3), shape)
    stack = stacked(alone)
    pixels, labels, _ = inputs(len(alone), shape, images=10)

    def optimizer(module):
        return torch.optim.SGD(module.parameters(), 0.025, momentum=0.9, weight_decay=3e-4)

    stack_sgd, lone_sgds = optimizer(stack), [optimizer(network) for network in alone]
    for step in range(50):
        batch = torch.arange(step, step + IMAGES) % 10
        logits = stack(pixels[:, batch]).main
        flat = functional.cross_entropy(logits.flatten(0, 1), labels[:, batch].flatten(), reduction="none")
        losses = flat.view(len(alone), -1).mean(1)
        stack_sgd.zero_grad()
        losses.sum().backward()
        stack_sgd.step()
        for k, network in enumerate(alone):
            loss = functional.cross_entropy(network(pixels[k, batch]).main, labels[k, batch])
            lone_sgds[k].zero_grad()
            loss.backward()
            lone_sgds[k].step()
            torch.testing.assert_close(losses[k], loss, rtol=1e-6, atol=1e-9)
    stack.eval()
    with torch.no_grad():
        answers = stack(pixels).main
        for k, network in enumerate(alone):
            assert_states_equal(stack.state(k), network.state_dict())
            torch.testing.assert_close(answers[k], network.eval()(pixels[k]).main)


@pytest.mark.parametrize("op", Op)
def test_every_op_alone_in_both_cells(op):
    """Cells of one op only, chained or flat, are computed as alone: no op hides behind others."""
    chained = Cell.from_edges((s, n, op) for n in NODES for s in (n - 2, n - 1))
    flat = Cell.from_edges((s, n, op) for n in NODES for s in (0, 1))
    shape = Shape(channels=2, layers=3, image_size=8, auxiliary=False)
    alone = networks([Genotype(chained, flat), Genotype(flat, chained)], shape)
    stack = stacked(alone)
    pixels, _, keep = inputs(2, shape)
    together = stack(pixels, keep).main
    for k, network in enumerate(alone):
        torch.testing.assert_close(together[k], network(pixels[k], keep[k]).main)


def test_networks_do_not_touch_each_other():
    """Broken images of one network leave the others' answers and gradients as they were."""
    shape = Shape(channels=2, layers=3, image_size=8, auxiliary=False)
    genotypes = sample_many(np.random.default_rng(0), 3)
    pixels, _, _ = inputs(3, shape)
    states = []
    for broken in (False, True):
        stack = stacked(networks(genotypes, shape))
        images = pixels.clone()
        images[1] *= float("nan") if broken else 1.0
        descend(stack, stack(images).main.sum((1, 2)).square().sum())
        states.append([stack.state(k) for k in (0, 2)])
    for expected, state in zip(*states, strict=True):
        assert_states_equal(state, expected)


def test_what_cannot_be_stacked_is_refused():
    """No networks, networks of several shapes, and large images are refused."""
    genotypes = sample_many(np.random.default_rng(0), 2)
    with pytest.raises(ValueError, match="one shape, got 0"):
        Stack([])
    with pytest.raises(ValueError, match="one shape, got 2 of 2 shapes"):
        Stack([networks(genotypes[:1], Shape(c, 2, 8))[0] for c in (1, 2)])
    with pytest.raises(
        ValueError, match=f"images of 32 pixels are too large for a stack, at most {LARGEST_IMAGE}"
    ):
        Stack(networks(genotypes, Shape(1, 2, 32)))
