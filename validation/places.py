"""Places: where the data of the validation lies."""

from __future__ import annotations

import os
from pathlib import Path

_VALIDATION = Path(__file__).resolve().parent

#: Claims, a file for each ground truth.
CLAIMS = _VALIDATION / "claims"
#: Numbers of the paper's tables.
PAPER_TABLES = _VALIDATION / "paper_tables.toml"
#: Predictions of the paper's own models, where someone has put them beside the checkout.
_SHARED = _VALIDATION.parent.parent / "shared" / "data"
#: The page of the report card.
CARD = _VALIDATION / "report" / "card.html.j2"


def published_predictions() -> Path:
    """Folder of predictions by the paper's own models: `NB301_PUBLISHED`, or beside the checkout."""
    folder = os.environ.get("NB301_PUBLISHED")
    return Path(folder) if folder else _SHARED
