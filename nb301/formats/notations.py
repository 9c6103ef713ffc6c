"""The one list of notations: their names, how each is written, and how it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nb301.formats.configurations import (
    from_config,
    from_configuration,
    from_yahpo,
    to_config,
    to_configuration,
    to_yahpo,
)
from nb301.formats.pairs import from_darts, from_naslib, to_darts, to_naslib
from nb301.space import Genotype


@dataclass(frozen=True, slots=True)
class Notation:
    """A notation of genotypes.

    Args:
        name: What commands call it: lower-case letters.
        library: Whose it is, for ids: lower-case letters.
        title: What it is, such as `DARTS namedtuple`.
        short_title: The same in fewer words.
        write: Makes what other code takes of a genotype.
        read: Makes a genotype of that.
        is_json: Whether commands write it as JSON.
        extra: The extra that brings the library that it needs, if any.
    """

    name: str
    library: str
    title: str
    short_title: str
    write: Callable[[Genotype], Any]
    read: Callable[[Any], Genotype]
    is_json: bool = False
    extra: str | None = None

    def line(self, genotype: Genotype) -> str:
        """A genotype as commands write it, in one line.

        Returns:
            Text that `read` takes.
        """
        written = self.write(genotype)
        return json.dumps(written) if self.is_json else str(written)

    def to_copy(self, genotype: Genotype) -> str:
        """A genotype to copy into a program: a configuration as JSON, anything else as Python prints it.

        Returns:
            Text; of some notations more than one line.
        """
        if self.extra is not None:
            values = json.dumps(to_config(genotype))
            return f"ConfigSpace.Configuration(nb301.formats.configuration_space(), values={values})"
        written = self.write(genotype)
        return json.dumps(written) if isinstance(written, dict) else str(written)


#: All of them; `read` takes any. Our own comes first.
NOTATIONS = (
    Notation("text", "nb", "nb301 text", "Text of nb301", str, Genotype.parse),
    Notation("darts", "darts", "DARTS namedtuple", "DARTS", to_darts, from_darts),
    Notation(
        name="config",
        library="official",
        title="NAS-Bench-301 configuration",
        short_title="Official configuration",
        write=to_config,
        read=from_config,
        is_json=True,
    ),
    Notation("naslib", "naslib", "NASLib tuples", "NASLib", to_naslib, from_naslib, is_json=True),
    Notation("yahpo", "yahpo", "YAHPO Gym configuration", "YAHPO Gym", to_yahpo, from_yahpo, is_json=True),
    Notation(
        name="configspace",
        library="configspace",
        title="ConfigSpace values",
        short_title="ConfigSpace",
        write=to_configuration,
        read=from_configuration,
        extra="configspace",
    ),
)
#: Those that need no other library, and that `read` takes as text, too.
TEXT_NOTATIONS = tuple(notation for notation in NOTATIONS if notation.extra is None)
