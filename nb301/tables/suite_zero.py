"""NAS-Bench-Suite-Zero's public file of architectures that were really trained on CIFAR-10 (F42).

`zc_nasbench301.json` (Krishnakumar et al., 2022) holds 11,221 architectures that random search of
NAS-Bench-301 (Siems et al., 2020) trained, each with the validation accuracy of its last epoch, in percent,
and zero-cost proxies. F42 is a number of official_facts.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from nb301 import formats
from nb301.errors import GenotypeError, TableError, one_line, shown
from nb301.parsing import parse_json, read_bytes
from nb301.space import Genotype
from nb301.tables.rows import ACCURACY, FileRows

FILE = "zc_nasbench301.json"
NAME, TRUTH = "cifar10-random-search", "CIFAR-10 training, last epoch"
#: What all rows share: they are random search's, of the paper's protocol.
CONSTANTS: Mapping[str, str | int] = {"optimizer": "rs", "epochs": 100}

_DATA_SET = "cifar10"
#: The public file has about 11,000 entries of about 15 numbers each; one is read in 0.4 ms.
_MOST_BYTES, _MOST_ENTRIES = 2**27, 10**5
_EXPECTED = f"{{'{_DATA_SET}': {{'((source, op) x 8, (source, op) x 8)': {{'{ACCURACY}': ...}}}}}}"


def read_suite_zero(path: Path) -> FileRows:
    """Read the rows, for `rows.table_of`, with `CONSTANTS`.

    Each entry is a row, in the file's order, also where several are one architecture: each is a training of
    its own, and splits keep all rows of an architecture in one part.

    Args:
        path: Its JSON file.

    Raises:
        TableError: It cannot be read, is too large or of another form, or an entry has no architecture or
            accuracy; names the first such entry.
    """
    entries = _entries(path)
    rows = []
    passed_over: dict[str, None] = {}
    for number, (text, entry) in enumerate(entries.items(), start=1):
        try:
            rows.append((_genotype(text), _accuracy(entry)))
        except ValueError as error:
            reason = one_line(str(error), 600)
            raise TableError(f"{path}: entry {number}, {shown(text)}: {reason}") from None
        passed_over |= dict.fromkeys(entry)
    del passed_over[ACCURACY]
    return FileRows(pd.DataFrame(rows, columns=["genotype", ACCURACY]), [*passed_over])


def _entries(path: Path) -> dict[str, Any]:
    try:
        decoded = parse_json(read_bytes(path, _MOST_BYTES))
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise TableError(f"{path}: not JSON ({one_line(str(error))})") from None
    if isinstance(decoded, dict) and formats.RESULT_KEY in decoded:
        raise TableError(f"{path}: an official result file: import the folder that it is in")
    entries = decoded.get(_DATA_SET) if isinstance(decoded, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise TableError(f"{path}: expected {_EXPECTED}, as NAS-Bench-Suite-Zero's {FILE} is")
    if len(entries) > _MOST_ENTRIES:
        raise TableError(f"{path}: {len(entries):,} entries, expected at most {_MOST_ENTRIES:,}")
    return entries


def _genotype(text: str) -> Genotype:
    try:
        return formats.read(text)
    except GenotypeError as error:
        raise TableError(str(error)) from None


def _accuracy(entry: Any) -> float:
    if not isinstance(entry, dict) or ACCURACY not in entry:
        raise TableError(f"{ACCURACY} is missing")
    accuracy = entry[ACCURACY]
    is_number = isinstance(accuracy, int | float) and not isinstance(accuracy, bool)
    if not is_number or not 0 <= accuracy <= 100 or not math.isfinite(accuracy):
        raise TableError(f"{ACCURACY} is {shown(accuracy)}, expected a number from 0 to 100")
    return float(accuracy)
