"""A genotype as pages show it: its cells drawn, its costs, and how other code writes it."""

from __future__ import annotations

from dataclasses import dataclass

from nb301.cost import CIFAR10_NETWORK, NetworkShape, cost
from nb301.display import draw_cell
from nb301.errors import TrainingError
from nb301.formats import NOTATIONS
from nb301.space import Genotype
from nb301.truth.trained import truth_named


@dataclass(frozen=True, slots=True)
class GenotypeText:
    """A genotype in the notation of one library."""

    #: For ids: lower-case letters.
    key: str
    #: Such as `DARTS namedtuple`.
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class GenotypeView:
    """What `macros/genotype.html.j2` shows."""

    #: Inline SVG elements, everything in them escaped.
    normal: str
    reduce: str
    #: Millions.
    parameters: str
    multiply_adds: str
    #: What they are counted of, such as `32 channels, 8 cells, 32x32 pixels`.
    network: str
    #: The text of this package comes first.
    notations: tuple[GenotypeText, ...]


def view(genotype: Genotype | str, truth: str, about: str) -> GenotypeView:
    """Make what pages show of a genotype.

    Args:
        genotype: It, or its text.
        truth: The ground truth, such as `emulated 2.0`, whose network is counted; the paper's where nobody
            knows it.
        about: Whose it is, for those who cannot see the drawings, such as `the best architecture of RE`.

    Raises:
        GenotypeError: The text is none.
    """
    if isinstance(genotype, str):
        genotype = Genotype.parse(genotype)
    network = _network_of(truth)
    parameters, multiply_adds = cost(genotype, network)
    size = f"{network.image_size}x{network.image_size} pixels"
    return GenotypeView(
        normal=draw_cell(str(genotype.normal), f"Normal cell of {about}"),
        reduce=draw_cell(str(genotype.reduce), f"Reduction cell of {about}"),
        parameters=_millions(parameters),
        multiply_adds=_millions(multiply_adds),
        network=f"{network.channels} channels, {network.layers} cells, {size}",
        notations=notations(genotype),
    )


def _network_of(truth: str) -> NetworkShape:
    """The network that a ground truth trains; the paper's where nobody knows it."""
    try:
        return truth_named(truth).network
    except TrainingError:
        return CIFAR10_NETWORK


def _millions(count: int) -> str:
    millions = count / 1e6
    return f"{millions:,.0f}" if millions >= 100 else f"{millions:.3g}"


def notations(genotype: Genotype) -> tuple[GenotypeText, ...]:
    """A genotype in every notation of `nb301.formats`; all but ConfigSpace's can be pasted into a query."""
    texts = []
    for notation in NOTATIONS:
        texts.append(GenotypeText(notation.library, notation.title, notation.to_copy(genotype)))
    return tuple(texts)
