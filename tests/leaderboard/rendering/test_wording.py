"""Numbers as the site's pages write them."""

from __future__ import annotations

import pytest

from leaderboard.rendering.wording import power


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e7, "10⁷"),
        (1.15e6, "1.15 \N{MULTIPLICATION SIGN} 10⁶"),
        (1.0, "10⁰"),
        (0.5, "5 \N{MULTIPLICATION SIGN} 10⁻¹"),
        (1e-12, "10⁻¹²"),
        (3e300, "3 \N{MULTIPLICATION SIGN} 10³⁰⁰"),
    ],
)
def test_powers_of_ten(number, text):
    """Powers may be negative."""
    assert power(number) == text
