"""The curve model: how far behind its best epoch a training is after each, by a few components.

NAS-Bench-x11 (Yan et al., 2021) keeps the first components of a singular value decomposition of learning
curves, and predicts what an architecture has of each. Here each edge of an architecture adds its part, and
the decomposition is that of what edges explain, so that no component is noise. Epochs vary around that with
noise of their own, whose std is another one at each epoch and which is autocorrelated.

Curves are told behind the best epoch, since that one is what a training is labelled with (F20): a curve of
this model ends in the accuracy that a release answers without it, to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nb301 import exact
from nb301.columns import read_only
from nb301.errors import ReleaseError
from nb301.noise import Stream, keyed_normal, unsigned
from nb301.space import CELL_NAMES, FIRST_EDGE, NODES, Op, keys_of_canonical
from nb301.surrogates.members.arrays import pack, unpack
from nb301.surrogates.members.loops import answered

if TYPE_CHECKING:
    from nb301.tables.schema import EvaluationTable
    from nb301.tables.splits import Split

FILE = "curves.safetensors"
#: Of curves; NAS-Bench-311 has six.
COMPONENTS = 6
#: Of squared weights of the edges' parts, against edges that few architectures have.
_PENALTY = 1.0
#: Digits that are kept, so that another processor's sums give the same file.
_DIGITS = 9
#: Trainings that are drawn to know what they differ by.
_DRAWN = 4000
#: Weights of earlier epochs below this change no digit of a draw.
_NOTHING = 1e-18
#: Rows of either kind that a fit needs.
_LEAST = 20
_EDGES = FIRST_EDGE[NODES[-1]] + NODES[-1]
_PARTS = len(CELL_NAMES) * _EDGES * len(Op)
_FIRST_EDGES = np.repeat([FIRST_EDGE[node] for node in NODES], 2)
#: Of the edges of both cells, the numbers that source 0 would give.
_BOTH_EDGES = np.concatenate([_FIRST_EDGES + cell * _EDGES for cell in range(len(CELL_NAMES))])
#: Arrays of a file, with their types and numbers of axes.
_LAYOUT = {
    "behind": ("float64", 1),
    "components": ("float64", 2),
    "parts": ("float64", 2),
    "noise_std": ("float64", 1),
    "spread": ("float64", 1),
    "autocorrelation": ("float64", 1),
}
_CELLS = np.arange(len(CELL_NAMES))[:, None]

Array = NDArray[np.float64]


def fit(table: EvaluationTable, split: Split) -> dict[str, bytes]:
    """Fit on the training rows; noise, which is what is left, on the validation rows.

    Returns:
        `curves.safetensors`; nothing where less than 20 rows of either kind have a learning curve.
    """
    from nb301.tables.curves import STEP, is_unknown  # and with it pandas, which queries do without

    if table.steps is None:
        return {}
    known = ~is_unknown(table.steps)
    train, rest = (rows[known[rows]] for rows in (split.train, split.val))
    if min(len(train), len(rest)) < _LEAST:
        return {}
    distances = STEP * table.steps.astype(np.float64)
    behind, components, parts = _components(_edges(table.codes[train]), distances[train])
    arrays = {"behind": behind, "components": components, "parts": parts}
    left = distances[rest] - _behind(arrays, table.codes[rest])
    std, autocorrelation = _noise(left)
    arrays |= {"noise_std": std, "spread": std, "autocorrelation": np.array([autocorrelation])}
    arrays = {name: np.round(array, _DIGITS) for name, array in arrays.items()}
    arrays["spread"] = np.round(_spread(CurveModel(pack(arrays)), table.codes[train]), _DIGITS)
    return {FILE: pack(arrays)}


def _spread(model: CurveModel, codes: NDArray[np.uint8]) -> Array:
    """Std of drawn distances around the expected ones; a best epoch's noise is in all of them."""
    codes = codes[:_DRAWN]
    spread: Array = (model.draw(codes, 0) - model.behind(codes)).std(axis=0)
    return spread


def _components(edges: NDArray[np.intp], behind: Array) -> tuple[Array, Array, Array]:
    """Mean curve, components of what edges explain, shape (k, epochs), and each edge's part of them.

    Matrix products are of the fit alone: what it gives is hashed, and answers are sums in a fixed order.
    """
    mean = behind.mean(axis=0)
    is_there = np.zeros((len(edges), _PARTS))
    np.put_along_axis(is_there, edges, 1.0, axis=1)
    share = is_there.mean(axis=0)
    centred = is_there - share
    moments = centred.T @ centred + _PENALTY * np.eye(_PARTS)
    weights = np.linalg.solve(moments, centred.T @ (behind - mean))
    _, values, curves = np.linalg.svd(np.linalg.cholesky(moments).T @ weights, full_matrices=False)
    components = curves[: min(COMPONENTS, len(values))]
    # the sign of a component is nobody's: its largest epoch has a positive one
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    components = components * np.sign(largest)
    # parts are from the average architecture on
    return mean - share @ weights @ components.T @ components, components, weights @ components.T


def _noise(left: Array) -> tuple[Array, float]:
    """Std of each epoch's noise, and its correlation with the next epoch's.

    What all epochs of a training share is the best epoch's noise, which differences do not see.
    """
    if left.shape[1] < 3:
        return left.std(axis=0), 0.0
    one, two = (np.var(left[:, lag:] - left[:, :-lag], axis=0) for lag in (1, 2))
    near = (one[1:] + one[:-1]) / 2
    # of a std and a correlation r: 2 std^2 (1 - r) one epoch later, 2 std^2 (1 - r^2) two epochs later
    correlation = float(np.clip(np.mean(two) / max(np.mean(near), 1e-12) - 1, 0.0, 0.95))
    between = one / (2 * (1 - correlation))
    variance = np.concatenate([between[:1], (between[1:] + between[:-1]) / 2, between[-1:]])
    return np.sqrt(variance), correlation


