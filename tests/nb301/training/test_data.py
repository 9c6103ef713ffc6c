"""Image sets as protocols ask for them."""

from __future__ import annotations

import pytest

from nb301.images.loading import load_data
from nb301.training.data import load_for
from nb301.training.protocol import Protocol


def test_a_protocol_says_how_many_images_and_how_large():
    """What is loaded is what `load_data` loads with the protocol's numbers."""
    pytest.importorskip("sklearn")
    protocol = Protocol(image_size=8, training_images=200, validation_images=50)
    digits = load_for(protocol, "digits")
    assert [len(part) for part in (digits.train, digits.validation, digits.test)] == [200, 50, 500]
    assert digits.content_hash == load_data("digits", training_images=200, validation_images=50).content_hash
