"""Reads a genotype in any notation, as people have them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from nb301.errors import GenotypeError, shown
from nb301.formats.configurations import EPOCHS, check_training, from_config
from nb301.formats.containers import unwrapped
from nb301.formats.literals import Call
from nb301.formats.pairs import DartsGenotype, from_darts, from_naslib, is_list
from nb301.formats.texts import is_lists, notation_in
from nb301.space import CELL_NAMES, Genotype

#: The key of an official result file that holds the configuration, as its writers spell it (F21).
RESULT_KEY = "optimized_hyperparamater_config"


class _TwoCells(Protocol):
    """DARTS' namedtuple, or what is like it."""

    @property
    def normal(self) -> Any:
        """The normal cell."""

    @property
    def reduce(self) -> Any:
        """The reduction cell."""


class Column(Protocol):
    """An array, or a column of a table: of architectures, or one."""

    def tolist(self) -> Any:
        """Its entries.

        Returns:
            A list of what the column holds.
        """


#: One architecture, in the notations that have a type: NASLib's compact tuples, lists or not, come last.
One = (
    Genotype
    | str
    | bytes
    | os.PathLike[str]
    | Mapping[str, Any]
    | _TwoCells
    | Sequence[Sequence[Sequence[int]]]
)
#: Many of them.
Many = list[Any] | tuple[Genotype, ...] | tuple[str, ...] | tuple[Mapping[str, Any], ...]


def read(
    architecture: Any, *, epochs: int = EPOCHS, settings: Mapping[str, int] = MappingProxyType({})
) -> Genotype:
    """Read a genotype in any notation of `NOTATIONS`, and as people have them.

    Beside objects that is a notation's text: JSON, what Python prints, `NAME = Genotype(...)`, a line of a
    log with one genotype in it; the name of a published genotype, such as "DARTS_V2"; the path, text or
    dict of an official result file, of which the architecture alone is read, since the rest says how that
    training was. Numbers and strings may be numpy's, inactive parameters None, NaN or absent.

    Args:
        architecture: It.
        epochs: Of the training that is asked for: an entry such as YAHPO's `epoch` has to say so; 98, 99
            and 100 mean the paper's (official_facts F20).
        settings: What other settings of a training have to be where they are there, by the last part of
            their official names, such as `layers`. Those not named are passed over.

    Raises:
        GenotypeError: No notation fits, or the one that does describes no cell of the space, or asks for
            another training.
    """
    if isinstance(architecture, Genotype):
        return architecture
    try:
        return _read(unwrapped(architecture), epochs, settings)
    except GenotypeError:
        raise
    except Exception as error:
        raise GenotypeError(f"cannot read {shown(architecture)} as a genotype: {shown(error)}") from error


def _read(value: Any, epochs: int, settings: Mapping[str, int]) -> Genotype:
    if isinstance(value, str):
        value = notation_in(value)
    if isinstance(value, Genotype):
        return value
    if isinstance(value, Call):
        value = _fields(value)
    elif hasattr(value, "normal") and hasattr(value, "reduce"):
        return from_darts(value)
    elif is_list(value) and is_lists(value):
        if len(value) == len(CELL_NAMES):
            return from_naslib(value)
        if len(value) == len(DartsGenotype._fields):
            return from_darts(dict(zip(DartsGenotype._fields, value, strict=True)))
    if not isinstance(value, Mapping):
        raise GenotypeError(
            f"cannot read {type(value).__name__} {shown(value)} as a genotype: expected a Genotype, its "
            "text, a DARTS namedtuple, an official, YAHPO or ConfigSpace configuration, or NASLib's tuples"
        )
    if RESULT_KEY in value:
        return from_config(value[RESULT_KEY])
    config = {str(key).replace("_COLON_", ":"): entry for key, entry in value.items()}
    check_training(config, epochs, settings)
    return from_darts(config) if set(CELL_NAMES) <= config.keys() else from_config(config)


def _fields(call: Call) -> dict[str, Any]:
    """The fields of a printed namedtuple; two without names are those that `repr(genotype)` names."""
    names = CELL_NAMES if len(call.arguments) == len(CELL_NAMES) else DartsGenotype._fields
    if len(call.arguments) > len(names) or {*names[: len(call.arguments)]} & {*call.keywords}:
        raise GenotypeError(
            f"cannot read {shown(call)} as a genotype: expected {', '.join(DartsGenotype._fields)}"
        )
    fields = dict(zip(names, call.arguments, strict=False)) | call.keywords
    if missing := {*CELL_NAMES} - {*fields}:
        raise GenotypeError(
            f"cannot read {shown(call)} as a genotype: {' and '.join(sorted(missing))} is missing"
        )
    return fields
