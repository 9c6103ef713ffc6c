"""The core set: entries whose comparison with each other decides the board, named before they ran.

One entry of each published method, so that variants of one, of which anybody may submit dozens, do not make
everybody's rank intervals wider. All others are ranked among these and themselves.
"""

from __future__ import annotations

#: By their folders in `submissions`.
CORE = frozenset(
    {
        *("rs", "re", "ls", "de", "tpe", "bananas", "combo", "optuna-tpe", "nevergrad-cma"),
        *("nevergrad-portfolio", "catcma", "optuna-gp", "smac", "pymoo-nsga2"),
        *("hyperband", "asha", "bohb", "dehb", "re-lce", "ls-lce"),
    }
)
