"""How objects show themselves: in notebooks, as plots, as DataFrames.

All of it takes numbers and texts: what knows more, such as a genotype, imports this when it is shown. The
sandbox of submissions does not mount it.

It may import `extras`.
"""

from nb301.display.cards import cell_card, curves_card, facts_card, genotype_card, rows_card, run_card
from nb301.display.cells import draw_cell
from nb301.display.frames import frame

__all__ = [
    "cell_card",
    "curves_card",
    "draw_cell",
    "facts_card",
    "frame",
    "genotype_card",
    "rows_card",
    "run_card",
]
