"""Exact trainable parameters and multiply-adds of an architecture's network, without torch.

Counts the network of official_facts F22: a 3x3 stem to 3C channels; `layers` cells, of which those
at a third and two thirds are reduction cells that double the channels; an auxiliary head behind the
second reduction; global average pooling and one linear layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nb301.columns import read_only
from nb301.encodings import configuration_codes, configurations
from nb301.errors import CostError
from nb301.space import Genotype, Op, to_codes

_STEM_MULTIPLIER = 3
_NODES_CONCATENATED = 4
_AUXILIARY_CHANNELS = (128, 768)
_IMAGE_CHANNELS = 3
_CONVOLUTIONS = {
    # depthwise kernel size and how many times the pair of convolutions is applied
    Op.sep_conv_3x3: (3, 2),
    Op.sep_conv_5x5: (5, 2),
    Op.dil_conv_3x3: (3, 1),
    Op.dil_conv_5x5: (5, 1),
}


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """The shape of the network that an architecture's cells are stacked into; defaults are Appendix C.6's.

    Args:
        channels: Initial channels C, at least 1.
        layers: Number of cells, at least 1; cells `layers // 3` and `2 * layers // 3` reduce.
        image_size: Height and width of the image, pixels.
        classes: Number of classes.
        auxiliary: Whether the parameters of the auxiliary head count (official_facts F23: yes).

    Raises:
        CostError: A number is no positive integer.
    """

    channels: int = 32
    layers: int = 8
    image_size: int = 32
    classes: int = 10
    auxiliary: bool = True

    def __post_init__(self) -> None:
        for name in ("channels", "layers", "image_size", "classes"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise CostError(f"{name} is {value!r}, expected an integer of at least 1")

    @property
    def reductions(self) -> tuple[int, int]:
        """Indices of the reduction cells; one index twice for networks of one cell."""
        return self.layers // 3, 2 * self.layers // 3


class Cost(NamedTuple):
    """What a part of a network costs."""

    #: Trainable parameters, count.
    parameters: int
    #: Multiply-adds of convolutions and linear layers for one image at inference, count.
    multiply_adds: int


#: Initial channels 32, 8 cells, 32x32 images, 10 classes: the network of the paper.
CIFAR10_NETWORK = NetworkShape()


def cost(genotype: Genotype, network: NetworkShape = CIFAR10_NETWORK) -> Cost:
    """Count an architecture's trainable parameters and multiply-adds.

    Multiply-adds are those of all convolutions and linear layers for one image at inference, where
    the auxiliary head is not used; batch norm, pooling and additions are not counted.

    Returns:
        Both counts, exact. With 50 channels, 20 layers and the official example's cells the
        parameters are the recorded 6,369,358 (official_facts F23).

    Raises:
        CostError: A cell halves an odd height, which its two interleaved 1x1 convolutions cannot.
    """
    parameters, multiply_adds = cost_many(to_codes([genotype]), network)[0].tolist()
    return Cost(parameters, multiply_adds)


def cost_many(codes: NDArray[np.uint8], network: NetworkShape = CIFAR10_NETWORK) -> NDArray[np.int64]:
    """Count many architectures at once.

    Args:
        codes: Genotypes as `space.to_codes` packs them, shape (n, 2, 8, 2).
        network: The network that the cells are stacked into.

    Returns:
        Shape (n, 2): trainable parameters and multiply-adds as `cost` counts them.

    Raises:
        CostError: As `cost`.
    """
    tables = cost_tables(network)
    nodes = configurations(codes)
    if not tables.can_be_built.take(nodes).all():
        raise CostError(_cannot_halve("reduce cell, a skip_connect that reads an input", network.image_size))
    counts: NDArray[np.int64] = tables.frame + tables.nodes.take(nodes, axis=0).sum(axis=1)
    return counts


class CostTables(NamedTuple):
    """What adds up to the costs of any architecture: parameters and multiply-adds in columns."""

    #: Of stem, cell inputs and heads, shape (2,).
    frame: NDArray[np.int64]
    #: Of each node configuration, shape (1960, 2), by the numbers of `encodings.configurations`.
    nodes: NDArray[np.int64]
    #: Which of the configurations can be built, shape (1960,).
    can_be_built: NDArray[np.bool_]


@lru_cache(maxsize=16)
def cost_tables(network: NetworkShape = CIFAR10_NETWORK) -> CostTables:
    """Count the parts of a network.

    Raises:
        CostError: As `cost`.
    """
    places = _places(network)
    edges = _edge_tables(places)
    codes = configuration_codes().astype(np.intp)
    cells = np.repeat([0, 1], len(codes) // 2)
    first, second = ((cells, codes[:, k + 1], (codes[:, k] < 2).astype(np.intp)) for k in (0, 2))
    return CostTables(
        frame=read_only(np.sum(list(_frame(network, places)), axis=0)),
        nodes=read_only(edges.costs[first] + edges.costs[second]),
        can_be_built=read_only(edges.can_be_built[first] & edges.can_be_built[second]),
    )


class _CellPlace(NamedTuple):
    """Where one cell of the stack stands."""

    number: int
    #: Whether it is a reduction cell, and whether the one before it is.
    reduces: bool
    follows_reduction: bool
    #: Channels of its nodes.
    width: int
    #: Channels and heights of its two inputs.
    channels: tuple[int, int]
    sizes: tuple[int, int]


class _EdgeTables(NamedTuple):
    """Costs of edges, by (cell, op, reads an input), summed over the cells of the stack."""

    #: Shape (2, 7, 2, 2): parameters and multiply-adds last.
    costs: NDArray[np.int64]
    #: Shape (2, 7, 2).
    can_be_built: NDArray[np.bool_]


def _places(network: NetworkShape) -> list[_CellPlace]:
    size, width = network.image_size, network.channels
    stem = _STEM_MULTIPLIER * width
    channels, sizes, reduced = (stem, stem), (size, size), False
    places = []
    for number in range(network.layers):
        reduces = number in network.reductions
        width *= 1 + reduces
        places.append(_CellPlace(number, reduces, reduced, width, channels, sizes))
        size = _halved(size) if reduces else size
        channels = channels[1], _NODES_CONCATENATED * width
        sizes, reduced = (sizes[1], size), reduces
    return places


def _edge_tables(places: Sequence[_CellPlace]) -> _EdgeTables:
    costs = np.zeros((2, len(Op), 2, 2), dtype=np.int64)
    can_be_built = np.ones((2, len(Op), 2), dtype=np.bool_)
    for place, op, reads_input in product(places, Op, (False, True)):
        edge = int(place.reduces), op, int(reads_input)
        part = _op_cost(op, place, halves=place.reduces and reads_input)
        if part is None:
            can_be_built[edge] = False
        else:
            costs[edge] += part
    return _EdgeTables(costs, can_be_built)


def _frame(network: NetworkShape, places: Sequence[_CellPlace]) -> Iterator[Cost]:
    """Costs of all but the cells' edges."""
    stem = _STEM_MULTIPLIER * network.channels
    yield _convolution(_IMAGE_CHANNELS, stem, kernel=3, size=network.image_size)
    for place in places:
        (channels_before, channels), (size_before, size) = place.channels, place.sizes
        if not place.follows_reduction:
            yield _convolution(channels_before, place.width, kernel=1, size=size)
        elif size_before % 2:
            raise CostError(_cannot_halve(f"cell {place.number}, first input", network.image_size))
        else:
            yield _factorized_reduce(channels_before, place.width, size_before)
        yield _convolution(channels, place.width, kernel=1, size=size)
        output = _NODES_CONCATENATED * place.width
        if network.auxiliary and place.number == network.reductions[1]:
            yield Cost(_auxiliary_parameters(output, network.classes), 0)
    yield Cost((output + 1) * network.classes, output * network.classes)


