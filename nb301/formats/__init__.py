"""Lossless converters between `Genotype` and the notations that other NAS code uses.

| notation                       | write                | read                   |
|--------------------------------|----------------------|------------------------|
| text of this package           | `str(genotype)`      | `Genotype.parse`       |
| DARTS `Genotype` namedtuple    | `to_darts`           | `from_darts`           |
| official configuration dict    | `to_config`          | `from_config`          |
| ConfigSpace `Configuration`    | `to_configuration`   | `from_configuration`   |
| NASLib compact tuples          | `to_naslib`          | `from_naslib`          |
| YAHPO Gym configuration dict   | `to_yahpo`           | `from_yahpo`           |

`read` takes any of them, as people have them; `NOTATIONS` lists them for programs. All readers raise
`GenotypeError` with the cell, node and edge.

It may import `errors`, `extras` and `space`.
"""

from nb301.formats.configurations import (
    CONFIG_PREFIX,
    EPOCHS,
    configuration_space,
    from_config,
    from_configuration,
    from_yahpo,
    to_config,
    to_configuration,
    to_yahpo,
)
from nb301.formats.containers import unwrapped
from nb301.formats.literals import MAX_TEXT
from nb301.formats.notations import NOTATIONS, TEXT_NOTATIONS, Notation
from nb301.formats.pairs import DartsGenotype, from_darts, from_naslib, to_darts, to_naslib
from nb301.formats.reading import RESULT_KEY, Column, Many, One, read
from nb301.formats.texts import is_lists

__all__ = [
    "CONFIG_PREFIX",
    "EPOCHS",
    "MAX_TEXT",
    "NOTATIONS",
    "RESULT_KEY",
    "TEXT_NOTATIONS",
    "Column",
    "DartsGenotype",
    "Many",
    "Notation",
    "One",
    "configuration_space",
    "from_config",
    "from_configuration",
    "from_darts",
    "from_naslib",
    "from_yahpo",
    "is_lists",
    "read",
    "to_config",
    "to_configuration",
    "to_darts",
    "to_naslib",
    "to_yahpo",
    "unwrapped",
]
