"""Training steps of 64 networks of 8 channels on 8x8 images: one by one, and stacked.

Run with `pytest tests/bench --benchmark-only`; read as ratios within one run. A round of every case is
a step of batches of 64 images; the times are to be divided by the number of networks, which is in
`extra_info`.
"""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional  # noqa: E402

from nb301.cost import NetworkShape as Shape  # noqa: E402
from nb301.space import sample_many  # noqa: E402
from nb301.threads import one_thread  # noqa: E402
from nb301.training.networks.network import Network  # noqa: E402
from nb301.training.networks.stacked import Stack  # noqa: E402

SHAPE = Shape(channels=8, layers=3, image_size=8, auxiliary=False)
IMAGES = 64
#: Networks that are trained one by one: enough for the mean over architectures.
ONE_BY_ONE = 16


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


def networks(n):
    genotypes = sample_many(np.random.default_rng(0), n)
    return [Network(g, torch.Generator().manual_seed(k), SHAPE) for k, g in enumerate(genotypes)]


def stepper(module, pixels, labels):
    """A function that does one step of SGD."""
    sgd = torch.optim.SGD(module.parameters(), 0.025, momentum=0.9, weight_decay=3e-4)

    def step():
        logits = module(pixels).main
        loss = functional.cross_entropy(logits.flatten(0, -2), labels.flatten(), reduction="none")
        sgd.zero_grad()
        (loss.sum() / IMAGES).backward()
        sgd.step()

    return step


def data(*shape):
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randn(*shape, IMAGES, 3, 8, 8, generator=generator)
    return pixels, torch.randint(10, (*shape, IMAGES), generator=generator)


@pytest.mark.benchmark(group="training step")
def test_one_by_one(benchmark):
    """A step of each of 16 networks, one after the other, as `train` does them."""
    pixels, labels = data()
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    alone = [network.to(memory_format=torch.channels_last) for network in networks(ONE_BY_ONE)]
    steps = [stepper(network, pixels, labels) for network in alone]
    benchmark.extra_info["networks"] = ONE_BY_ONE

    benchmark.pedantic(lambda: [step() for step in steps], rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("n", [1, 16, 64])
@pytest.mark.benchmark(group="training step")
def test_stacked(benchmark, n):
    """A step of n networks as a stack."""
    benchmark.extra_info["networks"] = n

    benchmark.pedantic(stepper(Stack(networks(n)), *data(n)), rounds=3, warmup_rounds=1)
