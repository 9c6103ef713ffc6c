"""What tests of GINs share: networks, members' files and fits; without torch they are skipped."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from nb301.space import sample_many, to_codes
from nb301.surrogates.families.gin import family, file
from nb301.surrogates.members.base import Examples

CODES = to_codes(sample_many(np.random.default_rng(0), 40))
#: Half of the ops matter, so that there is something to learn.
TARGET = 0.9 + 0.005 * (CODES[:, 0, :, 1] >= 3).sum(axis=1)
SMALL = file.Config(hidden_dim=6, num_layers=3, batch_size=16, epochs=2, least_steps=0)


@pytest.fixture(scope="session")
def network():
    """A network whose running statistics have seen some graphs, unlike those of a fresh one."""
    torch = pytest.importorskip("torch")
    from nb301.surrogates.families.gin import torch_fit

    def make(config, seed=0):
        made = torch_fit.TorchGIN(config, torch.Generator().manual_seed(seed))
        with torch.no_grad():
            for weight in made.weights.values():
                weight.add_(torch.empty_like(weight).normal_(0, 0.1, generator=made.generator))
            for _ in range(5):
                made.logits(torch_fit.GraphBatch.of(CODES), training=True)
        return made

    return make


@pytest.fixture(scope="session")
def member(network):
    """A member's file with such weights, not fitted to anything."""

    def make(config, seed=0):
        state = network(config, seed).state()
        return file.write_member(config, {name: tensor.numpy() for name, tensor in state.items()})

    return make


@pytest.fixture(scope="session")
def files(member):
    """Three members of one shape."""
    return [member(SMALL, seed) for seed in range(3)]


@pytest.fixture(scope="session")
def fitted():
    """A member's file, fitted on 32 of the 40 architectures."""
    pytest.importorskip("torch")

    def fit(config, seed=3, report=None):
        stop = Examples(CODES[32:], TARGET[32:])
        return family.fit(Examples(CODES[:32], TARGET[:32]), stop, seed, asdict(config), report)

    return fit
