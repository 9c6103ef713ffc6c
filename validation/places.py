"""Places: where the data of the validation lies."""

from __future__ import annotations

from pathlib import Path

_VALIDATION = Path(__file__).resolve().parent

#: Claims, a file for each ground truth.
CLAIMS = _VALIDATION / "claims"
#: Numbers of the paper's tables.
PAPER_TABLES = _VALIDATION / "paper_tables.toml"
#: The page of the report card.
CARD = _VALIDATION / "report" / "card.html.j2"
