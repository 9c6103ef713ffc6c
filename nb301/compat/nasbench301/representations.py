"""Architectures as the official package takes them: `genotype` and `configspace` (official_facts F40)."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from typing import Any

from nb301 import formats
from nb301.errors import CompatError, GenotypeError, shown
from nb301.space import Genotype as _Genotype
from nb301.space import Op

#: Names of the operations, in the official order (F3).
OPS = [*Op.__members__]

#: DARTS' namedtuple; untyped, since clients put in it what they like.
Genotype = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")  # noqa: PYI024


def convert_genotype_to_config(arch: Any) -> dict[str, str]:
    """Write the entries of the official configuration that say what an architecture is.

    Args:
        arch: Anything with `normal` and `reduce`, eight (op, source) pairs each.

    Raises:
        GenotypeError: Not an architecture of the space; names the cell, node and edge.
    """
    return formats.to_config(_read_genotype(arch))


def read(config: Any, representation: object) -> _Genotype:
    """Read an architecture.

    Args:
        config: As `representation` says.
        representation: `genotype`: anything with `normal` and `reduce`, eight (op, source) pairs each,
            whatever else it has; officially, too, the nodes that are concatenated are not looked at.
            `configspace`: a configuration, a dict or what has `get_dictionary`; entries that say how to
            train are passed over: all official trainings had the same, so that no tree can test them.

    Raises:
        CompatError: Another representation.
        GenotypeError: Not an architecture of the space; names the cell, node and edge.
    """
    if representation == "genotype":
        return _read_genotype(config)
    if representation == "configspace":
        return _read_configuration(config)
    known = "expected 'genotype' or 'configspace'"
    if representation == "BANANAS":
        known += ": of BANANAS' (source, op) pairs make (op's name, source) pairs, and ask with 'genotype'"
    raise CompatError(f"representation {shown(representation)} is not supported, {known}")


def _read_genotype(config: Any) -> _Genotype:
    if isinstance(config, _Genotype):
        return config
    try:
        cells = {"normal": config.normal, "reduce": config.reduce}
    except AttributeError:
        raise GenotypeError(
            f"{shown(config)} has no normal and reduce, which representation 'genotype' needs; of a "
            "configuration the representation is 'configspace'"
        ) from None
    return formats.from_darts(cells)


def _read_configuration(config: Any) -> _Genotype:
    if not isinstance(config, Mapping):
        if not hasattr(config, "get_dictionary"):
            raise GenotypeError(
                f"{shown(config)} is no configuration, expected a dict or what has get_dictionary(); of a "
                "namedtuple of DARTS the representation is 'genotype'"
            )
        config = config.get_dictionary()
    return formats.from_config(config)
