"""A GIN's file: its configuration, the names and shapes of its tensors, reading and writing (safetensors)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.encodings import MAX_DEGREE, NODE_TYPES
from nb301.errors import ReleaseError, one_line, shown
from nb301.parsing import parse_object
from nb301.space import Op

Array = NDArray[np.float32]

_METADATA = "gin"  # entry of the metadata that holds format, hyperparameters and, if not its own, edges
_FORMAT = 2  # format 1 was evaluated without a grid
_EDGE_OPS = 1 + len(Op)  # 0 is the identity (F7)
NORM_EPS = 1e-5  # torch's default
#: Of weights, which in float32 lets no sum of the grid's integers overflow, and of variances.
_LARGEST, _LARGEST_VARIANCE = 1e6, 1e30
#: Least values of the integers of a configuration.
_LEAST = {"hidden_dim": 1, "num_layers": 1, "batch_size": 2, "epochs": 1, "least_steps": 0}


class Edges(StrEnum):
    """Which edges of the graph a genotype's ops are on."""

    #: Each on its own (`encodings.graph`).
    own = "own"
    #: As in the official code (`graphs.official_graph`).
    official = "official"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The network and how it is fitted; names and values of Table 7, but where noted.

    Raises:
        ValueError: Names the value that cannot be.
    """

    hidden_dim: int = 24
    #: 8 there, which is no more accurate and takes twice as long to fit and to query. R2 and sKT of single
    #: models on the test rows of an earlier emulated table (truth 1.0): 0.944 and 0.849 with 4 or 8 layers,
    #: 0.943 and 0.847 with 5, 0.945 and 0.849 with 6; 0.944 and 0.847 with 4 of width 32. On the validation
    #: rows of `emulated-v2.0` 0.938 and 0.855 with 4, 0.936 and 0.853 with 3.
    num_layers: int = 4
    #: 0.035 there, which made no clear difference in 12 epochs.
    dropout_prob: float = 0.0
    #: The highest; falls to 0 along a cosine. 0.0777 there, outside the range it is searched in (F12).
    learning_rate: float = 0.03
    #: 51 there; larger ones take fewer, faster steps. Few examples are cut into 16 batches or more.
    batch_size: int = 256
    #: 128 officially (F12); on 29,000 examples of the emulated truth, R2 is 0.935 with 12, 0.937 with 20.
    epochs: int = 20
    #: Few examples are fitted for more epochs, until there are as many steps.
    least_steps: int = 1000
    #: Share of the steps in which the learning rate rises to the highest; 0 officially.
    warm_up: float = 0.1
    #: Epochs without a lower error on the stop set before the fit ends (F14).
    patience: int = 30
    #: Whether errors are those of ln(1 - accuracy), not of the accuracy (F13).
    loss_log_transform: bool = True
    pairwise_ranking_loss: bool = True
    #: Of the ranking loss, a fraction: 0.1 is 10 points, which nearly no pair is apart (F13).
    ranking_margin: float = 0.1
    #: Whether each epoch has batches of its own; the official loader's are fixed (F14).
    shuffle: bool = True
    #: Whether the weights of the best epoch on the stop set are kept; officially the last ones (F14).
    restore_best: bool = True

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise ValueError(f"{name} is {value!r}, expected an integer of at least {least}")
        for name in ("dropout_prob", "warm_up"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected at least 0 and less than 1")


def read_config(values: Mapping[str, object]) -> Config:
    """A configuration from values by name; the others are the defaults.

    Raises:
        ValueError: A name is unknown, or a value is of another type or out of range.
    """
    types = {field.name: type(field.default) for field in fields(Config)}
    for name, value in values.items():
        if name not in types:
            raise ValueError(f"GIN has no hyperparameter {name!r}, only {', '.join(types)}")
        whole_number = types[name] is float and type(value) is int
        if type(value) is not types[name] and not whole_number:
            raise ValueError(f"{name} is {value!r}, expected {types[name].__name__}")
    return Config(**values)  # type: ignore[arg-type]


def shapes(config: Config) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a member's tensors; layers of a kind are stacked along the first axis.

    `layer` is what every layer applies to nodes, `virtual` what every layer but the last applies to
    the virtual node. Either ends in an MLP: linear, batch norm, ReLU, linear, batch norm (F10, F11).
    """
    d, layers = config.hidden_dim, config.num_layers
    by_name: dict[str, tuple[int, ...]] = {
        "type": (int(NODE_TYPES.max()) + 1, d),
        "degree": (MAX_DEGREE + 1, d),
        "virtual_start": (d,),
        "layer.ops": (layers, _EDGE_OPS, d),
        "layer.eps": (layers,),
        "head.weight": (d,),
        "head.bias": (1,),
    }
    for part, k in (("layer", layers), ("virtual", layers - 1)):
        for name, width_in, width in (("first", d, 2 * d), ("second", 2 * d, d)):
            by_name |= {f"{part}.{name}.weight": (k, width, width_in), f"{part}.{name}.bias": (k, width)}
            for kind in ("weight", "bias", "mean", "variance"):
                by_name[f"{part}.{name}_norm.{kind}"] = (k, width)
    return by_name


