"""How objects show themselves: in notebooks, as plots, as DataFrames.

All of it takes numbers and texts: what knows more, such as a genotype, imports this when it is shown. The
sandbox of submissions does not mount it. Nothing of it is for users: they have the methods of what is shown.

It may import `extras`.
"""

from nb301.display.cards import cell_card as cell_card
from nb301.display.cards import curves_card as curves_card
from nb301.display.cards import facts_card as facts_card
from nb301.display.cards import genotype_card as genotype_card
from nb301.display.cards import rows_card as rows_card
from nb301.display.cards import run_card as run_card
from nb301.display.cells import draw_cell as draw_cell
from nb301.display.frames import frame as frame