class CurveModel:
    """Predicts learning curves behind their best epochs.

    Args:
        data: What `fit` returned.

    Raises:
        ReleaseError: It is no such file.
    """

    def __init__(self, data: bytes) -> None:
        arrays = unpack(data, "curve model", _LAYOUT)
        self._arrays = {name: read_only(array) for name, array in arrays.items()}
        epochs, components = len(arrays["behind"]), len(arrays["components"])
        shapes = {
            "components": (components, epochs),
            "parts": (_PARTS, components),
            "noise_std": (epochs,),
            "spread": (epochs,),
            "autocorrelation": (1,),
        }
        for name, shape in shapes.items():
            if arrays[name].shape != shape or not epochs:
                raise ReleaseError(f"{FILE}: array {name} has shape {arrays[name].shape}, expected {shape}")
        self._correlation = float(arrays["autocorrelation"][0])
        if not (0 <= self._correlation < 1 and min(arrays["noise_std"].min(), arrays["spread"].min()) >= 0):
            raise ReleaseError(f"{FILE}: a std is below 0, or the autocorrelation not in 0..1")
        #: Number of epochs.
        self.epochs = epochs
        #: Std of a training's distance from its best epoch around the expected one, at each epoch; fractions.
        self.spread = self._arrays["spread"]
        unshared = np.sqrt(1 - self._correlation * self._correlation)
        self._innovations = read_only(np.append(1.0, np.full(epochs - 1, unshared)))
        self._streams = read_only((Stream.CURVE + np.arange(epochs)).astype(np.uint64))
        #: Of draws 1, 2, 4 and so on epochs back.
        self._weights: list[float] = []
        back, weight = 1, self._correlation
        while back < epochs and weight > _NOTHING:
            self._weights.append(weight)
            back, weight = 2 * back, weight * weight

    def behind(self, codes: NDArray[np.uint8]) -> Array:
        """Expected distance from the best epoch after each, fractions, 0 or more; shape (n, epochs).

        Args:
            codes: Canonical genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
        """
        return _behind(self._arrays, codes)

    def expected_or_drawn(self, codes: NDArray[np.uint8], seeds: ArrayLike | None) -> Array:
        """What `behind` gives without seeds, and `draw` with them.

        Args:
            codes: Of canonical forms, shape (n, 2, 8, 2).
            seeds: Shape (n,), or one for all; None for expected curves.

        Returns:
            How far behind its best epoch each training is, fractions, shape (n, epochs).
        """
        return self.behind(codes) if seeds is None else self.draw(codes, seeds)

    def draw(self, codes: NDArray[np.uint8], seeds: ArrayLike) -> Array:
        """Distances of single trainings, of which the best epoch has 0; fractions, shape (n, epochs).

        Args:
            codes: As in `behind`.
            seeds: Training seeds, shape (n,), or one for all.
        """
        return answered("compiled_curves", 0, lambda loops: self._draw(codes, seeds, loops))

    def _draw(self, codes: NDArray[np.uint8], seeds: ArrayLike, loops: Any) -> Array:
        if loops is not None:
            return self._draw_by(loops, codes, seeds)
        streams = Stream.CURVE + np.arange(self.epochs)
        draws = keyed_normal(keys_of_canonical(codes), seeds, streams) * self._innovations
        # each step doubles how many epochs back are summed: an autoregression without a loop over epochs
        back = 1
        for weight in self._weights:
            draws[:, back:] = draws[:, back:] + weight * draws[:, :-back]
            back *= 2
        behind: Array = self.behind(codes) + self._arrays["noise_std"] * draws
        behind -= behind.min(axis=1, keepdims=True)
        return behind

    def _draw_by(self, loops: Any, codes: NDArray[np.uint8], seeds: ArrayLike) -> Array:
        """What `draw` gives, by a compiled loop."""
        n, drawn = len(codes), np.empty((len(codes), self.epochs))
        loops.draw(
            np.ascontiguousarray(codes).reshape(n, 2 * len(_BOTH_EDGES)),
            keys_of_canonical(codes),
            np.ascontiguousarray(np.broadcast_to(unsigned(seeds, "seed"), n)),
            self._streams,
            _BOTH_EDGES,
            np.array(self._weights),
            *(self._arrays[name] for name in ("behind", "components", "parts")),
            self._innovations,
            self._arrays["noise_std"],
            drawn,
        )
        return drawn


def _edges(codes: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Number the edges by cell, edge and op; shape (n, 16)."""
    edges = _CELLS * _EDGES + _FIRST_EDGES + codes[..., 0]
    numbers: NDArray[np.intp] = (edges * len(Op) + codes[..., 1]).astype(np.intp)
    return numbers.reshape(len(codes), len(CELL_NAMES) * 2 * len(NODES))


def _behind(arrays: dict[str, Array], codes: NDArray[np.uint8]) -> Array:
    # sums in an order of their own, no matrix product, whose last digit depends on the processor
    coefficients = exact.total(arrays["parts"].take(_edges(codes), axis=0).swapaxes(1, 2))
    behind = np.tile(arrays["behind"], (len(codes), 1))
    for component, coefficient in zip(arrays["components"], coefficients.T, strict=True):
        behind = behind + coefficient[:, None] * component
    expected: Array = np.maximum(behind, 0.0)
    return expected