def _op_cost(op: Op, place: _CellPlace, *, halves: bool) -> Cost | None:
    """Cost of one edge; None for a skip connection that would have to halve an odd height."""
    size = place.sizes[1]
    size_out = _halved(size) if place.reduces else size
    if op in _CONVOLUTIONS:
        kernel, repeats = _CONVOLUTIONS[op]
        pair = _depthwise_pair(place.width, kernel, size_out)
        return Cost(repeats * pair.parameters, repeats * pair.multiply_adds)
    if op is Op.skip_connect and halves:
        return None if size % 2 else _factorized_reduce(place.width, place.width, size)
    return Cost(0, 0)


def _convolution(channels_in: int, channels_out: int, *, kernel: int, size: int) -> Cost:
    """A convolution without bias, then batch norm; `size` is the height of its output."""
    weights = channels_in * channels_out * kernel**2
    return Cost(weights + 2 * channels_out, weights * size**2)


def _depthwise_pair(width: int, kernel: int, size: int) -> Cost:
    """A depthwise and a pointwise convolution, then batch norm; `size` is the height of the output."""
    weights = width * kernel**2 + width**2
    return Cost(weights + 2 * width, weights * size**2)


def _factorized_reduce(channels_in: int, channels_out: int, size: int) -> Cost:
    """Two 1x1 convolutions of stride 2, shifted against each other, each to half the channels."""
    weights = channels_in * (channels_out // 2) * 2
    return Cost(weights + 2 * channels_out, weights * (size // 2) ** 2)


def _cannot_halve(where: str, size: int) -> str:
    return f"{where}: cannot halve an odd height (image size {size}): use a multiple of 4"


def _auxiliary_parameters(channels: int, classes: int) -> int:
    first, second = _AUXILIARY_CHANNELS
    return channels * first + 2 * first + first * second * 2**2 + 2 * second + (second + 1) * classes


def _halved(size: int) -> int:
    return (size + 1) // 2
