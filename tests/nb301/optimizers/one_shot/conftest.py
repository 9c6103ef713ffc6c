"""What tests of weight-sharing searches share: images, and small parts of a search."""

from __future__ import annotations

import numpy as np
import pytest

from nb301.images.labelled import Images
from nb301.optimizers.one_shot import SPACES, SearchSettings
from nb301.space import FIRST_EDGE, Op
from nb301.threads import one_thread


@pytest.fixture(scope="session")
def images():
    """Random images whose class is where they are bright."""
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=64)
    pixels = rng.normal(size=(64, 1, 8, 8)).astype(np.float32)
    pixels[np.arange(64), 0, 2 * labels] += 2
    return Images(pixels, labels, classes=4)


@pytest.fixture(scope="session")
def skips():
    """Gives weights whose discretised cell has `n` skip connections, else sep_conv_3x3."""

    def weights(n):
        weights = np.full((14, 8), 0.1)
        for number in range(8):
            op = Op.skip_connect if number < n else Op.sep_conv_3x3
            # the first column is `none`
            weights[FIRST_EDGE[2 + number // 2] + number % 2, 1 + op] = 0.5
        return weights

    return weights


class _Small:
    """Makes small parts of a search."""

    @staticmethod
    def settings(method, **changes):
        channels = 4 if method == "pc_darts" else 2
        return SearchSettings(
            **{"epochs": 1, "steps": 2, "batch": 8, "warm_up": 0, "channels": channels} | changes
        )

    @staticmethod
    def generator(seed=0):
        import torch

        return torch.Generator().manual_seed(seed)

    def supernet(self, ops=SPACES["darts"], cells="nr", channels=4, partial=1, seed=0):
        from nb301.optimizers.one_shot.network import Supernet

        return Supernet(ops, cells, channels, 1, 4, self.generator(seed), partial)

    @staticmethod
    def batch(images, n=8):
        import torch

        return torch.from_numpy(images.pixels[:n]), torch.from_numpy(images.labels[:n])

    @staticmethod
    def even(ops):
        """All ops with equal weights."""
        import torch

        from nb301.optimizers.one_shot.network import Mixture

        return Mixture(torch.full((2, 14, len(ops)), 1 / len(ops)), torch.ones(2, 14))


@pytest.fixture
def small():
    """Makes small parts of a search, on one thread."""
    pytest.importorskip("torch")
    with one_thread():
        yield _Small()
