"""Protocols: the paper's, smaller ones, and what no protocol can be."""

from __future__ import annotations

import pytest

from nb301.training.protocol import PRESETS, Protocol, preset


def test_protocols_are_those_of_the_paper():
    """The paper's preset is Appendix C.6's, and the rate falls along its cosine."""
    paper = PRESETS["paper"]
    assert (paper.channels, paper.layers, paper.epochs, paper.batch) == (32, 8, 100, 96)
    assert (paper.cutout, paper.mixup, paper.auxiliary, paper.drop_path) == (16, 0.2, 0.4, 0.2)
    assert paper.learning_rate_at(0) == 0.025
    assert paper.learning_rate_at(100) == pytest.approx(1e-8)
    assert paper.learning_rate_at(50) == pytest.approx(0.0125, rel=1e-3)
    assert paper.learning_rate_at(7, 0.9) == paper.learning_rate_at(7)
    assert PRESETS["tiny"].learning_rate_at(0, 0.9) < PRESETS["tiny"].learning_rate_at(0)


@pytest.mark.parametrize(
    ("field", "value"), [("channels", 0), ("batch", 1), ("momentum", 1.5), ("mixup", -0.1)]
)
def test_bad_protocols_are_refused(field, value):
    """A value out of range is refused by name."""
    with pytest.raises(ValueError, match=f"{field} is {value}, expected"):
        Protocol(**{field: value})


def test_unknown_presets_are_refused():
    """The presets are listed."""
    with pytest.raises(ValueError, match="no preset 'huge', expected one of paper, small, tiny"):
        preset("huge", "digits")


def test_presets_fit_small_image_sets():
    """Digits have fewer and smaller images than a preset asks for; other sets have the preset itself."""
    digits = preset("small", "digits")
    assert (digits.image_size, digits.training_images, digits.epochs) == (8, None, PRESETS["small"].epochs)
    assert preset("small", "fashion-mnist") == PRESETS["small"]


def test_drop_path_grows_over_the_epochs():
    """From none in the first epoch towards the protocol's probability."""
    rates = [Protocol(epochs=4, drop_path=0.2).drop_path_at(epoch) for epoch in range(4)]
    assert rates == pytest.approx([0, 0.05, 0.1, 0.15])
