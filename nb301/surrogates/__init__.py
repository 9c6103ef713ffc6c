"""Surrogates: model families, their ensembles and the runtime model; importing this imports no library.

It may import `columns`, `encodings`, `errors`, `exact`, `files`, `noise`, `space`, `surrogates.families`,
`surrogates.members` and `tables`.
"""

from __future__ import annotations

from nb301.surrogates.families import FAMILIES, FITTED_FAMILIES
from nb301.surrogates.members.base import Family, Surrogate

__all__ = ["FAMILIES", "FITTED_FAMILIES", "Family", "Surrogate"]
