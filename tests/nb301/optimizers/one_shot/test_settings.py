"""Settings of weight-sharing searches: all of them lead to a search."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from nb301.optimizers.one_shot.settings import DEFAULT_SETTINGS, SearchSettings


def test_the_default_is_a_short_search():
    """Each published search is as many epochs; the learning rates make up for the fewer steps."""
    assert SearchSettings() == DEFAULT_SETTINGS
    assert DEFAULT_SETTINGS.epochs == 50
    assert DEFAULT_SETTINGS.epochs * DEFAULT_SETTINGS.steps * DEFAULT_SETTINGS.haste == 20_000
    assert {*DEFAULT_SETTINGS.cells} == {"n", "r"}


def test_settings_are_values():
    """They are named, cannot change, and are noted beside a search as they are."""
    with pytest.raises(TypeError):
        SearchSettings("s3")
    with pytest.raises(FrozenInstanceError):
        DEFAULT_SETTINGS.epochs = 1
    changed = replace(DEFAULT_SETTINGS, epochs=2)
    assert SearchSettings(**asdict(changed)) == changed != DEFAULT_SETTINGS
