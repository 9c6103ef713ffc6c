"""How far an architecture is from those that a release was fitted on, without asking its models.

The distance of two architectures is the fewest edges, of 16, that must be replaced to turn one into
the other, whatever their nodes are called: for each cell, over all 24 ways to rename its four
intermediate nodes, the edges (source, target, op) of one that the other has not. Renaming nodes is a
group that keeps the number of common edges, so this is a metric on architectures: zero for isomorphic
ones alone, symmetric, and with the triangle inequality. A mutation or a neighbour is at 1 or 0.

Random architectures share few edges with any others in a space of 10^18, so most are far from every
row; what is unusual is told by the rows that were held out, see `FittedRows.limit`. It is a hint: on
1,000 uniform architectures and 1,500 of two ops only, the mean absolute error of `emulated-xgb-v2.0` is 0.23
points where the normal cell has more than `MAX_EQUAL` equal ops without parameters, 0.51 for the
random-only release, and 0.14 and 0.16 elsewhere; there it hardly grows with the distance, from 0.17 points
at 6 to 0.15 at 8 (the truth being the mean of four emulated trainings).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from math import comb
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from nb301.errors import DataMissing, MissingExtra, TableError
from nb301.releases.manifest import Manifest
from nb301.space import FIRST_EDGE, NODES, PARAMETER_FREE, Genotype, Op, from_codes, to_codes

if TYPE_CHECKING:
    from nb301.tables.schema import EvaluationTable
    from nb301.tables.splits import Split

#: Edges of both cells: the largest distance.
EDGES = 16
#: Equal parameter-free ops in the normal cell above which accuracy falls ever faster on CIFAR-10: two or
#: three skip connections are best, many deteriorate it (Appendices C.5, D.6, Figure 18); as
#: `OneShotMonitor`. Whether it falls on a release's ground truth its table tells, see `falls`.
MAX_EQUAL = 4
#: Rows of more equal ops that a table needs to tell: their mean is then known to a fifth of their std.
_ENOUGH = 25
#: Share of held-out rows that are at most as far as the limit.
QUANTILE = 0.99
#: Held-out rows that the limit is measured on; the quantile's standard error is then below half of the
#: 1 % that it leaves.
_HELD_OUT = 1000
_OPS = len(Op)
#: Possible edges of a cell, (source, target, op).
_SLOTS = (FIRST_EDGE[NODES[-1]] + NODES[-1]) * _OPS
#: New names of nodes 0..5 under each renaming of the intermediate ones, shape (24, 6).
_RENAMINGS = np.array([(0, 1, *names) for names in permutations(NODES)])
_FIRST_EDGE = np.array([0, 0, *FIRST_EDGE.values()])
_TARGETS = np.repeat(NODES, 2)


@dataclass(frozen=True, slots=True)
class Familiarity:
    """How well a release knows an architecture's surroundings."""

    #: Edges, of 16, in which the nearest architecture that the release was fitted on differs; None, as limit
    #: and nearest are, where the table is not here.
    distance: int | None
    #: Distance that 99 % of the held-out rows keep: beyond it is unfamiliar.
    limit: int | None
    #: The nearest architecture; of equally near ones the first row's.
    nearest: Genotype | None
    #: Sentences of what to beware of; empty where there is nothing.
    warnings: tuple[str, ...]

    @property
    def is_familiar(self) -> bool | None:
        """Whether it is no farther from the fitted rows than held-out rows are; None where unknown."""
        if self.distance is None or self.limit is None:
            return None
        return self.distance <= self.limit


class KnownSurroundings(Protocol):
    """What can tell how well a release knows architectures."""

    def familiarity(self, genotypes: Sequence[Genotype]) -> list[Familiarity]:
        """Tell it of architectures."""


def surroundings(manifest: Manifest, table: EvaluationTable | None = None) -> KnownSurroundings:
    """The rows that a release was fitted on; the manifest alone where they are not here and it tells enough.

    Rows need what reads tables, the extra `tables`; the manifest needs no library.

    Args:
        manifest: The release's.
        table: Its table; by default the one that `fitted_table` finds.

    Raises:
        DataMissing: The table is not here, and the release was not fitted on random search alone, or it was
            imported.
        MissingExtra: What reads tables is not installed, and the release saw more than random search.
        TableError: `table` is another one, or cannot be read.
    """
    if table is not None:
        return FittedRows(manifest, table)
    if manifest.imported is not None:
        raise DataMissing(
            f"release {manifest.name} was imported: which rows it was fitted to is not known, so nothing can "
            "be said of how far an architecture is from them"
        )
    try:
        from nb301.releases.fitted_table import fitted_table  # and with it pandas

        return FittedRows(manifest, fitted_table(manifest))
    except (DataMissing, MissingExtra) as missing:
        if not manifest.random_only:
            raise
        return RandomRows(manifest, str(missing))


