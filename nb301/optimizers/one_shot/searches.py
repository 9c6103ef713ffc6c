"""The logged searches that the package ships: a genotype an epoch (Appendices C.3, E.1).

The evaluation table is rebuilt from them without torch and bit by bit; `collect` ran them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from nb301.errors import TableError, one_line, shown
from nb301.files import write_text
from nb301.parsing import parse_object, read_bytes
from nb301.places import SEARCHES
from nb301.space import Genotype, from_codes, to_codes

_FORMAT = 1
#: Bytes of a file; all packaged searches take 300,000.
_MOST_BYTES = 2**26


@dataclass(frozen=True, slots=True)
class LoggedSearch:
    """One search, as its file has it; one genotype and one of each loss an epoch."""

    method: str
    space: str
    seed: int
    images: str
    settings: Mapping[str, Any]
    #: In canonical form.
    genotypes: list[Genotype]
    #: Cross-entropy on the weights' half, nats.
    train_loss: list[float]
    #: Cross-entropy on the architecture's half, nats.
    val_loss: list[float]


def read_search(path: Path) -> LoggedSearch:
    """Read the file of one search.

    Raises:
        TableError: It cannot be read, or is none.
    """
    try:
        record = parse_object(read_bytes(path, _MOST_BYTES))
        record["genotypes"] = [Genotype.parse(text) for text in record["genotypes"]]
        return LoggedSearch(**record)
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise TableError(f"{path}: not a logged search ({one_line(str(error))})") from None


def package(files: Sequence[Path], path: Path = SEARCHES) -> None:
    """Pack the files of searches into one, in their order.

    A genotype becomes 32 digits, those of its `space.to_codes`.
    """
    records = []
    for file in files:
        record = parse_object(read_bytes(file, _MOST_BYTES))
        codes = to_codes([Genotype.parse(text) for text in record["genotypes"]])
        record["genotypes"] = ["".join(map(str, code)) for code in codes.reshape(len(codes), -1)]
        records.append(json.dumps(record, separators=(",", ":")))
    lines = ",\n".join(records)
    write_text(path, f'{{"format":{_FORMAT},"searches":[\n{lines}\n]}}\n')


def logged_searches(path: Path = SEARCHES) -> list[LoggedSearch]:
    """The packaged searches, in their order.

    Args:
        path: The file; by default the packaged one.

    Raises:
        TableError: The file cannot be read, is none, or of a newer format.
    """
    try:
        content = parse_object(read_bytes(path, _MOST_BYTES))
        if content["format"] != _FORMAT:
            raise TableError(f"format {shown(content['format'])}, expected {_FORMAT}: upgrade nb301")
        searches = []
        for record in content["searches"]:
            record["genotypes"] = _from_digits(record["genotypes"])
            searches.append(LoggedSearch(**record))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise TableError(f"{path}: no logged searches ({one_line(str(error))})") from None
    return searches


def _from_digits(texts: Sequence[str]) -> list[Genotype]:
    """Genotypes from the 32 digits of each; see `package`."""
    digits = np.array([[*map(int, text)] for text in texts], dtype=np.uint8)
    return from_codes(digits.reshape(-1, 2, 8, 2))


def logged_genotypes(method: str, run: int) -> list[Genotype]:
    """The genotypes of a packaged search, one an epoch.

    Args:
        method: Name in `METHODS`, such as `darts`.
        run: Which of the method's searches, from 0; those of DARTS start with the diverging ones.

    Raises:
        TableError: There is no such search.
    """
    searches = _by_method().get(method, [])
    if not 0 <= run < len(searches):
        raise TableError(f"no logged search {run} of {method!r}: there are {len(searches)}")
    return list(searches[run].genotypes)


@cache
def _by_method() -> Mapping[str, list[LoggedSearch]]:
    searches: dict[str, list[LoggedSearch]] = {}
    for logged in logged_searches():
        searches.setdefault(logged.method, []).append(logged)
    return searches
