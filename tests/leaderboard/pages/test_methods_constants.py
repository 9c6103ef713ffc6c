"""The constants that the page on methods lists."""

from __future__ import annotations

import json

from leaderboard.pages.methods_constants import computing
from leaderboard.ranking import statistics
from leaderboard.ranking.core import CORE


def test_constants_are_those_of_the_code():
    """To all digits, each once."""
    values = {constant.name: constant.value for constant in computing()}

    assert len(values) == len(list(computing()))
    assert json.loads(values["LEVEL"]) == statistics.LEVEL
    assert json.loads(values["NEGLIGIBLE"]) == statistics.NEGLIGIBLE
    assert {*values["CORE"].split()} == CORE


def test_every_constant_is_in_a_formula(out, parsed):
    """The page says what each is for."""
    section = parsed(out / "methods.html").by_id("recompute")
    formulas = "".join("".join(list_.itertext()) for list_ in section.iter("dl"))

    assert [constant.name for constant in computing() if constant.name not in formulas] == []
