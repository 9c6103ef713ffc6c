"""Looks of entries: told apart, the same for good, and known to the style sheet."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.drawing.looks import DASHES, HUES, Look, look_of
from leaderboard.places import SITE, SUBMISSIONS

STYLE = (SITE / "static" / "style.css").read_text(encoding="utf-8")
#: The most that the eye has to tell a line or small text from the background, by WCAG 2.2.
CONTRAST = 4.5


def test_published_entries_are_told_apart():
    """No two have the same hue and dashes, and the grey is random search's."""
    slugs = [path.name for path in SUBMISSIONS.iterdir() if path.is_dir()]
    looks = {slug: look_of(slug) for slug in slugs}

    assert len(set(looks.values())) == len(looks) > 1
    assert [slug for slug, look in looks.items() if look.hue == 0] == ["rs"]


def test_looks_stay_as_they_are_published():
    """Readers know them: a later entry takes nobody's look."""
    some = ("rs", "re", "catcma", "smac", "nevergrad-cma", "bohb", "re-lce", "asha")
    looks = [(look_of(slug).hue, look_of(slug).dash) for slug in some]
    assert looks == [(0, 0), (1, 0), (2, 0), (7, 0), (1, 1), (7, 1), (1, 2), (5, 2)]
    assert look_of("not-yet-published") == Look(6, 2)
    assert look_of("rs").classes == "hue-0 dash-0"


@given(st.text())
def test_everybody_has_a_look_that_the_style_sheet_knows(entry):
    """Published or not, whatever it is called."""
    look = look_of(entry)
    assert 0 <= look.hue < HUES
    assert 0 <= look.dash < DASHES


def test_style_sheet_has_all_of_them():
    """Hues in both themes; the first dashes are none."""
    for hue in range(HUES):
        assert f".hue-{hue} {{ --entry: var(--hue-{hue}); }}" in STYLE
        assert len(re.findall(f"--hue-{hue}: #", STYLE)) == 2
    assert re.findall(r"\.dash-(\d) \{ --dash: ", STYLE) == [str(dash) for dash in range(1, DASHES)]


@pytest.mark.parametrize("theme", [0, 1])
def test_names_in_their_hues_can_be_read(theme):
    """On the background of each theme: light, dark."""
    background = re.findall("--background: (#[0-9a-f]{6});", STYLE)[theme]
    for hue in range(HUES):
        colour = re.findall(f"--hue-{hue}: (#[0-9a-f]{{6}});", STYLE)[theme]
        darker, lighter = sorted((_luminance(background), _luminance(colour)))
        assert (lighter + 0.05) / (darker + 0.05) >= CONTRAST, (theme, hue)


def _luminance(colour: str) -> float:
    linear = []
    for start in (1, 3, 5):
        value = int(colour[start : start + 2], 16) / 255
        linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
