"""The feed-forward network of BANANAS (White et al., 2019) on the path encoding."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301 import exact
from nb301.encodings import PATH_BITS, path_bits
from nb301.errors import ReleaseError
from nb301.extras import require
from nb301.surrogates.members.arrays import pack, unpack
from nb301.surrogates.members.base import (
    Domain,
    Examples,
    Family,
    Hyperparameters,
    Range,
    Report,
    read_members,
)
from nb301.threads import one_thread

if TYPE_CHECKING:
    import torch

#: Table 7's "BANANAS"; epochs and patience of the official code (official_facts F17), whose encoding
#: forgets the eighth edge of a cell unless `without_last_edge` is off. On the trial table (29,336 rows
#: for training) a single network reaches R2 0.820 and sKT 0.750 in 83 s, for Table 3's 0.704 and 0.697.
HYPERPARAMETERS: Hyperparameters = MappingProxyType(
    {
        "layers": 17,
        "width": 31,
        "learning_rate": 0.0021,
        "batch_size": 122,
        "epochs": 64,
        "patience": 20,
        "without_last_edge": False,
    }
)
#: Table 7.
SEARCH_SPACE: Mapping[str, Domain] = MappingProxyType(
    {
        "layers": Range(1, 10, log=True),
        "width": Range(16, 256, log=True),
        "learning_rate": Range(0.001, 0.1, log=True),
        "batch_size": Range(16, 128),
    }
)
#: Most paths of a genotype: a cell's nodes end at most 2, 3, 5 and 8.
_MOST_PATHS = 36
#: Paths of a uniform sample, on average.
_TYPICAL_PATHS = 22
#: What a network may put out; fitted ones end some hundred orders of magnitude below.
_LARGEST = 1e300
#: Rows that are predicted together.
_CHUNK = 64
_WEIGHTS = ("first", "hidden", "bias", "last", "last_bias")
_LAYOUT = {
    "first": ("float32", 2),  # (11204, width)
    "hidden": ("float32", 3),  # (layers - 1, width, width), inputs by outputs
    "bias": ("float32", 2),  # (layers, width)
    "last": ("float32", 1),  # (width,)
    "last_bias": ("float32", 0),
    "without_last_edge": ("bool", 0),
}


class _PathExamples(NamedTuple):
    """Examples as the network takes them."""

    columns: torch.Tensor  # see `_columns`
    goal: torch.Tensor  # ln(1 - accuracy), (n,)


def fit(
    train: Examples,
    stop: Examples,
    seed: int,
    hyperparameters: Hyperparameters,
    report: Report | None = None,
) -> bytes:
    """Fit one member by Adam; keep the weights of the epoch that was best on `stop`.

    The loss is the mean of |ln(1 - p) / ln(1 - y) - 1|, which weighs errors near the top more (F17). The
    learning rate falls to Table 7's minimum, 0, along a cosine. Weights start as He et al. (2015) have
    it, which keeps a signal through 17 layers, and the output at the mean of the targets.

    Returns:
        Weights as safetensors.

    Raises:
        MissingExtra: torch is not installed.
    """
    require("torch", "baselines")
    import torch

    without_last_edge = bool(hyperparameters["without_last_edge"])
    generator = torch.Generator().manual_seed(seed)
    train_data = _path_examples(train, without_last_edge=without_last_edge)
    stop_data = _path_examples(stop, without_last_edge=without_last_edge)
    with one_thread():
        layers, width = int(hyperparameters["layers"]), int(hyperparameters["width"])
        weights = _initial(generator, layers, width, train.target.mean())
        best = _trained(weights, train_data, stop_data, generator, hyperparameters, report)
    arrays = dict(zip(_WEIGHTS, map(_as_array, best), strict=True))
    arrays["first"] = arrays["first"][:-1]  # the padding's row of zeros
    return pack({**arrays, "without_last_edge": np.bool_(without_last_edge)})


def _path_examples(examples: Examples, *, without_last_edge: bool) -> _PathExamples:
    import torch

    columns = _columns(examples.codes, without_last_edge=without_last_edge)
    # an accuracy of 1 or 0 has no logarithm or one that cannot be divided by
    goal = np.log1p(-np.clip(examples.target, 1e-4, 1 - 1e-4)).astype(np.float32)
    return _PathExamples(torch.from_numpy(columns), torch.from_numpy(goal))


def _trained(
    weights: list[torch.Tensor],
    train: _PathExamples,
    stop: _PathExamples,
    generator: torch.Generator,
    hyperparameters: Hyperparameters,
    report: Report | None,
) -> list[torch.Tensor]:
    """Train weights, in place; returns copies of those of the best epoch."""
    import torch

    epochs, batch = int(hyperparameters["epochs"]), int(hyperparameters["batch_size"])
    adam = torch.optim.Adam(weights, lr=float(hyperparameters["learning_rate"]))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, epochs)
    best, best_loss, waited = _copied(weights), np.inf, 0
    for epoch in range(epochs):
        for rows in torch.randperm(len(train.goal), generator=generator).split(batch):  # type: ignore[no-untyped-call]
            adam.zero_grad()
            _loss(_logit(weights, train.columns[rows]), train.goal[rows]).backward()  # type: ignore[no-untyped-call]
            adam.step()
        schedule.step()
        with torch.no_grad():
            loss = float(_loss(_logit(weights, stop.columns), stop.goal))
        if report is not None:
            report(epoch + 1, loss)
        if loss < best_loss:
            best, best_loss, waited = _copied(weights), loss, 0
        else:
            waited += 1
        if waited == int(hyperparameters["patience"]):
            break
    return best


def _copied(weights: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    return [weight.detach().clone() for weight in weights]


def _as_array(weight: torch.Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = weight.numpy()
    return array


def _columns(codes: NDArray[np.uint8], *, without_last_edge: bool) -> NDArray[np.int32]:
    """Columns of `path_bits` that are set, shape (n, 36); 11204 in the places that a row does not need."""
    parts = [np.empty((0, _MOST_PATHS), dtype=np.int32)]
    for start in range(0, len(codes), 1024):  # the bits of all rows would be hundreds of megabytes
        bits = path_bits(codes[start : start + 1024], without_last_edge=without_last_edge)
        row, column = np.nonzero(bits)
        set_bits = np.bincount(row, minlength=len(bits))
        place = np.arange(len(row)) - np.repeat(np.cumsum(set_bits) - set_bits, set_bits)
        part = np.full((len(bits), _MOST_PATHS), PATH_BITS, dtype=np.int32)
        part[row, place] = column
        parts.append(part)
    return np.concatenate(parts)


def _initial(generator: torch.Generator, layers: int, width: int, mean: float) -> list[torch.Tensor]:
    """Weights before training, in the order of `_WEIGHTS`; the last row of the first is padding."""
    import torch

    def he(*shape: int, inputs: int) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * math.sqrt(2 / inputs)

    first = he(PATH_BITS + 1, width, inputs=_TYPICAL_PATHS)  # bits that are set, not columns there are
    first[-1] = 0
    weights = [
        first,
        he(layers - 1, width, width, inputs=width),
        torch.zeros(layers, width),
        he(width, inputs=width) / 10,
        torch.logit(torch.tensor(mean, dtype=torch.float32)),
    ]
    return [weight.requires_grad_() for weight in weights]


def _logit(weights: Sequence[torch.Tensor], columns: torch.Tensor) -> torch.Tensor:
    """Output of the network before its sigmoid, shape (n,), for columns of shape (n, 36)."""
    from torch.nn import functional

    first, hidden, bias, last, last_bias = weights
    x = functional.embedding_bag(columns, first, mode="sum", padding_idx=PATH_BITS)
    for layer, matrix in enumerate(hidden):
        x = (x + bias[layer]).relu() @ matrix
    logit: torch.Tensor = (x + bias[-1]).relu() @ last + last_bias
    return logit


def _loss(logit: torch.Tensor, goal: torch.Tensor) -> torch.Tensor:
    """Mean of |ln(1 - p) / ln(1 - y) - 1| with p the sigmoid of `logit` and `goal` ln(1 - y)."""
    from torch.nn import functional

    off: torch.Tensor = functional.logsigmoid(-logit) / goal - 1
    return off.abs().mean()


class MLPSurrogate:
    """The members' networks, evaluated together in numpy.

    Args:
        files: The members' files, as `fit` returned them; networks of one shape.

    Raises:
        ReleaseError: A file is no such network, or differs from the others in its shape.
    """

    def __init__(self, files: Sequence[bytes]) -> None:
        members = read_members(files, _read_member)
        if len(set(map(_kind, members))) > 1:
            raise ReleaseError("members are not networks of one shape on one encoding")
        self._without_last_edge = bool(members[0]["without_last_edge"])
        # a row of zeros where no path is
        self._first = np.pad(_stacked(members, "first"), ((0, 0), (0, 1), (0, 0)))
        self._hidden, self._bias = _stacked(members, "hidden"), _stacked(members, "bias")
        self._last, self._last_bias = _stacked(members, "last"), _stacked(members, "last_bias")

    def predict(self, codes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Predict every member, fractions, shape (members, n); see `base.Surrogate`."""
        columns = _columns(codes, without_last_edge=self._without_last_edge)
        predicted = np.empty((len(self._first), len(columns)))
        for start in range(0, len(columns), _CHUNK):
            rows = slice(start, start + _CHUNK)
            predicted[:, rows] = self._predict(columns[rows])
        return predicted

    def _predict(self, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        # terms are added one after the other: the last digit of a matrix product depends on the processor
        x = exact.total(self._first[:, columns], axis=2)
        for layer in range(self._hidden.shape[1]):
            x = np.maximum(x + self._bias[:, None, layer], 0)
            x = exact.total(x[..., None] * self._hidden[:, None, layer], axis=2)
        x = np.maximum(x + self._bias[:, None, -1], 0)
        return exact.logistic(exact.total(x * self._last[:, None]) + self._last_bias[:, None])


def _kind(member: Mapping[str, NDArray[Any]]) -> tuple[bool, int, int]:
    """What members have in common: the encoding, and the layers and their width."""
    layers, width = member["bias"].shape
    return bool(member["without_last_edge"]), layers, width


def _stacked(members: Sequence[Mapping[str, NDArray[Any]]], name: str) -> NDArray[np.float64]:
    """One array of all members, whose axis is the first."""
    return np.stack([member[name] for member in members]).astype(np.float64)


def _read_member(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a member, if they fit together and no sum of theirs can overflow.

    Raises:
        ReleaseError: They do not.
    """
    arrays = unpack(data, "path-encoding network", _LAYOUT)
    layers, width = arrays["bias"].shape
    expected = {
        "first": (PATH_BITS, width),
        "hidden": (layers - 1, width, width),
        "bias": (layers, width),
        "last": (width,),
    }
    shapes = {name: arrays[name].shape for name in expected}
    if shapes != expected or not arrays["bias"].size:
        raise ReleaseError(f"not the file of a path-encoding network: expected {expected}, got {shapes}")
    if not _largest_value(arrays) <= _LARGEST:
        raise ReleaseError(f"not the file of a path-encoding network: values may exceed {_LARGEST:g}")
    return arrays


def _largest_value(arrays: Mapping[str, NDArray[Any]]) -> float:
    """Bound of all values of the network and of all parts of their sums: as if nothing cancelled."""
    biases = np.abs(arrays["bias"].astype(np.float64))
    largest = np.abs(arrays["first"]).max(axis=0).astype(np.float64) * _MOST_PATHS
    with np.errstate(over="ignore", invalid="ignore"):
        for bias, hidden in zip(biases, arrays["hidden"], strict=False):
            largest = exact.total((largest + bias)[:, None] * np.abs(hidden.astype(np.float64)), axis=0)
        return float(exact.total((largest + biases[-1]) * np.abs(arrays["last"].astype(np.float64))))


FAMILY = Family(
    name="mlp",
    label="MLP",
    stands_for="path-encoding network",
    conflicts=frozenset({"mlp"}),
    paper_name="mlp_path",
    fit=fit,
    load=MLPSurrogate,
    suffix=".safetensors",
    hyperparameters=HYPERPARAMETERS,
    search_space=SEARCH_SPACE,
    libraries=("torch", "numpy"),
)
