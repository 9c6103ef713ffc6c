"""DataFrames of what is kept in arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nb301.extras import require

if TYPE_CHECKING:
    from pandas import DataFrame


def frame(columns: Mapping[str, Any]) -> DataFrame:
    """Make a DataFrame of columns of equal length, in their order.

    Raises:
        MissingExtra: pandas is not installed.
    """
    require("pandas", "tables")
    from pandas import DataFrame

    return DataFrame(dict(columns))
