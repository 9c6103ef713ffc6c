"""A table that a release names, and that is not on this machine."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nb301.errors import DataMissing
from nb301.releases.manifest import TableReference
from nb301.tables.schema import EvaluationTable


class MissingTable(EvaluationTable):
    """Has the names of a table; what needs its rows raises `DataMissing`, with the reason.

    Args:
        reference: As the manifest names it.
        reason: One line: that it is not here, and how to get it.
    """

    def __init__(self, reference: TableReference, reason: str) -> None:
        # not the base's: there are no rows to check
        names = {"name": reference.name, "version": reference.version, "truth": reference.truth}
        for name, value in {**names, "reason": reason, "_hash": reference.content_hash or ""}.items():
            object.__setattr__(self, name, value)

    reason: str
    _hash: str

    def __repr__(self) -> str:
        return f"MissingTable({self.full_name})"

    @property
    def content_hash(self) -> str:
        """What the release was fitted on; empty where nobody knows."""
        return self._hash

    @property
    def rows(self) -> pd.DataFrame:
        """Not here: raises `DataMissing`."""
        raise DataMissing(self.reason)

    @property
    def codes(self) -> NDArray[np.uint8]:
        """Not here: raises `DataMissing`."""
        raise DataMissing(self.reason)
