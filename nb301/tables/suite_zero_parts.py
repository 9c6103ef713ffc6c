"""The public file's rows in two tables: those that releases were fitted to, and those that none has seen.

Releases called `cifar10-*-rand` were fitted to 8,843 of the 11,221 entries of NAS-Bench-Suite-Zero's public
file, those that were at hand (F42 of official_facts.md, where each has its place in the public list). The
package has these places and nothing else of the file; whether they are the right ones, the content hash of
the table that they give tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.errors import TableError
from nb301.parsing import parse_object, read_bytes
from nb301.places import FITTED_PLACES
from nb301.tables.schema import EvaluationTable

#: What the rows that no release has seen are called after.
UNSEEN = "unseen"
#: The file has 4 KB.
_MOST_BYTES = 2**16


class Parts(NamedTuple):
    """Two tables of one file."""

    #: The rows that releases were fitted to, in their order, under the file's own name.
    fitted: EvaluationTable
    #: All others, in the file's order.
    unseen: EvaluationTable


@dataclass(frozen=True)
class FittedPlaces:
    """Where the rows that releases were fitted to stand in the public list.

    Args:
        entries: Length of the public list.
        runs: The table's rows in its order, as runs of ascending places: of each a bit for each entry, the
            first entry's is the highest bit of the first byte, hexadecimal. Bits at the end may be missing.
    """

    entries: int
    runs: Sequence[str]

    @cached_property
    def places(self) -> NDArray[np.intp]:
        """Places in the public list, from 0, in the table's order, shape (rows,)."""
        runs = []
        for bits in self.runs:
            runs.append(np.flatnonzero(np.unpackbits(np.frombuffer(bytes.fromhex(bits), dtype=np.uint8))))
        return np.concatenate(runs)

    def split(self, table: EvaluationTable) -> Parts | None:
        """Split a table of the public file; None where it has not as many rows as the public list."""
        if len(table) != self.entries:
            return None
        is_unseen = np.ones(len(table), dtype=bool)
        is_unseen[self.places] = False
        return Parts(
            EvaluationTable(table.name, table.version, table.truth, table.rows.iloc[self.places]),
            EvaluationTable(f"{table.name}-{UNSEEN}", table.version, table.truth, table.rows[is_unseen]),
        )


def fitted_places() -> FittedPlaces:
    """The places that the package has.

    Raises:
        TableError: Their file was changed into something else.
    """
    try:
        about = parse_object(read_bytes(FITTED_PLACES, _MOST_BYTES))
        places = FittedPlaces(about["entries"], about["runs"])
        last = places.places.max()
        is_within = last < places.entries
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise TableError(f"{FITTED_PLACES}: no list of places ({error}): reinstall nb301") from None
    if not is_within:
        raise TableError(f"{FITTED_PLACES}: place {last} of {places.entries:,} entries: reinstall nb301")
    return places
