"""What containers of other libraries and files hold, as texts, lists and dicts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nb301.errors import GenotypeError
from nb301.formats.literals import MAX_TEXT
from nb301.formats.texts import is_configuration


def unwrapped(value: Any) -> Any:
    """What containers of other libraries hold, as texts, lists and dicts.

    Args:
        value: A numpy array or scalar, a row or column of pandas, a `Configuration` of any ConfigSpace,
            bytes, a path, of which the text is read. Anything else comes back as it is.

    Returns:
        Texts, numbers, lists and dicts alone.

    Raises:
        GenotypeError: The file cannot be read, is larger than a genotype, or is no UTF-8.
    """
    if isinstance(value, (str, list, tuple, Mapping)):
        return value
    if isinstance(value, os.PathLike):
        return _text_of(Path(value))
    if isinstance(value, bytes):
        return _decoded(value, "bytes")
    if hasattr(value, "config_space"):  # ConfigSpace below 1.0
        return dict(value)
    if hasattr(value, "get_dictionary"):
        return value.get_dictionary()
    if hasattr(value, "to_dict"):
        entries = value.to_dict()
        return entries if is_configuration(entries) else [*entries.values()]
    return value.tolist() if hasattr(value, "tolist") else value


def _text_of(path: Path) -> str:
    try:
        if not path.is_file():
            raise GenotypeError(f"{path}: no such file")  # nor folders, nor devices, which may have no end
        with path.open("rb") as file:
            data = file.read(4 * MAX_TEXT + 1)
    except OSError as error:
        raise GenotypeError(f"{path}: cannot be read ({error.strerror})") from None
    return _decoded(data, str(path))


def _decoded(data: bytes, where: str) -> str:
    if len(data) > 4 * MAX_TEXT:
        raise GenotypeError(f"{where}: expected at most {MAX_TEXT:,} characters for a genotype")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise GenotypeError(f"{where}: no UTF-8 ({error.reason} at byte {error.start})") from None