class FittedRows:
    """The rows that a release was fitted on.

    Args:
        manifest: The release's.
        table: Its table.

    Raises:
        TableError: `table` is another one.
    """

    def __init__(self, manifest: Manifest, table: EvaluationTable) -> None:
        if manifest.table.content_hash is None:
            raise TableError(
                f"release {manifest.name} was imported: which rows of table {table.name} it was fitted to is "
                "not known"
            )
        if table.content_hash != manifest.table.content_hash:
            raise TableError(
                f"table {table.name} has content {table.content_hash}, but release {manifest.name} was "
                f"fitted on {manifest.table.content_hash}"
            )
        split = _split(manifest, table)
        # the limit is of rows like those fitted: a random-only release's test rows are of all optimizers
        alike = table.rows["optimizer"].isin(manifest.optimizers).to_numpy()[split.test]
        self._held_out = table.codes[split.test[alike]]
        self._index = EdgeIndex(table.codes[split.fitting])
        self._manifest = manifest
        self._falls = falls(table)

    @cached_property
    def limit(self) -> int:
        """The 99 % quantile of the distances of held-out rows, of the fitted optimizers, to fitted rows.

        Held-out and fitted rows are drawn alike, so a further architecture from where they come from is
        beyond the limit with a probability of about 1 %.
        """
        step = max(1, -(-len(self._held_out) // _HELD_OUT))
        distances = [self._index.distances(codes).min() for codes in self._held_out[::step]]
        return int(np.quantile(distances, QUANTILE, method="higher")) if distances else 0

    def familiarity(self, genotypes: Sequence[Genotype]) -> list[Familiarity]:
        """Compare architectures with the fitted rows."""
        return [self._familiarity(genotype) for genotype in genotypes]

    def _familiarity(self, genotype: Genotype) -> Familiarity:
        distances = self._index.distances(to_codes([genotype])[0])
        row = int(distances.argmin())
        distance = int(distances[row])
        warnings = [
            *_warnings(genotype, distance, self.limit, self._falls),
            *_unreached(genotype, self._manifest, known=self._falls),
        ]
        return Familiarity(
            distance=distance,
            limit=self.limit,
            nearest=self._index.genotype(row),
            warnings=tuple(warnings),
        )


class RandomRows:
    """What the manifest tells of random search's rows that are not here.

    Args:
        manifest: Of a release that was fitted on them alone.
        missing: Why they are not here, and what brings them.
    """

    def __init__(self, manifest: Manifest, missing: str) -> None:
        self._manifest, self._missing = manifest, missing

    def familiarity(self, genotypes: Sequence[Genotype]) -> list[Familiarity]:
        """Tell which architectures random search hardly reaches; distances are unknown."""
        unknown = f"unknown: how far it is from fitted rows: {self._missing}"
        familiarities = []
        for genotype in genotypes:
            warnings = (*_unreached(genotype, self._manifest), unknown)
            familiarities.append(Familiarity(distance=None, limit=None, nearest=None, warnings=warnings))
        return familiarities


class Fall(NamedTuple):
    """Accuracy that a table's architectures with many equal ops in the normal cell lose."""

    #: Number of such rows.
    rows: int
    #: Their mean validation accuracy below that of all other rows, fraction.
    by: float


def falls(table: EvaluationTable) -> dict[Op, Fall]:
    """The ops without parameters of which many make architectures collapse, as the rows of a table tell.

    Many are more than `MAX_EQUAL` in the normal cell. They collapse where there are at least 25 such rows,
    on average worse than the others by more than the others' std: in the emulated table that is so for each
    of the ops, in that of the small trainings `fashion-mnist-tiny` for none.
    """
    accuracy = table.rows["val_accuracy"].to_numpy(dtype=np.float64)
    by_op = {}
    for op in PARAMETER_FREE:
        many = (table.codes[:, 0, :, 1] == op).sum(axis=1) > MAX_EQUAL
        if many.sum() < _ENOUGH or many.all():
            continue
        others = accuracy[~many]
        fall = Fall(int(many.sum()), float(others.mean() - accuracy[many].mean()))
        if fall.by > others.std():
            by_op[op] = fall
    return by_op


def expected_rows(rows: int, count: int) -> float:
    """How many of random search's rows have an op `count` times or more in the normal cell, on average.

    It draws each of a cell's 8 ops from all 7 alike.
    """
    cells = sum(comb(8, number) * (_OPS - 1) ** (8 - number) for number in range(count, 9))
    return float(rows * cells / _OPS**8)


class EdgeIndex:
    """Architectures by their edges, to compare one with all.

    For every possible edge of a cell it holds which architectures have it, a byte each: comparing one
    architecture adds up some of these arrays, which stay in the cache and need no copies.

    Args:
        codes: The architectures as `space.to_codes` packs them, shape (n, 2, 8, 2).
    """

    def __init__(self, codes: NDArray[np.uint8]) -> None:
        self._codes = codes
        self._has = np.zeros((2, _SLOTS, len(codes)), dtype=np.uint8)
        slots = (_FIRST_EDGE[_TARGETS] + codes[..., 0]) * _OPS + codes[..., 1]
        rows = np.arange(len(codes))[:, None]
        for cell in range(2):
            self._has[cell, slots[:, cell], rows] = 1

    def genotype(self, row: int) -> Genotype:
        """One of the architectures."""
        return from_codes(self._codes[row : row + 1])[0]

    def distances(self, codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Distance of one architecture to each.

        Args:
            codes: As `space.to_codes` packs it, shape (2, 8, 2).

        Returns:
            Edges that differ, 0..16, shape (n,).
        """
        return EDGES - self._common(self._has[0], codes[0]) - self._common(self._has[1], codes[1])

    @staticmethod
    def _common(has: NDArray[np.uint8], cell: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Most edges that each architecture's cell has in common with a cell, over all renamings, 0..8."""
        most, common = np.zeros((2, has.shape[1]), dtype=np.uint8)
        for slots in _renamed_slots(cell):
            common[:] = has[slots[0]]
            for slot in slots[1:]:
                np.add(common, has[slot], out=common)
            np.maximum(most, common, out=most)
        return most


def distance(one: Genotype, other: Genotype) -> int:
    """Fewest edges, of 16, to replace to turn one architecture into the other, whatever nodes are called."""
    codes = to_codes([one, other])
    return int(EdgeIndex(codes[:1]).distances(codes[1])[0])


def _renamed_slots(cell: NDArray[np.uint8]) -> set[tuple[int, ...]]:
    """The edges of a cell after each renaming, as slots of `EdgeIndex`; shape of `cell` (8, 2).

    Edges that a renaming turns backwards are left out: no cell has them.
    """
    sources, targets = _RENAMINGS[:, cell[:, 0]], _RENAMINGS[:, _TARGETS]
    slots = (_FIRST_EDGE[targets] + sources) * _OPS + cell[:, 1]
    renamed_slots = set()
    for renamed, forward in zip(slots, sources < targets, strict=True):
        renamed_slots.add(tuple(sorted(renamed[forward].tolist())))
    return renamed_slots


def _split(manifest: Manifest, table: EvaluationTable) -> Split:
    from nb301.tables.splits import random_only_split, stratified_split

    split = random_only_split if manifest.random_only else stratified_split
    return split(table, manifest.fitted_split.seed)


def _warnings(genotype: Genotype, distance: int, limit: int, falls: Mapping[Op, Fall]) -> Iterator[str]:
    if distance > limit:
        yield (
            f"unfamiliar: {distance} of {EDGES} edges differ from the nearest architecture that the release "
            f"was fitted on, and at most {limit} for {QUANTILE:.0%} of held-out ones"
        )
    for op, fall in falls.items():
        count = genotype.normal.count(op)
        if count > MAX_EQUAL:
            yield (
                f"collapse: {count} of 8 edges of the normal cell are {op.name}, more than {MAX_EQUAL}, as "
                f"in {fall.rows:,} rows of the table, which are {100 * fall.by:.1f} points worse on "
                "average than the others"
            )


def _unreached(genotype: Genotype, manifest: Manifest, known: Collection[Op] = ()) -> Iterator[str]:
    """Warn of many equal ops that a random-only release has few rows of, but for those `known` to fall."""
    if not manifest.random_only or manifest.split is None:
        return
    fitted = manifest.split.train + manifest.split.val
    for op in PARAMETER_FREE:
        count = genotype.normal.count(op)
        rows = expected_rows(fitted, count)
        if count > MAX_EQUAL and rows < _ENOUGH and op not in known:
            few = f"about {rows:.0f}" if rows >= 1 else "none"
            yield (
                f"unreached: {count} of 8 edges of the normal cell are {op.name}, but the release was fitted "
                f"on random search alone, which has as many in {few} of {fitted:,} rows: it may overrate the "
                "architecture"
            )
