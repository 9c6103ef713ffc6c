"""Noise from numpy's global generator."""

from __future__ import annotations

import numpy as np

from nb301.compat.nasbench301 import global_noise


def test_seeds_with_the_last_members_seed():
    """First seed plus members minus one, as officially; whatever the number, it is a seed."""
    global_noise.seed(6, 10)
    first = global_noise.draw(2.0)
    np.random.seed(15)  # noqa: NPY002
    assert first == np.random.normal(0, 2.0, 1)[0]  # noqa: NPY002
    global_noise.seed(2**63, 10)


def test_draws_are_float64_and_without_std_nothing():
    """A float32 std gives a float64 draw; std 0 takes a draw, and adds nothing."""
    assert type(global_noise.draw(np.float32(0.1))) is np.float64
    global_noise.seed(0, 1)
    assert global_noise.draw(0.0) == 0
    following = global_noise.draw(1.0)
    np.random.seed(0)  # noqa: NPY002
    assert following == np.random.normal(size=2)[1]  # noqa: NPY002