class Member(NamedTuple):
    """What a member's file holds."""

    config: Config
    tensors: dict[str, Array]
    edges: Edges


def limits(name: str) -> tuple[float, float]:
    """The least and the largest number that a tensor of that name may hold."""
    return (0.0, _LARGEST_VARIANCE) if name.endswith(".variance") else (-_LARGEST, _LARGEST)


def write_member(config: Config, tensors: Mapping[str, Array], edges: Edges = Edges.own) -> bytes:
    """A member's file; equal arguments give equal bytes."""
    import safetensors.numpy

    # one entry: safetensors writes several in any order
    about = {"format": _FORMAT, "hyperparameters": asdict(config)}
    if edges is not Edges.own:
        about["edges"] = edges
    contiguous = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    return safetensors.numpy.save(contiguous, {_METADATA: json.dumps(about)})


def read_member(data: bytes) -> Member:
    """Read what `write_member` wrote.

    Raises:
        ReleaseError: It is truncated or no such file, or of a newer format; names what is wrong.
    """
    import safetensors
    import safetensors.numpy

    try:
        tensors = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ReleaseError(f"a GIN's file is no whole safetensors file ({one_line(str(error))})") from None
    config, edges = _header(data)
    expected = shapes(config)
    for name in sorted(expected.keys() | tensors.keys()):
        _check(name, tensors.get(name), expected.get(name))
    return Member(config, tensors, edges)


def _header(data: bytes) -> tuple[Config, Edges]:
    """The configuration and the edges in a file's header."""
    try:
        header = parse_object(data[8 : 8 + int.from_bytes(data[:8], "little")])
        about = parse_object(header["__metadata__"][_METADATA])
        written, hyperparameters = int(about["format"]), dict(about["hyperparameters"])
        edges = about.get("edges", Edges.own)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ReleaseError("a safetensors file, but no GIN: no metadata 'gin', or garbled") from None
    if written != _FORMAT:
        do = "upgrade nb301" if written > _FORMAT else "freeze the release anew"
        raise ReleaseError(f"GIN format {written}, not {_FORMAT}: {do}")
    if edges not in list(Edges):
        raise ReleaseError(f"a GIN's file: edges {shown(edges)}, expected one of: {', '.join(Edges)}")
    try:
        return read_config(hyperparameters), Edges(edges)
    except ValueError as error:
        raise ReleaseError(f"a GIN's file: {error}") from None


def _check(name: str, tensor: Array | None, shape: tuple[int, ...] | None) -> None:
    """Check type, shape and size of a tensor; None where there is none, or none is expected."""
    actual = None if tensor is None else (tensor.dtype.name, tensor.shape)
    expected = None if shape is None else ("float32", shape)
    if actual != expected:
        raise ReleaseError(f"a GIN's file: tensor {shown(name)} is {actual}, expected {expected}")
    low, high = limits(name)
    if tensor is not None and not np.all((tensor >= low) & (tensor <= high)):
        raise ReleaseError(
            f"a GIN's file: tensor {name} holds numbers that are not finite, from {low:g} to {high:g}"
        )
